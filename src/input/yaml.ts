import { usageError } from "../errors.ts";
import { exactNumber } from "../wire/json.ts";
import { LongNumber } from "../wire/long-number.ts";

/** YAML with anchors and merge keys, whose long numbers keep their digits as JSON's do; throws for what is none. */
export async function parseYaml(text: string): Promise<unknown> {
  const { parseDocument, visit } = await import("yaml");
  const document = parseDocument(text, { merge: true, prettyErrors: false, logLevel: "error" });
  const [error] = document.errors;
  if (error) throw error;
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "number") node.value = exactly(node.source ?? String(node.value));
    },
  });
  return document.toJS();
}

/** As JSON writes it: YAML has more signs, zeros and bases, and numbers that are none. */
function exactly(source: string): unknown {
  if (/^0[xo]/.test(source)) return exactNumber(String(BigInt(source)));
  const [, sign, whole, fraction, power = ""] = /^([-+]?)(\d*)\.?(\d*)(e[-+]?\d+)?$/i.exec(source) ?? [];
  if (whole === undefined) throw usageError(`${source} is no number that JSON can hold`);
  const digits = whole.replace(/^0+(?=\d)/, "") || "0";
  return exactNumber(`${sign === "-" ? "-" : ""}${digits}${fraction && `.${fraction}`}${power}`);
}

/** YAML whose long numbers have all of their digits. */
export async function stringifyYaml(value: unknown): Promise<string> {
  const { stringify } = await import("yaml");
  const mark = crypto.randomUUID();
  return LongNumber.marked(mark, () => stringify(value)).replaceAll(mark, "");
}
