import type { SessionDocument } from "../api/session.ts";
import type { TaskDocument } from "../api/task.ts";
import type { JournalEntry } from "../store/journal.ts";
import type { Style, View } from "./output.ts";
import { table } from "./table.ts";
import { formatSeconds, safeLine } from "./text.ts";
import { colourStatus } from "./values.ts";

/** Tasks, one a line; with `-q` their ids. `now` in milliseconds since 1970. */
export function taskListView(now: number): View<TaskDocument[]> {
  return {
    text: (tasks, style) =>
      tasks.length === 0
        ? ""
        : table(
            ["TASK", "APP", "STATUS", "CREATED"],
            tasks.map(({ id, app, status, created_at }) => [
              safeLine(id),
              safeLine(app ?? ""),
              colourStatus(status, style.paint),
              moment(created_at, now, style),
            ]),
            style,
          ),
    bare: (tasks) => tasks.map(({ id }) => safeLine(id)).join("\n"),
  };
}

/** What this machine submitted, newest first. */
export function journalView(now: number): View<JournalEntry[]> {
  return {
    text: (entries, style) =>
      entries.length === 0
        ? ""
        : table(
            ["TASK", "APP", "API", "SUBMITTED"],
            entries.map(({ id, app, api, time }) => [
              safeLine(id),
              safeLine(app ?? ""),
              safeLine(api),
              moment(time, now, style),
            ]),
            style,
          ),
    bare: (entries) => entries.map(({ id }) => safeLine(id)).join("\n"),
  };
}

/** Sessions, one a line, with the time each has left. */
export const sessionListView: View<SessionDocument[]> = {
  text: (sessions, style) =>
    sessions.length === 0
      ? ""
      : table(
          ["SESSION", "APP", "STATUS", "CALLS", "TIME LEFT"],
          sessions.map(({ id, app_id, status, call_count, expires_in }) => [
            safeLine(id),
            safeLine(app_id ?? ""),
            safeLine(status),
            call_count === null ? "" : String(call_count),
            timeLeft(expires_in, style),
          ]),
          style,
          [3, 4],
        ),
  bare: (sessions) => sessions.map(({ id }) => safeLine(id)).join("\n"),
};

function timeLeft(seconds: number | null, { paint }: Style): string {
  if (seconds === null) return "";
  const text = formatSeconds(seconds);
  return seconds < 15 ? paint.yellow(text) : text;
}

/** "3m ago" on a terminal, the ISO time in a pipe. */
function moment(time: string | null, now: number, { width }: Style): string {
  if (time === null) return "";
  const age = now - Date.parse(time);
  if (width === Number.POSITIVE_INFINITY || Number.isNaN(age)) return safeLine(time);
  const units: [string, number][] = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ];
  const [unit, ms] = units.find(([, size]) => age >= size) ?? ["s", 1000];
  return `${Math.max(0, Math.floor(age / ms))}${unit} ago`;
}
