import Table from "cli-table3";
import { widest } from "./text-width.ts";
import type { Style } from "./view.ts";
import { flow } from "./wrap.ts";

const NOTHING = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
    ["", "-mid", "-left", "-right", "-mid-mid"].map((part) => [`${side}${part}`, ""]),
  ),
);

/** Between two columns. */
const GAP = 2;

/** Least room for the text that gives way, before rows are stacked. */
const LEAST = 24;

export interface Columns {
  head: string[];
  /** Those set right. */
  right?: number[];
  /** A last column of prose, which may be made narrower. */
  prose?: (text: string, width: number) => string;
}

/**
 * Rows under a head, aligned and without lines. Nothing but prose is cut or broken: where the
 * others do not fit side by side, each row is a few lines, so that ids and addresses stay whole.
 */
export function table({ head, right = [], prose }: Columns, rows: string[][], style: Style): string {
  const { textWidth, width } = style;
  const widths = head.map((name, column) => widest([name, ...rows.map((row) => row[column]!)], textWidth));
  const total = widths.reduce((sum, each) => sum + each + GAP, -GAP);
  if (total <= width) return grid(head, right, rows, style);
  const last = head.length - 1;
  const room = width - (total - widths[last]!);
  if (!prose || room < LEAST) return rows.map((row) => stacked(head, row, prose, style)).join("\n");
  const shaped = rows.map((row) => [...row.slice(0, last), prose(row[last]!, room)]);
  return grid(head, right, shaped, style);
}

function grid(head: string[], right: number[], rows: string[][], { colors }: Style): string {
  const cells = new Table({
    head: head.map((name) => colors.dim(name)),
    chars: { ...NOTHING, middle: " ".repeat(GAP) },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: head.map((_, column) => (right.includes(column) ? "right" : "left")),
  });
  for (const row of rows) cells.push(row);
  return cells
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The first cell, and beneath it the others by name, as many on a line as fit. */
function stacked(head: string[], row: string[], prose: Columns["prose"], style: Style): string {
  const { colors, textWidth, width } = style;
  const indent = " ".repeat(GAP);
  // What has no name is a mark on the cell behind it.
  const first = head[0] === "" ? 1 : 0;
  const name = row.slice(0, first + 1).join(" ");
  const facts = row
    .map((text, column) => ({ text, column }))
    .filter(({ text, column }) => column > first && text !== "" && !(prose && column === head.length - 1))
    .map(({ text, column }) => `${colors.dim(head[column]!.toLowerCase())} ${text}`);
  const room = width - GAP;
  const about = prose?.(row.at(-1)!, room).split("\n") ?? [];
  const lines = [...flow(facts, " ".repeat(GAP), { textWidth, width: room }), ...about];
  return [name, ...lines.filter((line) => line !== "").map((line) => indent + line)].join("\n");
}
