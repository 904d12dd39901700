import { exactNumber } from "../wire/json.ts";

/** YAML with anchors and merge keys, whose long numbers keep their digits as JSON's do; throws for what is none. */
export async function parseYaml(text: string): Promise<unknown> {
  const { parseDocument, visit } = await import("yaml");
  const document = parseDocument(text, { merge: true, prettyErrors: false, logLevel: "error" });
  const [error] = document.errors;
  if (error) throw error;
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "number") node.value = exactly(node.source, node.value);
    },
  });
  return document.toJS();
}

/** YAML writes numbers in more ways than JSON; long ones are written like JSON's. */
function exactly(source: string | undefined, value: number): unknown {
  return source !== undefined && /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(source)
    ? exactNumber(source)
    : value;
}
