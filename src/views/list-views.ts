import type { SessionDocument } from "../api/resources/session.ts";
import type { TaskDocument } from "../api/resources/task.ts";
import type { JournalEntry } from "../store/journal.ts";
import { table } from "../terminal/table.ts";
import { formatSeconds, safeLine } from "../terminal/text.ts";
import type { Style, View } from "../terminal/view.ts";
import { relativeTime } from "./relative-time.ts";
import { colorStatus, inputWords } from "./values.ts";

/** Tasks, one a line; with `-q` their ids. */
export const taskListView: View<TaskDocument[]> = {
  text: (tasks, style) => (tasks.length === 0 ? "" : taskTable(tasks, style)),
  bare: (tasks) => tasks.map(({ id }) => safeLine(id)).join("\n"),
};

/** Without the inputs where the API does not list them. */
function taskTable(tasks: TaskDocument[], style: Style): string {
  const inputs = tasks.map(({ input }) => inputWords(input));
  const hasInputs = inputs.some((words) => words !== "");
  const head = ["TASK", "APP", "STATUS", "CREATED"];
  const rows = tasks.map(({ id, app, status, created_at }) => [
    safeLine(id),
    safeLine(app ?? ""),
    colorStatus(status, style.colors),
    relativeTime(created_at, style),
  ]);
  if (!hasInputs) return table({ head }, rows, style);
  return table(
    { head: [...head, "INPUT"], prose: style.textWidth.cut },
    rows.map((row, index) => [...row, inputs[index]!]),
    style,
  );
}

/** What this machine submitted, newest first. */
export const journalView: View<JournalEntry[]> = {
  text: (entries, style) =>
    entries.length === 0
      ? ""
      : table(
          { head: ["TASK", "APP", "API", "SUBMITTED"] },
          entries.map(({ id, app, api, time }) => [
            safeLine(id),
            safeLine(app ?? ""),
            safeLine(api),
            relativeTime(time, style),
          ]),
          style,
        ),
  bare: (entries) => entries.map(({ id }) => safeLine(id)).join("\n"),
};

/** Sessions, one a line, with the time each has left. */
export const sessionListView: View<SessionDocument[]> = {
  text: (sessions, style) =>
    sessions.length === 0
      ? ""
      : table(
          { head: ["SESSION", "APP", "STATUS", "CALLS", "TIME LEFT"], right: [3, 4] },
          sessions.map(({ id, app_id, status, call_count, expires_in }) => [
            safeLine(id),
            safeLine(app_id ?? ""),
            safeLine(status),
            call_count === null ? "" : String(call_count),
            timeLeft(expires_in, style),
          ]),
          style,
        ),
  bare: (sessions) => sessions.map(({ id }) => safeLine(id)).join("\n"),
};

function timeLeft(seconds: number | null, { colors }: Style): string {
  if (seconds === null) return "";
  const text = formatSeconds(seconds);
  return seconds < 15 ? colors.yellow(text) : text;
}
