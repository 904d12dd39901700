import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { fileError, usageError } from "../errors.ts";
import { shellWord } from "../hint.ts";
import { isObject } from "../wire/types.ts";
import type { TemporaryOwner } from "./temporary.ts";

/** A process that runs a batch. */
interface Runner {
  pid: number;
  host: string;
  /** When it began, by the system's own count, where that can be told: ids of processes are used again. */
  began: string | null;
}

export interface LockOptions {
  path: string;
  owner: TemporaryOwner;
  sleep(ms: number): Promise<void>;
}

/** A runner shows this often that it lives, in milliseconds, for those on other machines. */
const HEARTBEAT = 2_000;

/** A lock on a batch, held by one runner at a time; one left by a dead runner is taken over. */
export class BatchLock {
  readonly #path: string;
  readonly #text: string;
  readonly #heart: NodeJS.Timeout;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
    this.#heart = setInterval(() => void beat(path), HEARTBEAT);
    this.#heart.unref();
  }

  /** Throws a usage error that names the runner who holds it. */
  static async take(options: LockOptions): Promise<BatchLock> {
    const { path, owner } = options;
    const { pid, hostname: host } = owner;
    const text = JSON.stringify({ pid, host, began: await beginning(pid) } satisfies Runner);
    for (;;) {
      const holder = await claim(path, text);
      if (holder === null) return new BatchLock(path, text);
      const runner = parse(holder);
      if (runner && (await lives(runner, options))) throw held(path, runner, host);
      await remove(path, holder);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#heart);
    await remove(this.#path, this.#text);
  }
}

/** Makes the lock, whole or not at all; gives what is in the one that is there. */
async function claim(path: string, text: string): Promise<string | null> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await link(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      // Not every file system has links.
      const file = await open(path, "wx");
      await file.writeFile(text).finally(() => file.close());
    });
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError("cannot write", path, error);
    return await readFile(path, "utf8").catch(() => "");
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes this very lock: one that somebody took meanwhile is put back. */
async function remove(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const found = await readFile(aside, "utf8").catch(() => text);
  if (found !== text) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

async function lives({ pid, host, began }: Runner, options: LockOptions): Promise<boolean> {
  const { owner } = options;
  if (host !== owner.hostname) return await isBeating(options);
  if (pid === owner.pid || !owner.isAlive(pid)) return false;
  const now = await beginning(pid);
  return began === null || now === null || began === now;
}

/** A runner on another machine is seen only by what it does to the file. */
async function isBeating({ path, sleep }: LockOptions): Promise<boolean> {
  const before = await beatAt(path);
  await sleep(3 * HEARTBEAT);
  return (await beatAt(path)) !== before;
}

async function beatAt(path: string): Promise<number | null> {
  return await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}

async function beat(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

/** Where Linux tells it; null elsewhere. */
async function beginning(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function parse(text: string): Runner | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return null;
    const { pid, host, began } = value;
    if (typeof pid !== "number" || typeof host !== "string") return null;
    return { pid, host, began: typeof began === "string" ? began : null };
  } catch {
    return null;
  }
}

function held(path: string, { pid, host }: Runner, here: string): Error {
  const where = host === here ? "" : ` on ${host}`;
  return usageError(
    `another belt runs this batch: process ${pid}${where}`,
    `wait for it, or end it; ${shellWord(path)} is its lock`,
  );
}
