import { usageError } from "../errors.ts";

/** Where in a result a field is: `output.image.uri`. */
export interface FieldPath {
  text: string;
  keys: string[];
}

/**
 * What `--field` takes, behind what it was given before: paths set apart by commas; `\,` and `\.` stand for a
 * comma and a dot in a key. Blanks around a path, and jq's `.a[0].b`, mean the same without them.
 */
export function parseFieldPaths(text: string, before: FieldPath[] = []): FieldPath[] {
  return [...before, ...splitAt(",", text).map(parsePath)];
}

function parsePath(written: string): FieldPath {
  const path = written.trim();
  if (path.includes("[]"))
    throw usageError(
      `--field: "${path}": [] is not needed`,
      /^\.?\[\]/.test(path)
        ? `of a list the field of each element is printed: --field ${path.replace(/^\.?\[\]\.?/, "")}`
        : `--field ${path.replaceAll("[]", ".0")} prints that of the first; --json and jq '.${path.replace(/^\./, "")}' those of all`,
    );
  const dotted = path.replace(/(^|[^\\])\[(\d+)\]/g, (_, last: string, place: string) =>
    last === "" || last === "." ? `${last}${place}` : `${last}.${place}`,
  );
  const parts = splitAt(".", dotted);
  if (parts.length > 1 && parts[0] === "") parts.shift();
  const keys = parts.map((key) => key.replace(/\\([,.\\[])/g, "$1"));
  if (keys.every((key) => key !== "")) return { text: path.replaceAll("\\,", ","), keys };
  throw usageError(`--field: "${path}" has an empty part`, "write it like output.image.uri");
}

/** The same path, as it is written. */
export function writtenPath(keys: readonly string[]): string {
  return keys.map((key) => key.replace(/[,.\\]/g, "\\$&")).join(".");
}

/** Splits at a mark that no backslash stands before. */
function splitAt(mark: "," | ".", text: string): string[] {
  const parts = text.match(/\\.|[^\\]|\\$/gs) ?? [];
  const found = [""];
  for (const part of parts) {
    if (part === mark) found.push("");
    else found[found.length - 1] += part;
  }
  return found;
}
