import { safeLine, safeText } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";
import { isObject } from "../wire/types.ts";

/** The log of one task, entries as the API sent them. */
export interface TaskLog {
  task_id: string;
  logs: unknown[];
}

/** The lines of a log; `prefix` tells several tasks apart. */
export function taskLogView(prefix: boolean): View<TaskLog> {
  return {
    text: ({ task_id, logs }, { colors }) => {
      const head = prefix ? `${colors.dim(safeLine(task_id))}  ` : "";
      return logs
        .flatMap((entry) => safeText(contentOf(entry)).replace(/\n$/, "").split("\n"))
        .map((line) => head + line)
        .join("\n");
    },
  };
}

function contentOf(entry: unknown): string {
  if (typeof entry === "string") return entry;
  return isObject(entry) && typeof entry["content"] === "string" ? entry["content"] : "";
}
