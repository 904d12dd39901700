import { isObject } from "../../wire/types.ts";

/** A tool call as the model has written it so far. */
export interface ToolCallDelta {
  index: number;
  id: string;
  name: string;
  /** JSON, perhaps cut short. */
  arguments: string;
}

/** Calls are told by their index; arguments join, all else replaces (src/api/README.md, "Agents and chats"). */
export function mergeToolCalls(known: ToolCallDelta[], deltas: unknown): ToolCallDelta[] {
  if (!Array.isArray(deltas)) return known;
  const byIndex = new Map(known.map((call) => [call.index, call]));
  for (const delta of deltas.filter(isObject)) {
    const index = typeof delta["index"] === "number" ? delta["index"] : 0;
    const before = byIndex.get(index) ?? { index, id: "", name: "", arguments: "" };
    const { name, arguments: more } = isObject(delta["function"]) ? delta["function"] : {};
    byIndex.set(index, {
      index,
      id: typeof delta["id"] === "string" && delta["id"] !== "" ? delta["id"] : before.id,
      name: typeof name === "string" && name !== "" ? name : before.name,
      arguments: before.arguments + (typeof more === "string" ? more : ""),
    });
  }
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}
