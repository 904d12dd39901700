import { LongNumber } from "./long-number.ts";

/** JSON in which integers of any size, and decimals of any length, keep their digits. */

/** Like `JSON.parse`, which it is as long as no long number occurs; those are `LongNumber`s. */
export async function parseJson(text: string): Promise<unknown> {
  const plain = parsePlainJson(text);
  if (plain) return plain.value;
  const { parse } = await import("lossless-json");
  try {
    return parse(text, undefined, { parseNumber: exactNumber, onDuplicateKey: ({ newValue }) => newValue });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new SyntaxError("nested too deep");
    throw thrown;
  }
}

/** The same at once; null for a text with a long number, which takes longer. */
export function parsePlainJson(text: string): { value: unknown } | null {
  const value: unknown = JSON.parse(text);
  return holdsLongNumber(text) ? null : { value };
}

/** Like `JSON.stringify`, which it is as long as there is no `LongNumber` in the value. */
export function stringifyJson(value: unknown, indent = 0): string | undefined {
  if (!containsLongNumber(value)) return JSON.stringify(value, null, indent);
  // The digits stand in a string that nobody else can have written, until they stand by themselves.
  const mark = crypto.randomUUID();
  const json = LongNumber.marked(mark, () => JSON.stringify(value, null, indent));
  return json.replaceAll(new RegExp(`"${mark}([^"]+)"`, "g"), "$1");
}

/** The number that a JSON number is, as a double where that says the same. */
export function exactNumber(digits: string): number | LongNumber {
  const number = Number(digits);
  return Number.isFinite(number) && significant(String(number)) === significant(digits)
    ? number
    : new LongNumber(digits);
}

/** Digits and power of ten, however a number is written. */
function significant(number: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  return short === ""
    ? "0"
    : `${sign}${short}e${Number(power) - fraction.length + digits.length - short.length}`;
}

/** True for numbers of both kinds. */
export function isNumber(value: unknown): value is number | LongNumber {
  return typeof value === "number" || value instanceof LongNumber;
}

/** What no double may hold is at least as long as this. */
const LONG = /\d[\d.]{15}|\d[eE][+-]?\d{3}/;

/** Looks outside of strings only: texts are full of digits. The text is valid JSON. */
function holdsLongNumber(text: string): boolean {
  if (!LONG.test(text)) return false;
  for (let from = 0; ; ) {
    const quote = text.indexOf('"', from);
    if (LONG.test(text.slice(from, quote < 0 ? text.length : quote))) return true;
    if (quote < 0) return false;
    from = endOfString(text, quote);
  }
}

/** The place after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/** True when there is a `LongNumber` anywhere in the value. */
export function containsLongNumber(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (one instanceof LongNumber) return true;
    if (typeof one === "object" && one !== null) for (const inner of Object.values(one)) left.push(inner);
  }
  return false;
}
