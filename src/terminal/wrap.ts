import type { Style } from "./output.ts";

/** Text in lines of at most `width` columns, broken between words; what has no break, such as a URL, stays whole. */
export function wrap(text: string, { width, ruler }: Pick<Style, "width" | "ruler">): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  const wrapLine = (line: string) => {
    const lines: string[] = [];
    let current = "";
    for (const word of line.split(/(?<=\s)(?=\S)/)) {
      if (current !== "" && ruler.width((current + word).trimEnd()) > width) {
        lines.push(current.trimEnd());
        current = "";
      }
      current += word;
    }
    return [...lines, current].join("\n");
  };
  return text.split("\n").map(wrapLine).join("\n");
}
