import { cleanName } from "../../input/saved-names.ts";
import type { PlannedRow } from "./plan.ts";

/** Bytes that the id takes of a file's name. */
const LONGEST = 80;

/** What the files of each row are called first: its id or its number. */
export class RowNames {
  /** Those that more than one row would have, in small letters: file systems may not tell them apart. */
  readonly #shared = new Set<string>();

  constructor(rows: readonly PlannedRow[]) {
    const seen = new Set<string>();
    for (const row of rows) {
      const name = nameOf(row).toLowerCase();
      if (seen.has(name)) this.#shared.add(name);
      seen.add(name);
    }
  }

  /** An id that is not one row's alone has the row's number behind it. */
  of(planned: PlannedRow): string {
    const name = nameOf(planned);
    const isShared = name !== String(planned.row) && this.#shared.has(name.toLowerCase());
    return isShared ? `${name}-${planned.row}` : name;
  }
}

/** Ids are often paths, which differ in their folders. */
function nameOf({ id, row }: PlannedRow): string {
  const whole = (id ?? "").replace(/[\\/]+/g, "_");
  return cleanName(whole, LONGEST) || String(row);
}
