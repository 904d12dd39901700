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

/** What is left of a text with "…" behind it; the library cuts too late after some runs of characters, far too late of halves of characters. */
function fitted(text: string, width: number): string {
  const fits = (end: number) => measure(`${whole(text, end)}…`).width <= width;
  if (fits(text.length)) return `${whole(text, text.length)}…`;
  let [within, beyond] = [0, text.length];
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if (fits(middle)) within = middle;
    else beyond = middle;
  }
  return `${whole(text, within)}…`;
}

/** The beginning of a text, less the first half of a character of two code units. */
function whole(text: string, end: number): string {
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}
