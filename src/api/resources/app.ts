import { isObject, type JsonObject } from "../../wire/types.ts";

/** What an app takes and gives, read from what the API says of it (src/api/README.md, "Apps"). */
export interface AppSchemas {
  version: string | null;
  /** What stands for it in `name@…`, where that is something else. */
  shortVersion: string | null;
  defaultFunction: string;
  functions: Record<string, FunctionSchemas>;
  setup: unknown;
}

export interface FunctionSchemas {
  description: string;
  input: unknown;
  output: unknown;
}

/** The schemas sit in the app's `version`, or in the app itself. */
export function appSchemas(app: JsonObject): AppSchemas {
  const version = isObject(app["version"]) ? app["version"] : app;
  const { functions, input_schema, output_schema, setup_schema } = version;
  const declared = isObject(functions) ? Object.entries(functions).filter(isNamedObject) : [];
  const names = declared.map(([name]) => name);
  const named = version["default_function"] || app["default_function"];
  const preferred = typeof named === "string" ? named : names.length === 1 ? names[0]! : "run";
  const own = { description: "", input: input_schema, output: output_schema };
  const listed = Object.fromEntries(declared.map(readFunction));
  const found = Object.hasOwn(listed, preferred) ? listed[preferred]! : null;
  const isNamed = found !== null || names.length === 0 || saysSomething(own.input);
  return {
    version: versionOf(app),
    shortVersion: shortVersionOf(app),
    defaultFunction: preferred,
    functions: isNamed ? { ...listed, [preferred]: completed(found ?? own, own) } : listed,
    setup: setup_schema,
  };
}

/** What the version itself says counts where its default function says nothing. */
function completed({ description, input, output }: FunctionSchemas, own: FunctionSchemas): FunctionSchemas {
  return {
    description,
    input: saysSomething(input) ? input : own.input,
    output: saysSomething(output) ? output : own.output,
  };
}

function saysSomething(schema: unknown): boolean {
  return isObject(schema) && Object.keys(schema).length > 0;
}

/** Of an app or an agent the API shows the current version only; true when that is the one that is pinned. */
export function isOfVersion(shown: JsonObject, pin: string): boolean {
  return pin === "latest" || versionOf(shown) === pin || shortVersionOf(shown) === pin;
}

/** Of these every version of the API tells some. */
const FIELDS = ["id", "name", "version", "version_id", "input_schema", "functions"];

export function isApp(answer: unknown): answer is JsonObject {
  return isObject(answer) && FIELDS.some((field) => field in answer);
}

/** What names the version that these schemas are of. */
export function versionOf(app: JsonObject): string | null {
  const inside = isObject(app["version"]) ? app["version"]["id"] : app["version"];
  const found = [inside, app["version_id"]].find((id) => typeof id === "string" && id !== "");
  return typeof found === "string" ? found : null;
}

function shortVersionOf({ version }: JsonObject): string | null {
  const short = isObject(version) ? version["short_id"] : null;
  return typeof short === "string" && short !== "" ? short : null;
}

function isNamedObject(entry: [string, unknown]): entry is [string, JsonObject] {
  return isObject(entry[1]);
}

function readFunction([name, { description, input_schema, output_schema }]: [string, JsonObject]): [
  string,
  FunctionSchemas,
] {
  return [
    name,
    {
      description: typeof description === "string" ? description : "",
      input: input_schema,
      output: output_schema,
    },
  ];
}
