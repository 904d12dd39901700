import type { JsonObject } from "../wire/types.ts";

/** What the server and a worker process say to each other. */
export type ToWorker =
  | { kind: "setup"; id: number; setup: JsonObject }
  | { kind: "run"; id: number; function: string; input: JsonObject; context: JsonObject }
  | { kind: "describe"; id: number }
  | { kind: "unload"; id: number }
  | { kind: "cancel" };

export type FromWorker =
  | { kind: "loaded"; functions: string[]; unloads: boolean }
  | { kind: "log"; text: string; isError: boolean }
  | { kind: "partial"; id: number; output: unknown }
  | { kind: "result"; id: number; value: unknown }
  | { kind: "error"; id: number; message: string };

/** A message as it came, its fields made to be of their types: app code can forge it. */
export function fromWorker(message: JsonObject): FromWorker {
  const { kind, id, text, isError, functions, unloads, value, output } = message;
  const names = Array.isArray(functions) ? functions.map(String) : [];
  return {
    kind: kind as "log",
    id: Number(id),
    text: String(text),
    isError: isError === true,
    functions: names,
    unloads: unloads === true,
    message: String(message["message"]),
    value: value ?? null,
    output: output ?? null,
  } as FromWorker;
}

interface FunctionSchemas {
  name: string;
  description: string;
  input_schema: JsonObject;
  output_schema: JsonObject;
}

/** JSON Schemas of an app, as `GET /apps/{namespace}/{name}` shows them. */
export interface AppSchemas {
  functions: Record<string, FunctionSchemas>;
  setup_schema: JsonObject | null;
}
