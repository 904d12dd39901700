import { Readable } from "node:stream";
import { BeltError } from "../../errors.ts";
import { keyWithoutPlace, parsePath, setAt } from "../../input/path.ts";
import { RawValue, rawText } from "../../input/raw-value.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Row, RowProblem } from "./row.ts";

/** One record of a CSV file, and how many blank lines there were before it. */
interface CsvRecord {
  record: string[];
  info: { empty_lines: number };
}

/** The rows of a CSV text: its header names the keys, and `id`; an empty cell is absent. */
export async function* readCsv(
  text: AsyncIterable<string>,
  separator: string,
): AsyncGenerator<Row | RowProblem> {
  let header: string[][] | null = null;
  // The parser's own count of lines takes a Windows line end in quotes for two.
  let [next, blank] = [1, 0];
  try {
    for await (const { record, info } of await records(text, separator)) {
      const line = next + info.empty_lines - blank;
      blank = info.empty_lines;
      next = line + 1 + lineEndsIn(record);
      if (!header) {
        const { keys, problems } = readHeader(record);
        if (problems.length > 0) return yield* problems.map((problem) => ({ line, problem }));
        header = keys;
      } else if (record.length <= header.length) yield await rowOf(record, header, line);
      else yield { line, problem: `has ${record.length} cells, and the header has ${header.length}` };
    }
  } catch (thrown) {
    const problem = reasonOf(thrown);
    if (problem === null) throw thrown;
    const { empty_lines = blank } = thrown as Partial<CsvRecord["info"]>;
    yield { line: next + empty_lines - blank, problem };
  }
}

function lineEndsIn(cells: string[]): number {
  return cells.reduce((count, cell) => count + (cell.match(/\r\n?|\n/g)?.length ?? 0), 0);
}

async function records(text: AsyncIterable<string>, delimiter: string): Promise<AsyncIterable<CsvRecord>> {
  const { parse } = await import("csv-parse");
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // Files that were put together have line ends of several kinds.
    record_delimiter: ["\r\n", "\n", "\r"],
  });
  // Text that cannot be decoded ends the parser, too.
  return Readable.from(text)
    .on("error", (error) => parser.destroy(error))
    .pipe(parser);
}

/** The keys that a header names, and all that is wrong with it. */
function readHeader(cells: string[]): { keys: string[][]; problems: string[] } {
  const keys: string[][] = [];
  const problems = new Set<string>();
  const names = new Set<string>();
  for (const name of cells.map((cell) => cell.trim())) {
    if (name === "") problems.add("is the header, and a cell of it is empty");
    else if (names.has(name)) problems.add(`is the header, and names ${name} twice`);
    else {
      const key = keyOf(name);
      if (Array.isArray(key)) keys.push(key);
      else problems.add(`is the header, and ${key.problem}`);
    }
    names.add(name);
  }
  const lost = keyWithoutPlace(keys);
  if (lost) problems.add(`is the header, and ${lost.join(".")} is within another key that it names`);
  return { keys, problems: [...problems] };
}

function keyOf(name: string): string[] | { problem: string } {
  try {
    return parsePath(name);
  } catch (thrown) {
    return { problem: problemOf(thrown) };
  }
}

/** What a usage error says is wrong with the text; anything else is thrown on. */
function problemOf(thrown: unknown): string {
  if (thrown instanceof BeltError && thrown.facts.exit === "usage") return thrown.message;
  throw thrown;
}

async function rowOf(cells: string[], header: string[][], line: number): Promise<Row | RowProblem> {
  const input: JsonObject = {};
  let id: string | null = null;
  for (const [index, cell] of cells.entries()) {
    const path = header[index]!;
    if (cell === "") continue;
    if (path.length === 1 && path[0] === "id") id = cell;
    else {
      const value = new RawValue([await rawText(cell)]);
      try {
        setAt(input, path, value, path.join("."));
      } catch (thrown) {
        return { line, problem: problemOf(thrown) };
      }
    }
  }
  return { line, id, input };
}

const REASONS: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: "a quote is never closed",
  CSV_INVALID_CLOSING_QUOTE: "a quote is closed in the middle of a cell",
  INVALID_OPENING_QUOTE: "a quote is opened in the middle of a cell",
};

/** In words for what the text's author can mend; null for anything else. */
function reasonOf(thrown: unknown): string | null {
  const { code, message } = thrown as { code?: string; message: string };
  if (code === undefined || !(thrown instanceof Error)) return null;
  return REASONS[code] ?? (code.startsWith("CSV_") ? message : null);
}
