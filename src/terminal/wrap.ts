/** Text in lines of at most `width` columns, broken between words; what has no break, such as a URL, stays whole. */
export function wrap(text: string, width: number): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  return text
    .split("\n")
    .map((line) => wrapLine(line, Math.max(1, width)))
    .join("\n");
}

function wrapLine(line: string, width: number): string {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<=\s)(?=\S)/)) {
    if (current !== "" && (current + word).trimEnd().length > width) {
      lines.push(current.trimEnd());
      current = "";
    }
    current += word;
  }
  return [...lines, current].join("\n");
}
