import measure from "fast-string-truncated-width";
import type { TextWidth } from "./text-width.ts";

/** As terminals do it: CJK and emoji take two columns, colors and combining marks none. */
export const displayWidth: TextWidth = {
  width: (text) => measure(text).width,
  cut: (text, width) => {
    const { truncated, index } = measure(text, { limit: Math.max(1, width), ellipsis: "…" });
    return truncated ? fitted(text.slice(0, index), Math.max(1, width)) : text;
  },
};

/** What is left of a text with "…" behind it; the library cuts too late after some runs of characters. */
function fitted(text: string, width: number): string {
  let left = text;
  do {
    // Rare ideographs are two code units, which belong together.
    left = left.replace(/[\ud800-\udbff]$/, "");
    if (measure(`${left}…`).width <= width) return `${left}…`;
    left = left.slice(0, -1);
  } while (left !== "");
  return "…";
}
