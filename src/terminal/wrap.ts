import type { Style } from "./view.ts";

type Room = Pick<Style, "width" | "textWidth">;

/** Text in lines of at most `width` columns, broken between words; what has no break, such as a URL, stays whole. */
export function wrap(text: string, room: Room): string {
  return wrapWith("", text, room);
}

/** The same for a paragraph, whose further lines are set in. */
export function hang(text: string, room: Room): string {
  return wrapWith("  ", text, room);
}

function wrapWith(indent: string, text: string, { width, textWidth }: Room): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  const wrapLine = (line: string) => {
    const lines: string[] = [];
    let current = "";
    for (const word of line.split(/(?<=\s)(?=\S)/)) {
      if (current.trim() !== "" && textWidth.width((current + word).trimEnd()) > width) {
        lines.push(current.trimEnd());
        current = indent;
      }
      current += word;
    }
    return [...lines, current].join("\n");
  };
  return text.split("\n").map(wrapLine).join("\n");
}

/** Whole parts side by side, as many on a line as fit. */
export function flow(parts: string[], gap: string, { width, textWidth }: Room): string[] {
  const lines: string[][] = [];
  let taken = 0;
  for (const part of parts) {
    const more = textWidth.width(gap + part);
    const line = lines.at(-1);
    if (line !== undefined && taken + more <= width) {
      line.push(part);
      taken += more;
    } else {
      lines.push([part]);
      taken = textWidth.width(part);
    }
  }
  return lines.map((line) => line.join(gap));
}

/** A text and what is said of it, on the next line where it does not fit beside. */
export function beside(text: string, remark: string, { width, textWidth }: Room): string {
  const line = `${text}  ${remark}`;
  if (remark === "") return text;
  return textWidth.width(line) <= width ? line : `${text}\n${remark}`;
}
