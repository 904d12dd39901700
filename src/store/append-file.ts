import { appendFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError } from "../errors.ts";
import { isObject } from "../wire/types.ts";

interface Opening {
  path: string;
  mode: number;
  /** How each of its lines begins, which tells a torn one from what is none of belt's. */
  begin: string;
}

/** Milliseconds until a line reaches the disk that nobody waits for, if none after it takes it there. */
const SOON = 100;

/**
 * A file of lines that only grows, safe against a kill at any byte: what a crash tore is closed
 * before anything is appended. A line is written at once, which to hand to another thread takes
 * longer; those that are to be on the disk while others are on their way go there together.
 */
export class AppendFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #syncing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #soon: NodeJS.Timeout | undefined;
  /** After a line that could not be written whole, none may follow. */
  #failure: Error | null = null;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Throws what keeps the file from being written, and a usage error for one that is not belt's. */
  static async open(opening: Opening): Promise<AppendFile> {
    const { path, mode, begin } = opening;
    const file = await create(path, mode).catch((error) => {
      throw fileError("cannot write", path, error);
    });
    try {
      await closeTail(file, begin);
      return new AppendFile(path, file);
    } catch (thrown) {
      await file.close();
      throw fileError("cannot write", path, thrown);
    }
  }

  get failure(): Error | null {
    return this.#failure;
  }

  /**
   * Throws when the line could not be written; the next command then closes what there is of it. A
   * kill cannot take it back any more, and a loss of power shortly after.
   */
  append(line: string): void {
    if (this.#failure) throw this.#failure;
    try {
      appendFileSync(this.#file.fd, `${line}\n`);
    } catch (error) {
      throw this.#fail(error);
    }
    this.#soon ??= setTimeout(() => void this.#sync().catch(() => {}), SOON).unref();
  }

  /** The same, and nothing takes the line back once that resolves. */
  async appendSafely(line: string): Promise<void> {
    this.append(line);
    await this.#sync();
  }

  async close(): Promise<void> {
    await this.#sync().catch(() => {});
    await this.#file.close();
  }

  /** All that is written by now is on the disk when that resolves. */
  #sync(): Promise<void> {
    this.#next ??= this.#syncing
      .catch(() => {})
      .then(() => {
        this.#next = null;
        clearTimeout(this.#soon);
        this.#soon = undefined;
        this.#syncing = this.#file.datasync().catch((error) => {
          throw this.#fail(error);
        });
        return this.#syncing;
      });
    return this.#next;
  }

  #fail(error: unknown): Error {
    this.#failure ??= fileError("cannot write", this.#path, error);
    return this.#failure;
  }
}

/** Opened to append; that it exists must be as safe as what is in it. */
async function create(path: string, mode: number): Promise<FileHandle> {
  const file = await open(path, "a+", mode);
  // Not every system can make a folder safe.
  const folder = await open(dirname(path), "r").catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close();
  return file;
}

/** Ends a line that is whole but for its end, and takes back one that is torn. */
async function closeTail(file: FileHandle, begin: string): Promise<void> {
  const { size } = await file.stat();
  const { start, text } = await readTail(file, size);
  if (text === "") return;
  if (isWhole(text)) await file.appendFile("\n");
  else if (isTorn(text, begin)) await file.truncate(start);
  else throw new Error("it ends in a line that is not belt's");
  await file.datasync();
}

/** How much is read at once, backwards, to find where the last line begins. */
const PIECE = 65_536;

/** What stands after the last line end, and where. */
async function readTail(file: FileHandle, size: number): Promise<{ start: number; text: string }> {
  const pieces: Buffer[] = [];
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - PIECE);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - from), 0, end - from, from);
    const piece = buffer.subarray(0, bytesRead);
    const newline = piece.lastIndexOf(0x0a);
    pieces.unshift(piece.subarray(newline + 1));
    if (newline !== -1) return { start: from + newline + 1, text: Buffer.concat(pieces).toString() };
    end = from;
  }
  return { start: 0, text: Buffer.concat(pieces).toString() };
}

function isWhole(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

/** The beginning of one of belt's lines; after a loss of power zeros may stand where bytes should. */
function isTorn(text: string, begin: string): boolean {
  const [written = ""] = text.split("\0");
  return written.startsWith(begin) || begin.startsWith(written);
}
