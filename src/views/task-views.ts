import type { Cancellation } from "../api/cancel.ts";
import type { TaskEvent } from "../api/follow/events.ts";
import type { TaskDocument } from "../api/resources/task.ts";
import { safeLine, safeText } from "../terminal/text.ts";
import type { Style, View, WithDetails } from "../terminal/view.ts";
import { wrap } from "../terminal/wrap.ts";
import { datedTime } from "./relative-time.ts";
import { savedPaths } from "./run-views.ts";
import { timingRows } from "./time-bar.ts";
import { colorStatus, fields, renderOutput, renderValue } from "./values.ts";

/** A task as a page. */
export const taskView: View<TaskDocument> = {
  text: (task, style) => fields(taskRows(task, style), style),
  bare: (task) => savedPaths(task) ?? safeLine(task.id),
};

/** The same with where the time went, when the API tells. */
export const taskPageView: View<WithDetails<TaskDocument, unknown>> = {
  text: ({ value, details }, style) =>
    fields([...taskRows(value, style), ...timingRows(details, style)], style),
  bare: ({ value }) => safeLine(value.id),
};

/** Columns of the longest name of a row, and the gap. */
const INDENT = 9;

function taskRows(task: TaskDocument, style: Style): [string, string][] {
  const beside = { ...style, width: style.width - INDENT };
  const rows: [string, string][] = [
    ["task", style.colors.bold(safeLine(task.id))],
    ["app", task.app === null ? "" : safeLine(task.app)],
    ["status", colorStatus(task.status, style.colors)],
    ["created", datedTime(task.created_at, style)],
    ["updated", datedTime(task.updated_at, style)],
    ["session", safeLine(task.session_id ?? "")],
    ["error", wrap(safeText(task.error ?? ""), beside)],
    ["input", renderValue(task.input, beside)],
    ["output", renderValue(task.output, beside)],
  ];
  return rows.filter(([, value]) => value !== "");
}

/** What `task cancel` says of one task; nothing with `-q`. */
export const cancellationView: View<Cancellation> = {
  text: ({ id, status, cancelled }, { colors }) => {
    const outcome = cancelled
      ? colorStatus(status, colors)
      : `had already ended: ${colorStatus(status, colors)}`;
    return `${safeLine(id)}  ${outcome}`;
  },
  bare: () => "",
};

/** One task on one line, as `task wait` prints it when it ends. */
export const endView: View<TaskDocument> = {
  text: (task, { colors }) => {
    const error = task.error === null ? "" : `  ${safeLine(task.error)}`;
    return `${safeLine(task.id)}  ${colorStatus(task.status, colors)}${error}`;
  },
  bare: (task) => safeLine(task.id),
};

/** The life of a task, line by line; `prefix` tells several apart. */
export function eventView(prefix: boolean): View<TaskEvent> {
  return {
    text: (event, style) => {
      const head = prefix ? `${style.colors.dim(safeLine(event.task_id))}  ` : "";
      if (event.type === "status") return head + colorStatus(event.status, style.colors);
      if (event.type === "log") return lines(event.text, `${head}${style.colors.dim("│")} `);
      if (event.type === "result") return lines(renderOutput(event.task.output, style), head);
      return "";
    },
    bare: (event, style) => (event.type === "result" ? renderOutput(event.task.output, style) : ""),
  };
}

/** The log alone, as `task logs -f` prints it. */
export function logView(prefix: boolean): View<TaskEvent> {
  return {
    text: (event, { colors }) =>
      event.type === "log"
        ? lines(event.text || " ", prefix ? `${colors.dim(safeLine(event.task_id))}  ` : "")
        : "",
  };
}

function lines(text: string, head: string): string {
  if (text === "") return "";
  return safeText(text)
    .split("\n")
    .map((line) => head + line)
    .join("\n");
}
