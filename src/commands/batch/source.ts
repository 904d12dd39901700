import { dirname, isAbsolute, relative, resolve } from "node:path";
import { mergeInput } from "../../input/merge-input.ts";
import { define, RawValue, valueAt } from "../../input/raw-value.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { ParsedRun } from "../run/parse-run.ts";
import { isBelow } from "../run/receipt-input.ts";
import type { Row, RowProblem } from "./row.ts";
import { type RowsFile, readRows } from "./rows.ts";
import { combinations, type Variation } from "./vary.ts";

/** A row with what all rows share and with one combination of what varies. */
export interface Candidate {
  /** From 1, over all combinations. */
  row: number;
  /** Where people find it: "rows.csv:12". */
  where: string;
  id: string | null;
  function: string | undefined;
  /** Trees of the `--input` grammar. */
  input: JsonObject;
  setup: JsonObject | undefined;
}

export interface SourceOptions {
  /** Null for one row that has nothing but what varies. */
  file: RowsFile | null;
  variations: readonly Variation[];
  /** The keys whose texts are paths. */
  uploads: readonly string[][];
  /** What paths are relative to. */
  folder: string;
  /** The folder that belt is called in. */
  cwd: string;
  shared: ParsedRun;
}

export function folderOf(rows: string, cwd: string): string {
  return rows === "-" ? cwd : dirname(resolve(cwd, rows));
}

export function isProblem(found: Candidate | Problem): found is Problem {
  return "problem" in found;
}

export interface Problem {
  where: string;
  problem: string;
}

/** Every row of a batch in order, read anew each time it is asked for; of a line that cannot be read, what is wrong. */
export async function* readCandidates(options: SourceOptions): AsyncGenerator<Candidate | Problem> {
  const { file, variations } = options;
  let row = 0;
  for await (const found of file ? readRows(file) : [ONE_ROW]) {
    const where = file ? `${file.name}:${found.line}` : "";
    if ("problem" in found) yield { where, problem: found.problem };
    else
      for await (const varied of combinations(variations)) {
        row++;
        yield candidateOf(options, found, varied, row, where || `row ${row}`);
      }
  }
}

const ONE_ROW: Row | RowProblem = { line: 1, id: null, input: {} };

function candidateOf(
  source: SourceOptions,
  found: Row,
  varied: JsonObject,
  row: number,
  where: string,
): Candidate | Problem {
  const { shared, uploads } = source;
  const own = mergeInput(found.input, varied);
  for (const path of uploads) {
    if (!markUploads(own, path, source)) return { where, problem: `${path.join(".")} is not a path` };
  }
  const { setup } = found;
  return {
    row,
    where,
    id: found.id,
    function: found.function ?? shared.function,
    input: mergeInput(shared.input, own),
    setup: setup ? mergeInput(shared.setup ?? {}, setup) : shared.setup,
  };
}

/** Makes the texts at a path files to upload; false for what can be no path. A row may lack the key. */
function markUploads(tree: JsonObject, path: readonly string[], source: SourceOptions): boolean {
  const found = valueAt(tree, path);
  if (found === undefined || found === null) return true;
  const marked = Array.isArray(found) ? found.map((item) => asUpload(item, source)) : asUpload(found, source);
  if ([marked].flat().includes(null)) return false;
  replaceAt(tree, path, marked);
  return true;
}

/** Objects on the way are copied: the tree may share them with other rows. */
function replaceAt(tree: JsonObject, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    define(tree, key!, value);
    return;
  }
  const inner = tree[key!];
  const copy = Array.isArray(inner) ? [...inner] : { ...(inner as JsonObject) };
  define(tree, key!, copy);
  replaceAt(copy as JsonObject, rest, value);
}

/** A path as it was typed with `@`; an address stays what it is. Null for what is none. */
function asUpload(value: unknown, source: SourceOptions): unknown {
  const text = value instanceof RawValue ? textOf(value) : value;
  if (typeof text !== "string" || text === "" || text.includes("\0")) return null;
  if (/^(https?|data):/i.test(text)) return value;
  return new RawValue([{ file: fileName(text, source) }]);
}

/** As it would be typed here where it is below this folder: a receipt says so where the file was. */
function fileName(text: string, { folder, cwd }: SourceOptions): string {
  const path = resolve(folder, text);
  const here = relative(cwd, path);
  return !isAbsolute(text) && isBelow(here) ? here : path;
}

function textOf({ parts }: RawValue): string | null {
  const part = parts.at(-1);
  return part && "text" in part ? part.text : null;
}

/** A row in the form in which a single run is built. */
export function parsedRow({ shared }: SourceOptions, { function: name }: Candidate): ParsedRun {
  return { ...shared, fields: { ...shared.fields, ...(name && { function: name }) } };
}
