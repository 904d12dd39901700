import measure from "fast-string-truncated-width";
import type { TextWidth } from "./text-width.ts";

/** As terminals do it: CJK and emoji take two columns, colors and combining marks none. */
export const displayWidth: TextWidth = {
  width: (text) => measure(text).width,
  cut: (text, width) => {
    const { truncated, index } = measure(text, { limit: Math.max(1, width), ellipsis: "…" });
    // Rare ideographs are two code units, which belong together.
    return truncated ? `${text.slice(0, index).replace(/[\ud800-\udbff]$/, "")}…` : text;
  },
};
