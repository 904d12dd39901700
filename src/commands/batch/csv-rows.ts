import { Readable } from "node:stream";
import { parsePath, setAt } from "../../input/path.ts";
import { RawValue, rawText } from "../../input/raw-value.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Row, RowProblem } from "./row.ts";

/** One record of a CSV file, and the line at which it ends. */
interface CsvRecord {
  record: string[];
  info: { lines: number };
}

/** The rows of a CSV text: its header names the keys, and `id`; an empty cell is absent. */
export async function* readCsv(
  text: AsyncIterable<string>,
  separator: string,
): AsyncGenerator<Row | RowProblem> {
  let header: string[][] | null = null;
  let ended = 0;
  try {
    for await (const { record, info } of await records(text, separator)) {
      const line = ended + 1;
      ended = info.lines;
      if (!header) {
        const problem = headerProblem(record);
        if (problem !== null) return yield { line, problem };
        header = record.map((name) => parsePath(name.trim()));
      } else if (record.length <= header.length) yield await rowOf(record, header, line);
      else yield { line, problem: `has ${record.length} cells, and the header has ${header.length}` };
    }
  } catch (thrown) {
    const problem = reasonOf(thrown);
    if (problem === null) throw thrown;
    yield { line: ended + 1, problem };
  }
}

async function records(text: AsyncIterable<string>, delimiter: string): Promise<AsyncIterable<CsvRecord>> {
  const { parse } = await import("csv-parse");
  const parser = parse({ delimiter, info: true, relax_column_count: true, skip_empty_lines: true });
  // Text that cannot be decoded ends the parser, too.
  return Readable.from(text)
    .on("error", (error) => parser.destroy(error))
    .pipe(parser);
}

function headerProblem(cells: string[]): string | null {
  const names = cells.map((cell) => cell.trim());
  if (names.includes("")) return "is the header, and a cell of it is empty";
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `is the header, and names ${twice} twice`;
}

async function rowOf(cells: string[], header: string[][], line: number): Promise<Row> {
  const input: JsonObject = {};
  let id: string | null = null;
  for (const [index, cell] of cells.entries()) {
    const path = header[index]!;
    if (cell === "") continue;
    if (path.length === 1 && path[0] === "id") id = cell;
    else setAt(input, path, new RawValue([await rawText(cell)]), path.join("."));
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
