import { isObject, type JsonObject } from "../../wire/types.ts";

/** An output that is told piece by piece, put together in place: what a piece costs does not depend on what is there. */
export class GrowingOutput {
  readonly value: JsonObject;
  /** Tool calls by their `index`. */
  readonly #calls = new Map<unknown, JsonObject>();

  /** Goes on from an output as a message has told it, which stays as it was. */
  constructor(output: unknown) {
    this.value = isObject(output) ? { ...output } : {};
    if (Array.isArray(this.value["tool_calls"])) {
      const calls = this.value["tool_calls"];
      this.value["tool_calls"] = [];
      this.#addCalls(calls);
    }
  }

  /** Text joins, tool calls merge by their index, anything else replaces (src/api/README.md, "Following a task"). False when nothing was new. */
  append(delta: JsonObject): boolean {
    const news = Object.entries(delta).filter(([key, value]) => isNews(value) && key !== "__proto__");
    for (const [key, value] of news) {
      const there = Object.hasOwn(this.value, key) ? this.value[key] : undefined;
      if (key === "tool_calls" && Array.isArray(value)) this.#addCalls(value);
      else this.value[key] = typeof value === "string" && typeof there === "string" ? there + value : value;
    }
    return news.length > 0;
  }

  #addCalls(news: unknown[]): void {
    if (!Array.isArray(this.value["tool_calls"])) this.value["tool_calls"] = [];
    const calls = this.value["tool_calls"] as unknown[];
    for (const [place, one] of news.entries()) {
      if (!isObject(one)) continue;
      const index = typeof one["index"] === "number" ? one["index"] : place;
      const call = this.#calls.get(index) ?? {};
      if (!this.#calls.has(index)) calls.push(call);
      this.#calls.set(index, call);
      addToCall(call, one);
    }
  }
}

/** A call's id, type and name come whole; its arguments come in pieces. */
function addToCall(call: JsonObject, { function: named, ...rest }: JsonObject): void {
  for (const [key, value] of Object.entries(rest)) if (isNews(value)) call[key] = value;
  if (!isObject(named)) return;
  const known = isObject(call["function"]) ? call["function"] : {};
  const { arguments: piece, ...more } = named;
  for (const [key, value] of Object.entries(more)) if (isNews(value)) known[key] = value;
  if (isNews(piece)) known["arguments"] = joined(known["arguments"], piece);
  call["function"] = known;
}

function joined(there: unknown, piece: unknown): unknown {
  return typeof there === "string" && typeof piece === "string" ? there + piece : piece;
}

function isNews(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "";
}
