import { asBeltError, BeltError, usageError } from "../../errors.ts";
import type { VersionRan } from "../run/receipt-document.ts";
import type { CoercedRun } from "../run/validate-input.ts";
import { fileNames } from "../run/validate-input.ts";
import type { RowCheck } from "./check-row.ts";
import { contentOf, keyOf } from "./content.ts";
import { type Candidate, isProblem, readCandidates, type SourceOptions } from "./source.ts";
import { UploadKeys } from "./upload-keys.ts";
import type { Uploads } from "./uploads.ts";

/** A row that may be run: all is known of it but what it holds, which is read again when its turn comes. */
export interface PlannedRow {
  row: number;
  id: string | null;
  /** Another as soon as its task tells another version of the app. */
  key: string;
  /** The key without the version of the app. */
  content: string;
}

/** What is to be submitted for a row. */
export interface PreparedRow {
  candidate: Candidate;
  coerced: CoercedRun;
}

export interface Planning {
  source: SourceOptions;
  check: RowCheck;
  uploads: Uploads;
  version: string | null;
  /** All that names this version; null where none can come in its place. */
  current: VersionRan | null;
}

/** Lines of a refusal; more help nobody. */
const MOST = 30;

/**
 * Reads every row, checks it, and finds its files. Throws a usage error that tells all that is
 * wrong with its line; nothing has been sent.
 */
export async function planRows(planning: Planning): Promise<PlannedRow[]> {
  const rows: PlannedRow[] = [];
  const counts = new Map<string, number>();
  const problems: string[] = [];
  const uploadKeys = new UploadKeys(planning.source.uploads);
  let wrong = 0;
  for await (const found of readCandidates(planning.source)) {
    uploadKeys.look(found);
    const checked = isProblem(found) ? [found.problem] : await checkRow(planning, found);
    if (Array.isArray(checked)) {
      wrong += checked.length;
      problems.push(...checked.map((text) => `${found.where}: ${text}`).slice(0, MOST - problems.length));
      continue;
    }
    if (wrong > 0 || isProblem(found)) continue;
    const content = contentIn(planning, checked);
    const count = (counts.get(content) ?? 0) + 1;
    counts.set(content, count);
    rows.push({ row: found.row, id: found.id, key: keyOf(content, planning.version, count), content });
  }
  if (wrong + rows.length === 0)
    throw usageError("there are no rows", "a row is a line with a JSON object, or one of a CSV file");
  const unmet = uploadKeys.unmet();
  problems.push(...unmet);
  wrong += unmet.length;
  if (wrong > 0) throw refusal(problems, wrong);
  return rows;
}

/** The row as it will be sent, or what is wrong with it. */
async function checkRow({ check, uploads }: Planning, candidate: Candidate): Promise<PreparedRow | string[]> {
  const coerced = await check.coerce(candidate);
  const problems = await check.problems(candidate, coerced);
  try {
    await uploads.find(fileNames(coerced));
  } catch (thrown) {
    if (!(thrown instanceof BeltError) || thrown.facts.exit !== "usage") throw thrown;
    problems.push(asBeltError(thrown).message);
  }
  return problems.length > 0 ? problems : { candidate, coerced };
}

function contentIn({ source, uploads }: Planning, { candidate, coerced }: PreparedRow): string {
  const { variant = null } = source.shared.fields;
  return contentOf({
    function: candidate.function ?? null,
    variant,
    coerced,
    hashOf: uploads.hashOf,
  });
}

function refusal(problems: string[], wrong: number): BeltError {
  if (wrong > problems.length) problems.push(`and ${wrong - problems.length} more`);
  const message =
    problems.length === 1
      ? problems[0]!
      : `something is wrong with the rows\n${problems.map((line) => `  ${line}`).join("\n")}`;
  return usageError(message, "nothing was sent; mend that and type the command again");
}

/** What the planned rows hold, those that are wanted, in order; null when the rows are not any more what they were. */
export async function* readPlanned(
  planning: Planning,
  rows: readonly PlannedRow[],
  isWanted: (row: PlannedRow) => boolean,
): AsyncGenerator<{ planned: PlannedRow; prepared: PreparedRow } | null> {
  let index = 0;
  for await (const found of readCandidates(planning.source)) {
    const planned = rows[index++];
    if (!planned || isProblem(found)) return yield null;
    if (!isWanted(planned)) continue;
    const prepared = { candidate: found, coerced: await planning.check.coerce(found) };
    if (contentIn(planning, prepared) !== planned.content) return yield null;
    yield { planned, prepared };
  }
  if (index < rows.length) yield null;
}
