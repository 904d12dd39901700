import { type FileHandle, link, open, rm, stat } from "node:fs/promises";

/** Entries in the first file; beyond that the older ones move to a second (src/cli/README.md, "Where things are kept"). */
const MOST_ENTRIES = 10_000;

/** Bytes; no entry is shorter than 80. */
const WORTH_COUNTING = 80 * MOST_ENTRIES;

/** Milliseconds after which a move that was begun is taken over. */
const ABANDONED = 60_000;

/** The files of a journal, from the newest entries to the oldest; the second is there only for a moment. */
export function filesOf(path: string): [newest: string, moving: string, older: string] {
  return [path, path.replace(/\.ndjson$/, ".moving.ndjson"), path.replace(/\.ndjson$/, ".older.ndjson")];
}

/** Moves a journal that has grown too long behind the older entries; whoever writes meanwhile loses nothing. */
export async function rotate(path: string): Promise<void> {
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  if (size < WORTH_COUNTING || (await countLines(path)) < MOST_ENTRIES) return;
  const [, moving, older] = filesOf(path);
  const begun = await stat(moving).catch(() => null);
  if (begun && Date.now() - begun.ctimeMs < ABANDONED) return;
  // Of several that want to move it, one can make the link; one that was killed had come so far.
  if (!begun) await link(path, moving);
  if ((await stat(path)).ino === (await stat(moving)).ino) await rm(path);
  await moveBehind(moving, older);
}

/**
 * A belt that had the file open may still write to it: it looks afterwards whether the file is
 * there (`isGone`), so the end is read once more when it is not.
 */
async function moveBehind(moving: string, older: string): Promise<void> {
  const [from, to] = await Promise.all([open(moving, "r"), open(older, "a", 0o600)]);
  try {
    let copied = 0;
    const copy = async () => {
      for await (const piece of piecesOf(from, copied)) {
        await to.appendFile(piece);
        copied += piece.length;
      }
    };
    await copy();
    await rm(moving);
    await copy();
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

/** True when what was just written to this file is in no journal any more. */
export async function isGone(file: FileHandle): Promise<boolean> {
  return (await file.stat()).nlink === 0;
}

async function countLines(path: string): Promise<number> {
  const file = await open(path, "r");
  try {
    let lines = 0;
    for await (const piece of piecesOf(file, 0)) {
      for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) lines++;
    }
    return lines;
  } finally {
    await file.close();
  }
}

/** What a file holds from a place on. */
async function* piecesOf(file: FileHandle, from: number): AsyncGenerator<Buffer> {
  for (let at = from; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2 ** 20), 0, 2 ** 20, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
