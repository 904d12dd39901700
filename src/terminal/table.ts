import Table from "cli-table3";
import type { Style } from "./output.ts";

const NOTHING = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
    ["", "-mid", "-left", "-right", "-mid-mid"].map((part) => [`${side}${part}`, ""]),
  ),
);

/** Rows under a head, aligned and without lines; nothing is cut. `align` gives the columns set right. */
export function table(head: string[], rows: string[][], { paint }: Style, right: number[] = []): string {
  const grid = new Table({
    head: head.map((name) => paint.dim(name)),
    chars: { ...NOTHING, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: head.map((_, column) => (right.includes(column) ? "right" : "left")),
  });
  grid.push(...rows);
  return grid
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
