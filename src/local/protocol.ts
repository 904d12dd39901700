import type { JsonObject } from "../wire/types.ts";

/** What the server and a worker process say to each other over the IPC channel. */
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
