import { type Estimate, estimateDocument } from "../api/resources/money.ts";
import { formatDuration } from "../terminal/text.ts";
import type { Style, View, WithDetails } from "../terminal/view.ts";
import { flow } from "../terminal/wrap.ts";
import type { StatusWord } from "../wire/status.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { estimateText } from "./estimate-text.ts";

/** The phases of a task's life as people think of them; the marks differ without color, too. */
const PHASES: {
  name: string;
  mark: string;
  color: "dim" | "yellow" | "green" | "cyan";
  words: StatusWord[];
}[] = [
  { name: "queued", mark: "░", color: "dim", words: ["received", "queued", "dispatched"] },
  { name: "preparing", mark: "▒", color: "yellow", words: ["preparing", "serving", "setting_up"] },
  { name: "running", mark: "█", color: "green", words: ["running", "cancelling"] },
  { name: "uploading", mark: "▓", color: "cyan", words: ["uploading"] },
];

const WIDEST = 48;

/** Milliseconds below which nobody asks where the time went. */
const NOTABLE = 10;

/** Columns that the names of the fields take on a task's page. */
const INDENT = 9;

/** A proportional bar of where the time went and its legend, from an answer of `/timings`; no rows when it tells nothing. */
export function timingRows(timings: unknown, { colors, width, textWidth }: Style): [string, string][] {
  const spent = phaseDurations(timings);
  const total = spent.reduce((sum, { ms }) => sum + ms, 0);
  if (total === 0) return [];
  const room = Math.max(8, Math.min(WIDEST, width - 30));
  const bar = spent.map(({ phase, ms }) =>
    colors[phase.color](phase.mark.repeat(Math.max(1, Math.round((ms / total) * room)))),
  );
  const legend = spent.map(
    ({ phase, ms }) => `${colors[phase.color](phase.mark)} ${phase.name} ${formatDuration(ms)}`,
  );
  const fits = textWidth.width(legend.join("  ")) <= width - INDENT;
  return [["time", `${bar.join("")}  ${formatDuration(total)}\n${legend.join(fits ? "  " : "\n")}`]];
}

export interface RunSummary {
  id: string;
  /** Milliseconds from the submit to the end, as this machine saw it. */
  ms: number;
  /** What it was said to cost before; null where nobody asked. */
  estimate: Estimate | null;
}

/** The last line of a run: how long it took, what it was said to cost, and where the time went, when the API tells. */
export const summaryView: View<WithDetails<RunSummary, unknown>> = {
  text: ({ value: { ms, estimate }, details }, { colors, textWidth, width }) => {
    const cost = estimate === null ? "" : `, ${estimateText(estimateDocument(estimate))}`;
    const outcome = `${colors.green("completed")} in ${formatDuration(ms)}${cost}`;
    const spent = phaseDurations(details)
      .filter(({ ms }) => ms >= NOTABLE)
      .map(({ phase, ms }) => `${phase.name} ${formatDuration(ms)}`);
    const text = [outcome, spent.join(", ")].filter((part) => part !== "").join(": ");
    if (textWidth.width(text) <= width) return text;
    const parts = spent.map((part, index) => (index < spent.length - 1 ? `${part},` : part));
    return [outcome, ...flow(parts, " ", { textWidth, width: width - 2 })].join("\n  ");
  },
};

function phaseDurations(timings: unknown): { phase: (typeof PHASES)[number]; ms: number }[] {
  const events =
    isObject(timings) && Array.isArray(timings["events"]) ? timings["events"].filter(isObject) : [];
  return PHASES.map((phase) => {
    const own = events.map((event, index) =>
      includes(phase.words, event) ? durationOf(event, events[index + 1]) : 0,
    );
    return { phase, ms: own.reduce((sum, ms) => sum + ms, 0) };
  }).filter(({ ms }) => ms > 0);
}

function includes(words: StatusWord[], event: JsonObject): boolean {
  const status = word(event["status"])
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
  return words.some((word) => word === status || (word === "dispatched" && status === "scheduled"));
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Milliseconds, as told, or until the next event. */
function durationOf(event: JsonObject, next: JsonObject | undefined): number {
  if (typeof event["duration_ms"] === "number") return Math.max(0, event["duration_ms"]);
  const ms = Date.parse(word(next?.["timestamp"])) - Date.parse(word(event["timestamp"]));
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
