import type { Colors } from "./colors.ts";
import type { TextWidth } from "./text-width.ts";

/** What a view needs to know of where it is shown. */
export interface Style {
  colors: Colors;
  /** Columns to fit into; Infinity in a pipe, where nothing is cut or wrapped. */
  width: number;
  /** Lines of the screen, where there is one. */
  height?: number;
  textWidth: TextWidth;
  /** Where files have been saved, by the URI that a value names them by. */
  saved?: ReadonlyMap<string, string>;
  /** Milliseconds since 1970, for "3m ago". */
  now: number;
}

/** How a result looks to people. A view is pure and makes foreign text safe. */
export interface View<T> {
  text(value: T, style: Style): string;
  /** With `-q`: the bare result; `text` where the two do not differ, nothing for "". */
  bare?(value: T, style: Style): string;
}

/** A result and, where a person looks at it, more about it. */
export interface WithDetails<T, D> {
  value: T;
  details: D | null;
}
