/** agent.yml, read field by field; what is wrong is named with its place (src/local/README.md, "An agent directory"). */
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { AgentTool, AgentVersion, ContextField, Step, Turn } from "./agent-version.ts";

export type AgentFile = Omit<AgentVersion, "agent" | "hash" | "dir" | "modifiedAt">;

/** `fallback` is the name where the file has none. Throws an Error for what is no agent at all. */
export function readName(value: unknown, fallback: string): Pick<AgentFile, "namespace" | "name"> {
  const file = fieldsOf(value);
  return {
    namespace: text(file, "namespace", "agent.yml") || "local",
    name: text(file, "name", "agent.yml") || fallback,
  };
}

/** Throws an Error that says what is wrong where. */
export function readAgent(value: unknown, fallback: string): AgentFile {
  const named = readName(value, fallback);
  const file = fieldsOf(value);
  const tools = list(file, "tools").map(readTool);
  const names = tools.map(({ name }) => name);
  const turns = list(file, "turns").map((turn, index) => readTurn(turn, `turns.${index}`, names));
  if (turns.length === 0) throw new Error("agent.yml: turns: an agent needs at least one turn");
  const schema = file["output_schema"] ?? null;
  if (schema !== null && !isObject(schema)) throw new Error("agent.yml: output_schema must be an object");
  return {
    ...named,
    description: text(file, "description", "agent.yml").trim(),
    context: list(file, "context").map(readContext),
    tools,
    outputSchema: schema,
    turns,
  };
}

function fieldsOf(value: unknown): JsonObject {
  if (!isObject(value)) throw new Error("agent.yml must hold an object");
  return value;
}

function list(from: JsonObject, field: string): unknown[] {
  const value = from[field] ?? [];
  if (!Array.isArray(value)) throw new Error(`agent.yml: ${field} must be a list`);
  return value;
}

function text(from: JsonObject, field: string, place: string): string {
  const value = from[field] ?? "";
  if (typeof value === "object") throw new Error(`${place}: ${field} must be a text`);
  return String(value);
}

function requireNamed(value: unknown, place: string): JsonObject {
  if (!isObject(value) || typeof value["name"] !== "string" || value["name"] === "") {
    throw new Error(`agent.yml: ${place} must be an object with a name`);
  }
  return value;
}

function readContext(value: unknown, index: number): ContextField {
  const place = `context.${index}`;
  const field = requireNamed(value, place);
  const fallback = field["default"] ?? null;
  return {
    name: String(field["name"]),
    description: text(field, "description", `agent.yml: ${place}`),
    required: field["required"] === true,
    default: fallback === null ? null : String(fallback),
  };
}

function readTool(value: unknown, index: number): AgentTool {
  const place = `tools.${index}`;
  const tool = requireNamed(value, place);
  const type = tool["type"] ?? (tool["app"] === undefined ? "client" : "app");
  if (type !== "app" && type !== "client") {
    throw new Error(`agent.yml: ${place}.type must be app or client; the local server has no other tools`);
  }
  const app = text(tool, "app", `agent.yml: ${place}`);
  if (type === "app" && app === "") throw new Error(`agent.yml: ${place}.app must name the app to run`);
  const schema = tool["input_schema"] ?? null;
  return {
    name: String(tool["name"]),
    description: text(tool, "description", `agent.yml: ${place}`),
    type,
    app,
    function: text(tool, "function", `agent.yml: ${place}`) || null,
    inputSchema: isObject(schema) ? schema : null,
    requireApproval: tool["require_approval"] === true,
  };
}

function readTurn(value: unknown, place: string, tools: string[]): Turn {
  if (!isObject(value)) throw new Error(`agent.yml: ${place} must be an object with steps`);
  const when = [value["when"] ?? []].flat().map(String);
  const steps = list(value, "steps").map((step, index) => readStep(step, `${place}.steps.${index}`, tools));
  if (steps.length === 0) throw new Error(`agent.yml: ${place}.steps must be a list of steps`);
  return { when, steps };
}

const STEPS = ["say", "reason", "call", "wait", "fail", "finish"];

function readStep(value: unknown, place: string, tools: string[]): Step {
  const kind = isObject(value) ? Object.keys(value).find((key) => STEPS.includes(key)) : undefined;
  if (!isObject(value) || kind === undefined) {
    throw new Error(`agent.yml: ${place} must be one of ${STEPS.join(", ")}`);
  }
  if (kind === "say" || kind === "reason") return { kind, pieces: piecesOf(value[kind]) };
  if (kind === "wait") return { kind, ms: milliseconds(value["wait"], place) };
  if (kind === "fail") return { kind, error: text(value, "fail", place) };
  if (kind === "finish") return { kind, output: value["finish"] };
  const tool = text(value, "call", place);
  if (!tools.includes(tool))
    throw new Error(`agent.yml: ${place}.call names "${tool}", which is no tool here`);
  const given = value["with"] ?? {};
  if (!isObject(given)) throw new Error(`agent.yml: ${place}.with must be an object`);
  return { kind: "call", tool, arguments: given };
}

/** A text comes word by word; a list as its pieces are. */
function piecesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : (String(value ?? "").match(/\S+\s*|\s+/g) ?? []);
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, "": 1000 };

function milliseconds(value: unknown, place: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(String(value)) ?? [];
  if (number === undefined)
    throw new Error(`agent.yml: ${place}.wait must be a duration, such as 500ms or 2s`);
  return Number(number) * UNITS[unit]!;
}
