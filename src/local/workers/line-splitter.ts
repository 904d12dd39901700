const LONGEST_LINE = 16_384;

export interface LineSplitter {
  push(text: string): void;
  /** Gives out what has not ended in a newline. */
  flush(): void;
}

/** Cuts a stream of text into lines; a line without end is cut at a bound. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest = "";
  const flush = () => {
    if (rest !== "") emit(rest);
    rest = "";
  };
  return {
    push(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) emit(line);
      if (rest.length > LONGEST_LINE) flush();
    },
    flush,
  };

  function emit(line: string): void {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    let at = 0;
    do {
      const end = endOfPiece(text, at);
      onLine(text.slice(at, end));
      at = end;
    } while (at < text.length);
  }
}

/** Never between the two halves of a character. */
function endOfPiece(text: string, start: number): number {
  const end = start + LONGEST_LINE;
  return (text.codePointAt(end - 1) ?? 0) > 0xffff ? end + 1 : end;
}
