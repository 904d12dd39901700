import { fstatSync } from "node:fs";
import { type FileHandle, link, open, rm, stat } from "node:fs/promises";

/** Entries in the first file; beyond that the older ones move to a second (src/cli/README.md, "Where things are kept"). */
const MOST_ENTRIES = 10_000;

/** Bytes. */
const SHORTEST_ENTRY = 80;

/** Bytes that may hold too many. */
export const WORTH_COUNTING = SHORTEST_ENTRY * MOST_ENTRIES;

/** Milliseconds after which a move that was begun is taken over. */
const ABANDONED = 60_000;

/** The files of a journal, from the newest entries to the oldest; the second is there only for a moment. */
export function filesOf(path: string): [newest: string, moving: string, older: string] {
  return [path, path.replace(/\.ndjson$/, ".moving.ndjson"), path.replace(/\.ndjson$/, ".older.ndjson")];
}

/**
 * Moves a journal that has grown too long behind the older entries; whoever writes meanwhile loses
 * nothing. Gives the bytes that are worth counting again.
 */
export async function rotate(path: string, size: number): Promise<number> {
  const left = MOST_ENTRIES - (await countLines(path));
  if (left > 0) return size + SHORTEST_ENTRY * left;
  const [, moving, older] = filesOf(path);
  const begun = await stat(moving).catch(() => null);
  if (begun && Date.now() - begun.ctimeMs < ABANDONED) return WORTH_COUNTING;
  // Of several that want to move it, one can make the link; one that was killed had come so far.
  if (!begun) await link(path, moving);
  if ((await stat(path)).ino === (await stat(moving)).ino) await rm(path);
  await moveBehind(moving, older);
  return WORTH_COUNTING;
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
export function isGone(fd: number): boolean {
  return fstatSync(fd).nlink === 0;
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

/** Bytes read at once. */
const PIECE = 2 ** 16;

/** What a file holds from a place on; each piece until the next is asked for. */
async function* piecesOf(file: FileHandle, from: number): AsyncGenerator<Buffer> {
  const room = Buffer.alloc(PIECE);
  for (let at = from; ; ) {
    const { buffer, bytesRead } = await file.read(room, 0, PIECE, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
