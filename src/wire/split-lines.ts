/** The lines of a text that comes in pieces, without their ends, be they of Unix or of Windows; no other character ends one. */
export async function* splitLines(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  // A line of many pieces is put together once.
  let open: string[] = [];
  for await (const piece of pieces) {
    const parts = piece.split("\n");
    open.push(parts[0]!);
    if (parts.length === 1) continue;
    yield withoutReturn(open.join(""));
    for (let index = 1; index < parts.length - 1; index++) yield withoutReturn(parts[index]!);
    open = [parts.at(-1)!];
  }
  const last = open.join("");
  if (last !== "") yield withoutReturn(last);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
