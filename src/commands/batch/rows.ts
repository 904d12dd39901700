import { createReadStream } from "node:fs";
import { extname } from "node:path";
import { decodePieces } from "../../input/decode-text.ts";
import { parseJson } from "../../wire/json.ts";
import { LongNumber } from "../../wire/long-number.ts";
import { splitLines } from "../../wire/split-lines.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { readCsv } from "./csv-rows.ts";
import type { Row, RowProblem } from "./row.ts";

export interface RowsFile {
  /** As it is told to people. */
  name: string;
  path: string;
}

/** The rows of a file of JSON lines or CSV, one after the other; throws what keeps it from being read. */
export async function* readRows({ name, path }: RowsFile): AsyncGenerator<Row | RowProblem> {
  let broken: number | null = null;
  const pieces = untilBroken(decodePieces(createReadStream(path)), (line) => {
    broken = line;
  });
  const { head, text } = await peek(pieces);
  yield* isCsv(name, head) ? readCsv(text, separatorOf(name, head)) : readLines(text);
  if (broken !== null) yield { line: broken, problem: "is not text in UTF-8 or UTF-16" };
}

/** Ends where the bytes are no text, and tells that line: what is wrong before it is told, too. */
async function* untilBroken(
  pieces: AsyncIterable<string>,
  onBroken: (line: number) => void,
): AsyncGenerator<string> {
  let line = 1;
  try {
    for await (const piece of pieces) {
      line += piece.split("\n").length - 1;
      yield piece;
    }
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    onBroken(line);
  }
}

async function* readLines(text: AsyncIterable<string>): AsyncGenerator<Row | RowProblem> {
  let line = 0;
  for await (const each of splitLines(text)) {
    line++;
    if (each.trim() !== "") yield await readLine(each, line);
  }
}

/** The first line, as far as needed to tell what the text is, and all of the text. */
async function peek(pieces: AsyncGenerator<string>): Promise<{ head: string; text: AsyncIterable<string> }> {
  let head = "";
  for (;;) {
    const { done, value } = await pieces.next();
    head += done ? "" : value;
    if (done || head.trimStart().includes("\n") || head.length > LONGEST_HEAD) break;
  }
  const whole = async function* () {
    yield head;
    yield* pieces;
  };
  return { head: head.trimStart().split(/\r?\n/)[0]!, text: whole() };
}

const LONGEST_HEAD = 2 ** 20;

/** The name tells; where it does not, JSON lines begin with a brace. */
function isCsv(name: string, head: string): boolean {
  const extension = extname(name).toLowerCase();
  if ([".csv", ".tsv"].includes(extension)) return true;
  if ([".jsonl", ".ndjson", ".json"].includes(extension)) return false;
  return head !== "" && !/^[[{]/.test(head);
}

/** What the most common spreadsheets put between cells; the header tells. */
function separatorOf(name: string, head: string): string {
  if (extname(name).toLowerCase() === ".tsv") return "\t";
  if (head.includes(",")) return ",";
  return [";", "\t"].find((separator) => head.includes(separator)) ?? ",";
}

async function readLine(text: string, line: number): Promise<Row | RowProblem> {
  const value = await parseJson(text).catch(() => undefined);
  if (isObject(value)) return readObject(value, line);
  if (value === undefined) {
    const isSpread = /^[[{]\s*$/.test(text);
    return { line, problem: `is not JSON${isSpread ? "; jq -c . makes one line of each object" : ""}` };
  }
  const advice = Array.isArray(value) ? "; jq -c '.[]' makes rows of a list" : "";
  return { line, problem: `is not an object${advice}` };
}

const FIELDS = ["id", "input", "function", "setup"];

/** Inputs by themselves, or with what else a row may say. */
function readObject(value: JsonObject, line: number): Row | RowProblem {
  const isWrapped = isObject(value["input"]) && Object.keys(value).every((key) => FIELDS.includes(key));
  if (!isWrapped) return { line, id: null, input: value };
  const { id = null, input, function: name, setup } = value;
  const label = labelOf(id);
  if (label === undefined) return { line, problem: "id is not a text or a number" };
  if (name !== undefined && (typeof name !== "string" || name === ""))
    return { line, problem: "function is not a name" };
  if (setup !== undefined && !isObject(setup)) return { line, problem: "setup is not an object" };
  return {
    line,
    id: label,
    input: input as JsonObject,
    ...(name !== undefined && { function: name }),
    ...(setup !== undefined && { setup }),
  };
}

function labelOf(id: unknown): string | null | undefined {
  if (id === null || id === "") return null;
  const isLabel = typeof id === "string" || typeof id === "number" || id instanceof LongNumber;
  return isLabel ? String(id) : undefined;
}
