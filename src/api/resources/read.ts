import { isObject, type JsonObject } from "../../wire/types.ts";
import { notAsExpected } from "../paths.ts";
import type { StatusReader } from "./status.ts";
import { flattenBase, type IdentifiedTask } from "./task.ts";

/** An id as text; null for what can be none. */
export function identifier(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/** What a task is called: its id, else its short one; null for what has neither. */
export function taskName({ id, short_id }: JsonObject): string | null {
  return identifier(id) ?? identifier(short_id);
}

/** All that a task is called, each once. */
export function taskNames({ id, short_id }: JsonObject): string[] {
  return [...new Set([identifier(id), identifier(short_id)])].filter((name) => name !== null);
}

/** The answer about the task `id`, which may be its short one; throws for what is no task, or another. */
export function readTask(answer: unknown, id: string, statuses: StatusReader): IdentifiedTask {
  const task = isObject(answer) ? flattenBase(answer) : {};
  const { word, code } = statuses.read(task);
  if (word === "unknown" && code === null && !("status" in task)) {
    throw notAsExpected(`its answer about task ${id} is no task`);
  }
  const told = identifier(task["id"]) ?? id;
  if (told === id || task["short_id"] === id) return { ...task, id: told };
  throw notAsExpected(`its answer about task ${id} is about task ${told}`);
}

/** The items of a list: bare, in a page, or null for none; throws for what is no list. */
export function readItems(answer: unknown, what: string): JsonObject[] {
  if (answer === null) return [];
  const items = isObject(answer) ? answer["items"] : answer;
  if (Array.isArray(items)) return items.filter(isObject);
  if (isObject(answer) && items === null) return [];
  throw notAsExpected(`its answer about ${what} is no list`);
}

/** The tasks of a list that have a name. */
export function identified(items: JsonObject[]): IdentifiedTask[] {
  return items.map(flattenBase).flatMap((item) => {
    const id = taskName(item);
    return id === null ? [] : [{ ...item, id }];
  });
}
