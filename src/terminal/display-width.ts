import measure from "fast-string-truncated-width";
import type { TextWidth } from "./text-width.ts";

/** As terminals do it: CJK and emoji take two columns, colors and combining marks none. */
export const displayWidth: TextWidth = {
  width: (text) => measure(text).width,
  cut: (text, width) => {
    const { truncated, index } = measure(text, { limit: Math.max(1, width), ellipsis: "…" });
    return truncated ? shortened(text.slice(0, index), Math.max(1, width)) : text;
  },
};

/** Cut again where it came too late, as behind Cyrillic, Arabic and box characters. */
function shortened(text: string, width: number): string {
  // Rare ideographs are two code units, which belong together.
  const whole = text.replace(/[\ud800-\udbff]$/, "");
  const fits = whole === "" || measure(`${whole}…`).width <= width;
  return fits ? `${whole}…` : shortened(whole.slice(0, -1), width);
}
