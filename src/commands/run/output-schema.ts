import type { Api } from "../../api/client.ts";
import type { AppSchemas } from "../../api/resources/app.ts";
import { type IsFileField, mayBeFile } from "../../api/resources/output-files.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { isAppName } from "../../input/app-name.ts";
import { asSchema } from "../../input/schema/document.ts";
import { schemaAt } from "../../input/schema/fields.ts";
import { isFileField } from "../../input/schema/kinds.ts";
import type { Schema } from "../../input/schema/node.ts";
import type { RunContext } from "../shared/context.ts";
import { KnownApp } from "./app-schemas.ts";

/** Which fields of a task's output hold a file as plain text; without a schema none is known to. */
export async function fileFields(ctx: RunContext, api: Api, task: TaskDocument): Promise<IsFileField> {
  if (task.app === null || !isAppName(task.app) || !mayHaveFiles(task.output)) return () => false;
  const known = new KnownApp(ctx, task.app);
  const schemas = (await known.cached()) ?? (await known.fetched(api));
  const schema = schemas && outputSchema(schemas, task["function"]);
  return (path) => {
    const found = schemaAt(schema, path);
    return found !== null && isFileField(found);
  };
}

function outputSchema(schemas: AppSchemas, name: unknown): Schema | null {
  const asked = typeof name === "string" && name !== "" ? name : schemas.defaultFunction;
  return asSchema(schemas.functions[asked]?.output);
}

/** True when a file may stand somewhere as plain text, so that the schema is worth asking for. */
function mayHaveFiles(value: unknown): boolean {
  if (typeof value === "string") return mayBeFile(value);
  return typeof value === "object" && value !== null && Object.values(value).some(mayHaveFiles);
}
