import type { ErrorObject } from "ajv";
import { usageError } from "../../errors.ts";
import type { Path } from "../../input/schema/fields.ts";
import { parseJson } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { FileFacts } from "./file-hash.ts";
import type { HashedOutputFile } from "./output-hash.ts";

/** The form of receipts that this belt writes, and reads. */
export const RECEIPT_SCHEMA = 1;

/** What is needed to run exactly that again, and nothing that is secret (src/cli/README.md, "Receipts"). */
export interface Receipt {
  schema: typeof RECEIPT_SCHEMA;
  belt: string;
  /** The server it went to: a base URL, or "local". */
  api: string;
  task_id: string;
  /** Without a version. */
  app: string;
  version: VersionRan;
  function: string | null;
  variant: string | null;
  infra: string | null;
  /** As typed, `@name` in the place of a file. */
  given: ReceiptInput;
  sent: ReceiptInput;
  /** What must be given again, such as "input.api_key". */
  redacted: string[];
  files: { in: InputFile[]; out: (HashedOutputFile & { name: string })[] };
  /** Of all of the output but its files. */
  output_sha256: string;
  status: string;
  submitted_at: string;
  created_at: string | null;
  updated_at: string | null;
  estimate: JsonObject | null;
}

interface ReceiptInput {
  input: JsonObject;
  setup: JsonObject | null;
}

/** The version that ran, as far as the API tells it. */
export interface VersionRan {
  id: string | null;
  /** What stands for it in `name@…`, where that is something else. */
  short_id: string | null;
}

/** A file that was uploaded. */
export interface InputFile extends FileFacts {
  /** Where it stood; begins with "input" or "setup". */
  field: Path;
  name: string;
  /** Null when it was not below the folder that belt was called in. */
  path: string | null;
}

/** Text that can be shown in one line. */
const WORD = { type: "string", minLength: 1, maxLength: 500, pattern: "^[^\\p{Cc}]*$" };
const PATH = { ...WORD, maxLength: 5000 };
const WORD_OR_NULL = { anyOf: [WORD, { type: "null" }] };
const ID_OR_NULL = { anyOf: [{ type: "string", pattern: "^\\w[\\w.-]{0,199}$" }, { type: "null" }] };
const SHA256 = { type: "string", pattern: "^[0-9a-f]{64}$" };
const FIELD = {
  type: "array",
  maxItems: 100,
  items: { anyOf: [{ type: "string" }, { type: "integer", minimum: 0 }] },
};
const FACTS = { field: FIELD, name: PATH, size: { type: "integer", minimum: 0 }, sha256: SHA256 };
const INPUT = closed({
  input: { type: "object" },
  setup: { anyOf: [{ type: "object" }, { type: "null" }] },
});

/** Nothing else is in a receipt: no webhook, no worker, no session. */
const SCHEMA = closed({
  schema: { const: RECEIPT_SCHEMA },
  belt: WORD,
  api: WORD,
  task_id: WORD,
  app: { type: "string", pattern: "^\\w[\\w.-]{0,199}(/\\w[\\w.-]{0,199})?$" },
  version: closed({ id: ID_OR_NULL, short_id: ID_OR_NULL }),
  function: WORD_OR_NULL,
  variant: WORD_OR_NULL,
  infra: { enum: ["cloud", "private", "private_first", null] },
  given: INPUT,
  sent: INPUT,
  redacted: { type: "array", items: { type: "string" } },
  files: closed({
    in: { type: "array", items: closed({ ...FACTS, path: { anyOf: [PATH, { type: "null" }] } }) },
    out: { type: "array", items: closed(FACTS) },
  }),
  output_sha256: SHA256,
  status: WORD,
  submitted_at: WORD,
  created_at: WORD_OR_NULL,
  updated_at: WORD_OR_NULL,
  estimate: { anyOf: [{ type: "object" }, { type: "null" }] },
});

/** An object of these fields, all of them and no other. */
function closed(properties: JsonObject): JsonObject {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/** A receipt may come from anybody: throws a usage error for what belt would not have written. */
export async function readReceipt(text: string, name: string): Promise<Receipt> {
  const value = await parseJson(text).catch(() => undefined);
  const no = (reason: string) => usageError(`${name} is not a receipt of belt's: ${reason}`);
  if (!isObject(value)) throw no("it is not a JSON object");
  const { schema } = value;
  if (typeof schema === "number" && schema > RECEIPT_SCHEMA)
    throw usageError(`${name} is a receipt of a newer belt, of schema ${schema}`, "update belt");
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  const ajv = new Ajv2020({ strict: false, meta: false, validateSchema: false, logger: false });
  const validate = ajv.compile(SCHEMA);
  if (validate(value)) return value as unknown as Receipt;
  throw no(reasonOf(validate.errors![0]!));
}

function reasonOf({ keyword, instancePath, params, message }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll("/", ".");
  if (keyword !== "additionalProperties") return `${place || "the whole"} ${message}`;
  const key = [place, String(params["additionalProperty"])].filter(Boolean).join(".");
  return `it holds ${key.slice(0, 100)}, which no receipt does`;
}
