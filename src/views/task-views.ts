import type { Cancellation } from "../api/cancel.ts";
import type { TaskEvent } from "../api/follow/events.ts";
import type { TaskDocument } from "../api/resources/task.ts";
import { datedMoment } from "./relative-time.ts";
import { savedPaths } from "./run-views.ts";
import { safeLine, safeText } from "../terminal/text.ts";
import { timingRows } from "./time-bar.ts";
import { colourStatus, fields, renderOutput, renderValue } from "./values.ts";
import type { Page, Style, View } from "../terminal/view.ts";
import { wrap } from "../terminal/wrap.ts";

/** A task as a page. */
export const taskView: View<TaskDocument> = {
  text: (task, style) => fields(taskRows(task, style), style),
  bare: (task) => savedPaths(task) ?? safeLine(task.id),
};

/** The same with where the time went, when the API tells. */
export const taskPageView: View<Page<TaskDocument, unknown>> = {
  text: ({ value, details }, style) =>
    fields([...taskRows(value, style), ...timingRows(details, style)], style),
  bare: ({ value }) => safeLine(value.id),
};

/** Columns of the longest name of a row, and the gap. */
const INDENT = 9;

function taskRows(task: TaskDocument, style: Style): [string, string][] {
  const beside = { ...style, width: style.width - INDENT };
  const rows: [string, string][] = [
    ["task", style.paint.bold(safeLine(task.id))],
    ["app", task.app === null ? "" : safeLine(task.app)],
    ["status", colourStatus(task.status, style.paint)],
    ["created", datedMoment(task.created_at, style)],
    ["updated", datedMoment(task.updated_at, style)],
    ["session", safeLine(task.session_id ?? "")],
    ["error", wrap(safeText(task.error ?? ""), beside)],
    ["input", renderValue(task.input, beside)],
    ["output", renderValue(task.output, beside)],
  ];
  return rows.filter(([, value]) => value !== "");
}

/** What `task cancel` says of one task; nothing with `-q`. */
export const cancellationView: View<Cancellation> = {
  text: ({ id, status, cancelled }, { paint }) => {
    const outcome = cancelled
      ? colourStatus(status, paint)
      : `had already ended: ${colourStatus(status, paint)}`;
    return `${safeLine(id)}  ${outcome}`;
  },
  bare: () => "",
};

/** One task on one line, as `task wait` prints it when it ends. */
export const endView: View<TaskDocument> = {
  text: (task, { paint }) => {
    const error = task.error === null ? "" : `  ${safeLine(task.error)}`;
    return `${safeLine(task.id)}  ${colourStatus(task.status, paint)}${error}`;
  },
  bare: (task) => safeLine(task.id),
};

/** The life of a task, line by line; `prefix` tells several apart. */
export function eventView(prefix: boolean): View<TaskEvent> {
  return {
    text: (event, style) => {
      const head = prefix ? `${style.paint.dim(safeLine(event.task_id))}  ` : "";
      if (event.type === "status") return head + colourStatus(event.status, style.paint);
      if (event.type === "log") return lines(event.text, `${head}${style.paint.dim("│")} `);
      if (event.type === "result") return lines(renderOutput(event.task.output, style), head);
      return "";
    },
    bare: (event, style) => (event.type === "result" ? renderOutput(event.task.output, style) : ""),
  };
}

/** The log alone, as `task logs -f` prints it. */
export function logView(prefix: boolean): View<TaskEvent> {
  return {
    text: (event, { paint }) =>
      event.type === "log"
        ? lines(event.text || " ", prefix ? `${paint.dim(safeLine(event.task_id))}  ` : "")
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
