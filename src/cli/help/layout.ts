/** How help is written where it is read. */
export interface HelpStyle {
  /** Columns. */
  width: number;
  bold(text: string): string;
}

/** What is too narrow for the right side of a table, which then stands below the left one. */
const LEAST = 24;

/** What is set in by so much is code, to be copied: it is shown as it is, whatever the width. */
export const CODE_INDENT = "    ";

/**
 * Text fitted to the width: prose is wrapped, the right side of `  left  right` stays in its column, as do
 * the words behind a dash; a line that ends with a colon is a heading.
 */
export function layOut(text: string, style: HelpStyle): string {
  return text
    .split("\n")
    .map((line) => layOutLine(line, style))
    .join("\n");
}

function layOutLine(line: string, { width, bold }: HelpStyle): string {
  if (/^\S.*:$/.test(line) && line.length <= width) return bold(line);
  if (line.length <= width || line.startsWith(CODE_INDENT)) return line;
  const [, left = "", right = ""] = /^( *- |.*\S {2,})(\S.*)$/.exec(line) ?? [];
  if (left === "") return fold(line.trim(), width, indentOf(line));
  if (width - left.length >= LEAST) return left + fold(right, width, left.length).trimStart();
  return `${left.trimEnd()}\n${fold(right, width, indentOf(line) + 4)}`;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Words on lines of at most `width` columns, all set in alike; a longer word stays whole. */
function fold(text: string, width: number, indent: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && indent + last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => " ".repeat(indent) + line).join("\n");
}

/** "  left  right" lines, the right sides below each other. */
export function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join("\n");
}

/** A command line that is too long goes on behind a backslash, so that it can be typed as it stands. */
export function foldCommand(line: string, width: number): string {
  if (line.length <= width) return line;
  const [first = "", ...words] = line.trim().match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const lines = [`  ${first}`];
  for (const word of words) {
    const last = lines.at(-1)!;
    if (last.length + 1 + word.length + 2 <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`      ${word}`);
  }
  return lines.join(" \\\n");
}
