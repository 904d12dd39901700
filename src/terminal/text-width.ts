/** How much of a line a text takes. */
export interface TextWidth {
  /** Columns. */
  width(text: string): number;
  /** Text of at most `width` columns, its end replaced by "…" where it has more. */
  cut(text: string, width: number): string;
}

/** For machine output, which nobody lines up. */
export const plainWidth: TextWidth = { width: (text) => text.length, cut: (text) => text };

/** Columns of the widest of these, however many they are: a call takes only so many arguments. */
export function widest(texts: readonly string[], textWidth: TextWidth): number {
  return texts.reduce((most, text) => Math.max(most, textWidth.width(text)), 0);
}

/** To `width` columns with spaces behind the text. */
export function pad(text: string, width: number, textWidth: TextWidth): string {
  return text + " ".repeat(Math.max(0, width - textWidth.width(text)));
}
