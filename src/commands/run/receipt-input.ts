import { basename, isAbsolute, win32 } from "node:path";
import { type CoercedInput, withValue } from "../../input/coerce.ts";
import { valueAt } from "../../input/raw-value.ts";
import type { Schema } from "../../input/schema/node.ts";
import type { JsonObject, RunRequest } from "../../wire/types.ts";
import type { FileFacts } from "./file-hash.ts";
import type { InputFile, Receipt } from "./receipt-document.ts";
import { REDACTED, redactInput } from "./redact-input.ts";
import type { CoercedRun } from "./validate-input.ts";

/** What an app takes, as far as it is known. */
export interface InputSchemas {
  input: Schema | null;
  setup: Schema | null;
}

/** What was typed and what was sent, as a receipt keeps them. */
export function receiptInputs(
  { input, setup }: CoercedRun,
  request: RunRequest,
  schemas: InputSchemas,
): Pick<Receipt, "given" | "sent" | "redacted"> {
  const redacted: string[] = [];
  return {
    given: {
      input: given(input, schemas.input, "input", redacted),
      setup: setup ? given(setup, schemas.setup, "setup", redacted) : null,
    },
    redacted,
    sent: {
      input: redactInput(withoutPlaces(input, request.input), schemas.input),
      setup: setup && request.setup ? redactInput(withoutPlaces(setup, request.setup), schemas.setup) : null,
    },
  };
}

/** Nothing of a file is secret but what is in it, and so is its name; `redacted` takes what is left out. */
function given(
  { values, uploads }: CoercedInput,
  schema: Schema | null,
  root: string,
  redacted: string[],
): JsonObject {
  const taken: (readonly string[])[] = [];
  const tree = uploads.reduce<JsonObject>(
    (rest, { field, file }) => withValue(rest, field, `@${shownName(file)}`) as JsonObject,
    redactInput(values, schema, (_name, _secret, path) => taken.push(path)),
  );
  const left = taken.filter((path) => valueAt(tree, path) === REDACTED);
  redacted.push(...left.map((path) => [root, ...path].join(".")));
  return tree;
}

/** A server may tell where on this machine it keeps an upload, or sign its address; neither is kept. */
function withoutPlaces({ uploads }: CoercedInput, sent: JsonObject): JsonObject {
  return uploads.reduce<JsonObject>((tree, { path }) => {
    const uri = valueAt(tree, path);
    if (typeof uri !== "string") return tree;
    const [address = ""] = uri.split(/[?#]/);
    const shown = address.startsWith("file:") ? `file:${basename(address)}` : address;
    return withValue(tree, path, shown) as JsonObject;
  }, sent);
}

/** The files that a run uploaded; `facts` knows them by the name they were given. */
export function inputFiles(coerced: CoercedRun, facts: ReadonlyMap<string, FileFacts>): InputFile[] {
  return (["input", "setup"] as const).flatMap((root) =>
    (coerced[root]?.uploads ?? []).map(({ field, file }) => {
      const { size, sha256 } = facts.get(file)!;
      const path = isBelow(file) ? file : null;
      return { field: [root, ...field], name: shownName(file), path, size, sha256 };
    }),
  );
}

/** A file by its name alone. */
export function shownName(file: string): string {
  return file === "-" ? "standard input" : basename(file).replace(/\p{Cc}/gu, "_");
}

/** True for a path that cannot lead out of the folder that belt is called in. */
export function isBelow(path: string): boolean {
  const parts = path.split(/[\\/]/);
  return (
    path !== "-" &&
    !isAbsolute(path) &&
    !win32.isAbsolute(path) &&
    !/^[a-z]:/i.test(path) &&
    !/\p{Cc}/u.test(path) &&
    parts.some((part) => part !== "" && part !== ".") &&
    !parts.includes("..")
  );
}
