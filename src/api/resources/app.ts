import { isObject, type JsonObject } from "../../wire/types.ts";

/** What an app takes and gives, read from what the API says of it (api.md section 8). */
export interface AppSchemas {
  version: string | null;
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
  const told = version["default_function"] || app["default_function"];
  const preferred = typeof told === "string" ? told : names.length === 1 ? names[0]! : "run";
  const only = { description: "", input: input_schema, output: output_schema };
  return {
    version: versionOf(app),
    defaultFunction: preferred,
    functions: declared.length > 0 ? Object.fromEntries(declared.map(readFunction)) : { [preferred]: only },
    setup: setup_schema,
  };
}

/** What names the version that these schemas are of. */
export function versionOf(app: JsonObject): string | null {
  const inside = isObject(app["version"]) ? app["version"]["id"] : app["version"];
  const found = [inside, app["version_id"]].find((id) => typeof id === "string" && id !== "");
  return typeof found === "string" ? found : null;
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
