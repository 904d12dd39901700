import { isObject, type JsonObject } from "../../wire/types.ts";

/** What the server and a worker process say to each other. */
export type ToWorker =
  | { kind: "setup"; id: number; setup: JsonObject }
  | { kind: "run"; id: number; function: string; input: JsonObject; context: JsonObject }
  | { kind: "describe"; id: number }
  | { kind: "unload"; id: number }
  | { kind: "cancel" };

export type FromWorker =
  | { kind: "loaded"; functions: string[]; unloads: boolean }
  /** `run` is the id of the call that said it; null for what no call has said. */
  | { kind: "log"; text: string; isError: boolean; run: number | null }
  | { kind: "partial"; id: number; output: unknown }
  | { kind: "result"; id: number; value: unknown }
  /** Before the app ends its process: how. A crash says all by itself, an exit may have reasons on stderr. */
  | { kind: "ending"; by: "crash" | "exit"; message: string; place: string | null }
  /** `place` is where in the app it was thrown, `file:line`. */
  | { kind: "error"; id: number; message: string; place: string | null };

/** The message when it is one, else null: app code can write whatever it likes where it comes from. */
export function readFromWorker(message: JsonObject): FromWorker | null {
  return isFromWorker(message) ? (message as FromWorker) : null;
}

function isFromWorker({ kind, id, ...fields }: JsonObject): boolean {
  switch (kind) {
    case "loaded":
      return areTexts(fields["functions"]) && typeof fields["unloads"] === "boolean";
    case "log":
      return typeof fields["text"] === "string" && isRun(fields["run"]);
    case "partial":
    case "result":
      return typeof id === "number";
    case "ending":
      return (
        typeof fields["by"] === "string" && typeof fields["message"] === "string" && isPlace(fields["place"])
      );
    case "error":
      return typeof id === "number" && typeof fields["message"] === "string" && isPlace(fields["place"]);
    default:
      return false;
  }
}

function isPlace(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function isRun(value: unknown): boolean {
  return value === null || typeof value === "number";
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

interface FunctionSchemas {
  name: string;
  description: string;
  kind: "run" | "stream";
  input_schema: JsonObject;
  output_schema: JsonObject;
}

/** JSON Schemas of an app, as `GET /apps/{namespace}/{name}` shows them. */
export interface AppSchemas {
  functions: Record<string, FunctionSchemas>;
  setup_schema: JsonObject | null;
  /** What is probably a slip of its author. */
  slips: string[];
}

/** What a worker said of its app, if it can be that; app code could have said it. */
export function readSchemas(value: unknown): AppSchemas | null {
  if (!isObject(value) || !isObject(value["functions"])) return null;
  const setup = value["setup_schema"];
  const isWhole = Object.values(value["functions"]).every(
    (one) => isObject(one) && isObject(one["input_schema"]) && isObject(one["output_schema"]),
  );
  const isKnown = isWhole && (setup === null || isObject(setup)) && areTexts(value["slips"]);
  return isKnown ? (value as unknown as AppSchemas) : null;
}
