/** The part of a stream that belt writes to. */
export interface WritableEnd {
  /** Calls back once the text is on its way, or with the reason why it is not. */
  write(text: string, done?: (error?: Error | null) => void): unknown;
  isTTY?: boolean | undefined;
  columns?: number;
  rows?: number;
}
