import { open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { BeltError, fileError, usageError } from "../errors.ts";
import { shellWord } from "../hint.ts";
import { isObject } from "../wire/types.ts";
import { AppendFile } from "./append-file.ts";
import {
  type BatchHead,
  type BatchRecord,
  RECORD_BEGIN,
  RESULT_BEGIN,
  type ResultLine,
  readRecord,
  readResult,
} from "./batch-records.ts";
import { applyRecord, applyResult, type BatchState, emptyState, follows } from "./batch-state.ts";
import { makeFolder } from "./folder.ts";
import { type Holder, type LockOptions, ProcessLock } from "./process-lock.ts";
import { readObjects, readValues } from "./read-lines.ts";
import { realPlace } from "./real-place.ts";

const JOURNAL = { mode: 0o600, begin: RECORD_BEGIN };
const RESULTS = { mode: 0o666, begin: RESULT_BEGIN };

/** Where a batch is kept: its results, and beside them what was begun. */
export interface BatchFiles {
  results: string;
  journal: string;
  lock: string;
}

/** By its real path: a file of two names is one batch, with one lock and one journal. */
export async function batchFiles(path: string): Promise<BatchFiles> {
  const results = await realPlace(path);
  return { results, journal: `${results}.journal`, lock: `${results}.lock` };
}

/**
 * What both files tell; a line that a crash tore tells nothing. Throws where the journal holds what
 * belt never wrote: what is missing there might be paid again.
 */
export async function readBatch({ results, journal }: BatchFiles): Promise<BatchState> {
  const state = emptyState();
  if (await isForeign(journal, RECORD_BEGIN)) throw damaged(journal, 1);
  for await (const { value, line } of readValues(journal)) {
    const record = isObject(value) ? readRecord(value) : null;
    if (!record || !follows(state, record)) throw damaged(journal, line);
    applyRecord(state, record);
  }
  if (!state.head && state.rows.size > 0) throw damaged(journal, 1);
  state.hasJournal = (await stat(journal).catch(() => null)) !== null;
  for await (const line of readResults(results)) applyResult(state, line);
  return state;
}

/** The same for who only looks; throws as opening the batch would, by `head` where it is known. */
export async function peekBatch(files: BatchFiles, head: BatchHead | null): Promise<BatchState> {
  await requireFiles(files);
  const state = await readBatch(files);
  if (head) requireSameHead(state.head, head, files);
  return state;
}

/** The lines of a results file; throws a usage error for a file of something else. */
export async function* readResults(path: string): AsyncGenerator<ResultLine> {
  for await (const value of readObjects(path)) {
    const line = readResult(value);
    if (!line) throw notResults(path);
    yield line;
  }
}

/**
 * The two files of a batch, open to be written by one runner. What is recorded has reached the disk
 * when that resolves, so that whatever is done next is never done without being known. What is noted,
 * and a result, no kill takes back; where a loss of power does, the row is in doubt, or has its task.
 */
export class BatchLedger {
  readonly files: BatchFiles;
  readonly #journal: AppendFile;
  readonly #results: AppendFile;
  readonly #lock: ProcessLock;
  #lost: Error | null = null;

  private constructor(files: BatchFiles, journal: AppendFile, results: AppendFile, lock: ProcessLock) {
    this.files = files;
    this.#journal = journal;
    this.#results = results;
    this.#lock = lock;
  }

  /**
   * Takes the lock and reads what there is. Throws a usage error when another runner has it, or when
   * the files belong to another API, account or app.
   */
  static async open(
    files: BatchFiles,
    head: BatchHead,
    lock: Omit<LockOptions, "path">,
  ): Promise<{ ledger: BatchLedger; state: BatchState }> {
    await requireFiles(files);
    await makeFolder(dirname(files.results), 0o777).catch((error) => {
      throw fileError("cannot write", files.results, error);
    });
    const taken = await ProcessLock.take({ ...lock, path: files.lock }, (holder) =>
      held(files.lock, holder, lock.owner.hostname),
    );
    const opened: AppendFile[] = [];
    try {
      const state = await readBatch(files);
      requireSameHead(state.head, head, files);
      const journal = await AppendFile.open({ path: files.journal, ...JOURNAL });
      opened.push(journal);
      const results = await AppendFile.open({ path: files.results, ...RESULTS });
      opened.push(results);
      const ledger = new BatchLedger(files, journal, results, taken);
      if (!state.head) await ledger.record(headLine(head));
      return { ledger, state };
    } catch (thrown) {
      for (const file of opened) await file.close();
      await taken.release();
      throw thrown;
    }
  }

  /** `line` is a `BatchRecord` as JSON. Throws, too, once another runner has taken the batch over. */
  async record(line: string): Promise<void> {
    if (await this.#lock.isLost()) this.#lost ??= takenOver();
    if (this.#lost) throw this.#lost;
    await this.#journal.appendSafely(line);
  }

  /** The same for a record of something that has happened, which waits for no disk. */
  note(line: string): void {
    this.#journal.append(line);
  }

  /** `line` is a `ResultLine` as JSON. */
  result(line: string): void {
    this.#results.append(line);
  }

  /** What kept a line from being written; none can follow it. */
  get failure(): Error | null {
    return this.#lost ?? this.#journal.failure ?? this.#results.failure;
  }

  async close(): Promise<void> {
    await this.#journal.close();
    await this.#results.close();
    await this.#lock.release();
  }
}

/** Throws where the files belong to something else than this command would run. */
function requireSameHead(found: BatchHead | null, wanted: BatchHead, { results }: BatchFiles): void {
  if (!found) return;
  const differs = [
    found.app !== wanted.app && `the app ${found.app}, not ${wanted.app}`,
    found.api !== wanted.api && `the API ${found.api}, not ${wanted.api}`,
    (found.key ?? null) !== wanted.key && `another account${named(found)}, not that${named(wanted)}`,
  ].find((text) => text !== false);
  if (differs === undefined) return;
  throw usageError(
    `${results} is a batch of ${differs}`,
    "give another file with --out, or the command that began this one",
  );
}

function named({ profile }: BatchHead): string {
  return profile === null ? "" : ` (profile ${profile})`;
}

function headLine(head: BatchHead): string {
  return JSON.stringify({ type: "batch", format: 1, ...head } satisfies BatchRecord);
}

/** A device or a folder keeps no batch; neither does a file of something else, which must not be touched. */
async function requireFiles({ results, journal }: BatchFiles): Promise<void> {
  for (const path of [results, journal]) {
    const found = await stat(path).catch(() => null);
    if (found && !found.isFile())
      throw usageError(`--out: ${path} is ${found.isDirectory() ? "a folder" : "no file"}`, "name a file");
  }
  if (await isForeign(results, RESULT_BEGIN)) throw notResults(results);
}

/** True for a file that does not begin like belt's own; one that ends, or was lost, before that can be told may be. */
async function isForeign(path: string, begin: string): Promise<boolean> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(begin.length), 0, begin.length, 0);
    const [written = ""] = buffer.toString("latin1", 0, bytesRead).split("\0");
    return !begin.startsWith(written);
  } finally {
    await file.close();
  }
}

function damaged(path: string, line: number): Error {
  return fileError(
    "cannot go on by",
    path,
    new Error(`line ${line} is no record of belt batch`),
    "nothing was sent; put back the journal that was there, or give another file with --out, which pays each row again",
  );
}

function notResults(path: string): Error {
  return usageError(`${path} is not a results file of belt batch`, "give another file with --out");
}

function takenOver(): Error {
  return new BeltError({
    code: "batch_taken_over",
    message: "another belt has taken this batch over, since this one showed no life",
    exit: "failure",
  });
}

function held(path: string, { pid, host }: Holder, here: string): Error {
  const where = host === here ? "" : ` on ${host}`;
  return usageError(
    `another belt runs this batch: process ${pid}${where}`,
    `wait for it, or end it; ${shellWord(path)} is its lock`,
  );
}
