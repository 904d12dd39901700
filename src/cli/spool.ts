import { close, constants, createWriteStream, open } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { fileError } from "../errors.ts";
import { makeTemporaryFolder } from "../store/temporary.ts";
import type { Host } from "./host.ts";

/** Pipes as files, since an upload has to say its length first; `remove` takes them away again. */
export function createSpool(host: Host, leaving: AbortSignal) {
  const closing = new AbortController();
  const signal = AbortSignal.any([leaving, closing.signal]);
  let folder: Promise<string> | null = null;
  const spooled = new Map<string, Promise<string>>();
  const copy = async (source: string, number: number) => {
    folder ??= makeTemporaryFolder(host).catch((error) => {
      throw unspooled(source, tmpdir(), error);
    });
    const within = join(await folder, String(number));
    const path = join(within, nameOf(source));
    await mkdir(within).catch((error) => {
      throw unspooled(source, within, error);
    });
    const stream = source === "-" ? host.stdin : await openPipe(source, signal);
    await pipeline(stream, createWriteStream(path, { mode: 0o600 }), { signal }).catch((error) => {
      if (signal.aborted) throw signal.reason;
      const isReading = (error as NodeJS.ErrnoException).syscall === "read";
      throw isReading ? fileError("cannot read", named(source), error) : unspooled(source, path, error);
    });
    return path;
  };
  return {
    /** What comes out of a pipe, "-" for standard input; a pipe can be read once only. */
    file(source: string): Promise<string> {
      const found = spooled.get(source) ?? copy(source, spooled.size);
      spooled.set(source, found);
      return found;
    },
    async remove(): Promise<void> {
      // A pipe that is still being read would keep the process from ending.
      closing.abort();
      const made = await folder?.catch(() => null);
      if (!made) return;
      await rm(made, { recursive: true, force: true }).catch((error) => {
        throw fileError("cannot remove", made, error);
      });
    },
  };
}

function named(source: string): string {
  return source === "-" ? "standard input" : source;
}

function unspooled(source: string, path: string, error: unknown) {
  return fileError(
    `cannot keep ${named(source)} in`,
    path,
    error,
    "TMPDIR names another folder for temporary files",
  );
}

/** "/dev/fd/63" says nothing about what is in it. */
function nameOf(source: string): string {
  return /^(-|\/dev\/fd\/.*|\/proc\/.*\/fd\/.*)$/.test(source) ? "stdin" : basename(source);
}

/** A descriptor of its own, which nothing closes behind the stream's back as it does a FileHandle's. */
const openDescriptor = promisify(open);

/** Waits for a writer of a named pipe; to give that up, it is opened for writing for a moment. */
async function openPipe(path: string, signal: AbortSignal): Promise<Readable> {
  const giveUp = () =>
    open(path, constants.O_WRONLY | constants.O_NONBLOCK, (error, fd) => {
      if (!error) close(fd);
    });
  signal.addEventListener("abort", giveUp, { once: true });
  const fd = await openDescriptor(path, "r").finally(() => signal.removeEventListener("abort", giveUp));
  // A socket is not waited for by a thread that keeps the process from ending.
  return new Socket({ fd, readable: true, writable: false });
}
