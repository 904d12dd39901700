/** How much of a line a text takes. */
export interface TextWidth {
  /** Columns. */
  width(text: string): number;
  /** Text of at most `width` columns, its end replaced by "…" where it has more. */
  cut(text: string, width: number): string;
}

/** For machine output, which nobody lines up. */
export const plainWidth: TextWidth = { width: (text) => text.length, cut: (text) => text };

/** To `width` columns with spaces behind the text. */
export function pad(text: string, width: number, textWidth: TextWidth): string {
  return text + " ".repeat(Math.max(0, width - textWidth.width(text)));
}
