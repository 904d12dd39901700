/**
 * The yaml parser, loaded with the first inf.yml. The package is CommonJS: once bundled, a dynamic
 * import of the package itself would have no named exports.
 */
import { type Document, parseDocument, visit } from "yaml";
import { exactNumber } from "../../wire/json.ts";

export { parse } from "yaml";

/** YAML with values that are held against JSON, or become it; throws its first mistake. */
export function parseExactly(text: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw error;
  keepDigits(document);
  return document.toJS();
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[-+]?\d+)?$/i;

/** Numbers that a double does not hold keep their digits, as those of JSON do. */
export function keepDigits(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      const { source = "", value } = node;
      if (typeof value === "number" && JSON_NUMBER.test(source)) node.value = exactNumber(source);
    },
  });
}
