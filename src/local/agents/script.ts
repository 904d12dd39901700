/** The scripted model: which turn answers a message, and what its texts come to. */
import { stringifyJson } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { Turn } from "./agent-version.ts";

/** What texts of a turn may name in braces: `{message}`, `{rest}`, `{context.name}`, `{result.image.uri}`. */
export interface Scope {
  message: string;
  /** The message after the word that chose the turn. */
  rest: string;
  context: JsonObject;
  /** Of the last tool that was called, JSON where it is JSON. */
  result: unknown;
}

export interface ChosenTurn {
  turn: Turn;
  rest: string;
}

/**
 * The first turn one of whose words is in the message, with something after it where the turn speaks
 * of that; else the next of those without words, the last of them again and again.
 */
export function chooseTurn(turns: Turn[], message: string, answered: number): ChosenTurn {
  for (const turn of turns) {
    for (const word of turn.when) {
      const found = wordIn(message, word);
      if (!found) continue;
      const rest = message.slice(found.index + found[0].length).trim();
      if (/[\p{L}\p{N}]/u.test(rest) || !speaksOfRest(turn)) return { turn, rest };
    }
  }
  const inOrder = turns.filter(({ when }) => when.length === 0);
  const turn = inOrder[Math.min(answered, inOrder.length - 1)] ?? turns.at(-1)!;
  return { turn, rest: message };
}

function speaksOfRest({ steps }: Turn): boolean {
  return stringifyJson(steps)!.includes("{rest}");
}

function wordIn(message: string, word: string): RegExpExecArray | null {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, "iu").exec(message);
}

/** A value with the names in its texts replaced. */
export function fill(value: unknown, scope: Scope): unknown {
  if (typeof value === "string") return fillText(value, scope);
  if (Array.isArray(value)) return value.map((item) => fill(item, scope));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, scope)]));
}

export function fillText(text: string, scope: Scope): string {
  return text.replace(/\{([\w.]+)\}/g, (whole, path: string) => {
    const found = path
      .split(".")
      .reduce<unknown>(
        (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
        scope,
      );
    if (found === undefined) return whole;
    return typeof found === "string" ? found : stringifyJson(found)!;
  });
}
