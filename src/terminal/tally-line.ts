import type { TextWidth } from "./text-width.ts";

export const SEPARATOR = " · ";

/** A part of a line that is to fit a terminal. */
export interface TallyPart {
  text: string;
  /** Where there is no room, parts with the highest go first. */
  rank: number;
}

export function joined(parts: readonly TallyPart[]): string {
  return parts.map(({ text }) => text).join(SEPARATOR);
}

/** As many of the parts as there is room for, in their order. */
export function fitting(parts: readonly TallyPart[], columns: number, textWidth: TextWidth): string {
  const line = joined(parts);
  if (parts.length < 2 || textWidth.width(line) <= columns) return line;
  const last = parts.reduce((one, other) => (other.rank > one.rank ? other : one));
  return fitting(
    parts.filter((part) => part !== last),
    columns,
    textWidth,
  );
}
