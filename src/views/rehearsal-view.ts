import type { Rehearsal } from "../local/events.ts";
import { safeLine } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";

/** What `belt dev` says last of a scenario. */
export interface RehearsalEvent extends Rehearsal {
  type: "rehearsal";
  time: string;
}

/** A line for each step with its hits, and for each expectation whether it held. */
export function rehearsalText({ scenario, steps, checks }: Rehearsal): string {
  const rows = [
    ...steps.map(({ step, on, does, hits }) => [
      hits === 0 ? "missed" : "acted",
      `step ${step}`,
      hits === 0 ? "never" : hits === 1 ? "once" : `${hits} times`,
      safeLine(`${on}: ${does}`),
    ]),
    ...checks.map(({ what, expected, got, atMost, held }) => [
      held ? "held" : "failed",
      what,
      `expected ${atMost ? "at most " : ""}${expected}, got ${got}`,
      "",
    ]),
  ];
  return [`scenario ${safeLine(scenario)}`, ...aligned(rows)].join("\n");
}

export const rehearsalView: View<RehearsalEvent> = { text: rehearsalText };

function aligned(rows: string[][]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
