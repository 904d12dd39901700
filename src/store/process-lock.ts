import { randomBytes } from "node:crypto";
import { link, open, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { fileError } from "../errors.ts";
import { isObject } from "../wire/types.ts";
import type { TemporaryOwner } from "./temporary.ts";

/** A process that holds a lock. */
export interface Holder {
  pid: number;
  host: string;
  /** When it began, by the system's own count, where that can be told: ids of processes are used again. */
  began: string | null;
}

export interface LockOwner extends TemporaryOwner {
  beganAt(pid: number): Promise<string | null>;
}

export interface LockOptions {
  path: string;
  owner: LockOwner;
  sleep(ms: number): Promise<void>;
}

/** How what is written into a lock begins. */
const BEGIN = '{"pid":';

/** A holder shows this often that it lives, in milliseconds, for those on other machines. */
const HEARTBEAT = 2_000;

/** A lock that one process holds at a time; one left by a dead process is taken over. */
export class ProcessLock {
  readonly #path: string;
  readonly #text: string;
  readonly #heart: NodeJS.Timeout;
  #beatAt = Date.now();
  #isLost = false;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
    this.#heart = setInterval(() => void this.#beat(), HEARTBEAT);
    this.#heart.unref();
  }

  /** True once somebody else has taken it, as may be while this process, or its machine, stood still. */
  async isLost(): Promise<boolean> {
    if (Date.now() - this.#beatAt > 2 * HEARTBEAT) await this.#beat();
    return this.#isLost;
  }

  async #beat(): Promise<void> {
    const found = await readFile(this.#path, "utf8").catch(() => null);
    this.#isLost ||= found !== null && found !== this.#text;
    if (this.#isLost) return;
    const now = new Date();
    await utimes(this.#path, now, now).catch(() => {});
    this.#beatAt = now.getTime();
  }

  /** Throws what `held` makes of the process that holds it, and an error for a file of something else. */
  static async take(
    options: LockOptions,
    held: (holder: Holder) => Error | Promise<Error>,
  ): Promise<ProcessLock> {
    const { path, owner } = options;
    const { pid, hostname: host } = owner;
    const text = JSON.stringify({ pid, host, began: await owner.beganAt(pid) } satisfies Holder);
    for (;;) {
      const found = await claim(path, text);
      if (found === null) return new ProcessLock(path, text);
      const holder = parse(found);
      if (holder && (await lives(holder, options))) throw await held(holder);
      if (!holder && !isTorn(found))
        throw fileError("cannot lock", path, new Error("it is no lock of belt's"));
      await removeDead(found, options);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#heart);
    await removeIf(this.#path, this.#text);
  }
}

/** Makes the lock, whole or not at all; gives what is in the one that is there. */
async function claim(path: string, text: string): Promise<string | null> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(temporary, text, { flag: "wx", mode: 0o600 });
    await link(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      // Not every file system has links.
      const file = await open(path, "wx", 0o600);
      await file.writeFile(text).finally(() => file.close());
    });
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError("cannot write", path, error);
    return await readLock(path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** What is in it, nothing where it has gone meanwhile; throws where nobody can tell. */
async function readLock(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw fileError("cannot read", path, error);
  });
}

/** Of many who find a dead lock one removes it, and none the lock that comes after it. */
async function removeDead(text: string, { path, sleep }: LockOptions): Promise<void> {
  const taking = `${path}.taking`;
  try {
    await writeFile(taking, "", { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError("cannot write", taking, error);
    const since = await beatAt(taking);
    if (since !== null && Date.now() - since > TAKING) await rm(taking, { force: true });
    return await sleep(PAUSE);
  }
  await removeIf(path, text).finally(() => rm(taking, { force: true }));
}

/** Milliseconds after which whoever was removing a dead lock is dead itself. */
const TAKING = 10_000;
const PAUSE = 20;

async function removeIf(path: string, text: string): Promise<void> {
  const found = await readFile(path, "utf8").catch(() => null);
  if (found === text) await rm(path, { force: true });
}

/** True where a process of this machine has taken the lock and is gone. */
export async function isAbandoned(path: string, owner: LockOwner): Promise<boolean> {
  const holder = parse(await readFile(path, "utf8").catch(() => ""));
  return holder?.host === owner.hostname && !(await livesHere(holder, owner));
}

async function lives(holder: Holder, options: LockOptions): Promise<boolean> {
  if (holder.host !== options.owner.hostname) return await isBeating(options);
  return holder.pid !== options.owner.pid && (await livesHere(holder, options.owner));
}

async function livesHere({ pid, began }: Holder, owner: LockOwner): Promise<boolean> {
  if (!owner.isAlive(pid)) return false;
  const now = await owner.beganAt(pid);
  return began === null || now === null || began === now;
}

/** A holder on another machine is seen only by what it does to the file. */
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

/** As a crash may leave it where a lock cannot be made whole at once. */
function isTorn(text: string): boolean {
  return text.startsWith(BEGIN) || BEGIN.startsWith(text);
}

function parse(text: string): Holder | null {
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
