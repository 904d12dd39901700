/** One worker process with one instance of an app in it: started, asked, stopped, and never left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Duplex, Readable, Writable } from "node:stream";
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../wire/types.ts";
import type { AppVersion } from "../apps/catalog.ts";
import { givenSecrets } from "../apps/secrets.ts";
import { temporaryName } from "../atomic-write.ts";
import { readMessages } from "./channel.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { createMark, inheritedEnvironment, killGroup, killMarked, markOf, ownPid } from "./processes.ts";
import { type AppSchemas, type FromWorker, readFromWorker, readSchemas, type ToWorker } from "./protocol.ts";

export interface WorkerSettings {
  /** The built worker program. */
  program: string;
  /** Bound of the JavaScript heap of one worker, in MiB. */
  memoryMb: number;
  /** Where apps keep what they download. */
  cacheDir: string;
  /** Each worker has a temporary folder in it, gone with the worker. */
  temporaryDir: string;
}

/** The process is gone; the message says how, and what it said last on stderr. */
export class WorkerDied extends Error {}

/** The app itself reported a failure; the process lives on. */
class AppFailed extends Error {}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onPartial?: ((output: unknown) => void) | undefined;
}

/** A message that is answered, before it has its id. */
type Question = ToWorker extends infer M ? (M extends { id: number } ? Omit<M, "id"> : never) : never;

const STDERR_LINES = 20;
const LAST_WORDS_MS = 100;
const BROKEN_CHANNEL = "the app wrote into belt's channel to its worker, or more than it holds";
const CLOSED_CHANNEL = "the app closed belt's channel to its worker";
/** How long after its pipes a process may take to end, before it counts as one that lives on without them. */
const EXIT_MS = 100;

export class Instance {
  readonly id: string;
  readonly version: AppVersion;
  /** The setup the app was last set up with, as stable JSON; null before. */
  setupKey: string | null = null;
  /** The session that leases this instance. */
  session: string | null = null;
  busy = false;
  /** False once the process cannot be talked to any more, whether it still lives or not. */
  usable = true;
  /** False once a task has run: what it left in the instance is no state for a session to begin with. */
  fresh = true;
  dead = false;
  /** Why we ended the process; null while it lives, and when it ended by itself. */
  killedFor: string | null = null;
  /** When the last task ended, for choosing whom to stop first. */
  idleSince = 0;
  onLog: (text: string) => void = () => {};
  readonly loaded: Promise<string[]>;
  readonly exited: Promise<void>;

  readonly #child: ChildProcess;
  readonly #toWorker: Writable | null;
  readonly #memoryMb: number;
  readonly #temporaryDir: string;
  readonly #mark: string;
  readonly #pending = new Map<number, Pending>();
  readonly #stderr: string[] = [];
  #lastId = 0;
  #unloads = false;
  #end: WorkerDied | null = null;

  /** Throws what the system says when there is no room for a process and its folder. */
  constructor(id: string, version: AppVersion, settings: WorkerSettings) {
    this.id = id;
    this.version = version;
    this.#memoryMb = settings.memoryMb;
    this.#temporaryDir = join(settings.temporaryDir, `.belt-${temporaryName()}`);
    const mark = createMark();
    this.#mark = markOf(mark);
    this.#child = startProcess(version, settings, this.#temporaryDir, mark);
    readLines(this.#child.stdout, (line) => this.onLog(line));
    readLines(this.#child.stderr, (line) => this.#remember(line));
    this.#toWorker = this.#openChannel();
    this.exited = this.#untilExit();
    this.loaded = this.#request(0) as Promise<string[]>;
    // Whoever needs the app waits for `loaded` and sees its failure; nobody waiting is no error.
    this.loaded.catch(() => {});
  }

  async setup(setup: JsonObject, key: string): Promise<void> {
    this.setupKey = null;
    await this.#ask({ kind: "setup", setup });
    this.setupKey = key;
  }

  run(
    name: string,
    input: JsonObject,
    context: JsonObject,
    onPartial: (output: unknown) => void,
  ): Promise<unknown> {
    this.fresh = false;
    return this.#ask({ kind: "run", function: name, input, context }, onPartial);
  }

  async describe(): Promise<AppSchemas> {
    const schemas = readSchemas(await this.#ask({ kind: "describe" }));
    if (!schemas) throw new AppFailed("its schemas cannot be read");
    return schemas;
  }

  /** For a task, or for a session: what was said before does not belong to it. */
  take(session: string | null): void {
    this.busy = true;
    this.session = session;
    this.#stderr.length = 0;
  }

  /** Resolves when what the process did before its last answer has been noticed here, too. */
  async release(now: number): Promise<void> {
    await immediate();
    this.busy = false;
    this.idleSince = now;
    this.onLog = () => {};
  }

  /** Tells the app; what it does with it is its own affair. */
  cancel(): void {
    this.#send({ kind: "cancel" });
  }

  /** Lets the app clean up, for at most `graceMs`, then ends the process. */
  async stop(graceMs: number): Promise<void> {
    if (this.#unloads && !this.dead && !this.busy) {
      const timer = setTimeout(() => this.kill("stopped"), graceMs);
      await this.#ask({ kind: "unload" }).catch(() => {});
      clearTimeout(timer);
    }
    this.kill("stopped");
    await this.exited;
  }

  /** Ends the process and everything it started. */
  kill(reason: string): void {
    if (this.dead) return;
    this.killedFor ??= reason;
    this.usable = false;
    killGroup(this.#child);
  }

  /** Null when the system had no descriptors left; the child then reports an error. */
  #openChannel(): Writable | null {
    const [, , , toWorker, fromThere] = (this.#child.stdio ?? []) as (Duplex | null | undefined)[];
    for (const pipe of [toWorker, fromThere]) {
      pipe?.on("error", () => {}).once("close", () => this.#onClosedChannel());
    }
    // Nothing comes this way but its end.
    toWorker?.resume();
    if (fromThere) {
      readMessages(
        fromThere,
        (message) => this.#receive(readFromWorker(message)),
        () => this.kill(BROKEN_CHANNEL),
      );
    }
    return toWorker ?? null;
  }

  #onClosedChannel(): void {
    this.usable = false;
    setTimeout(() => this.kill(CLOSED_CHANNEL), EXIT_MS).unref();
  }

  #ask(question: Question, onPartial?: (output: unknown) => void): Promise<unknown> {
    this.#lastId += 1;
    const answer = this.#request(this.#lastId, onPartial);
    this.#send({ ...question, id: this.#lastId });
    return answer;
  }

  #request(id: number, onPartial?: (output: unknown) => void): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject, onPartial }));
  }

  #send(message: ToWorker): void {
    // That the process is gone is reported by its exit, with the reason.
    this.#toWorker?.write(`${JSON.stringify(message)}\n`);
  }

  /** False for what is no message. */
  #receive(message: FromWorker | null): boolean {
    switch (message?.kind) {
      case undefined:
        return false;
      case "log":
        this.#onLine(message);
        break;
      case "loaded":
        this.#unloads = message.unloads;
        this.#settle(0)?.resolve(message.functions);
        break;
      case "partial":
        this.#pending.get(message.id)?.onPartial?.(message.output);
        break;
      case "result":
        this.#settle(message.id)?.resolve(message.value);
        break;
      case "error":
        this.#settle(message.id)?.reject(new AppFailed(message.message));
        break;
    }
    return true;
  }

  /** What a call says after its end is nobody's. */
  #onLine({ text, isError, run }: Extract<FromWorker, { kind: "log" }>): void {
    if (run !== null && !this.#pending.has(run)) return;
    if (isError === true) this.#remember(text);
    else this.onLog(text);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #remember(line: string): void {
    this.#stderr.push(line);
    if (this.#stderr.length > STDERR_LINES) this.#stderr.shift();
    this.onLog(line);
  }

  async #untilExit(): Promise<void> {
    // Listened to from the start: it may come in the same breath as the exit.
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    const ending = await new Promise<string>((resolve) => {
      this.#child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      this.#child.once("exit", (code, signal) =>
        resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`),
      );
    });
    this.dead = true;
    this.usable = false;
    // The pipes may hold more than was read; a grandchild may hold them open for ever.
    await Promise.race([closed, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    killGroup(this.#child);
    killMarked(this.#mark);
    // What could not be reached may still hold them; it must not hold this process, too.
    for (const pipe of this.#child.stdio ?? []) pipe?.destroy();
    await rm(this.#temporaryDir, { recursive: true, force: true }).catch(() => {});
    this.#end = new WorkerDied(this.#describeEnd(ending));
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(this.#end);
  }

  #describeEnd(ending: string): string {
    if (this.killedFor) return this.killedFor;
    const words = this.#stderr.join("\n");
    if (words.includes("heap out of memory")) {
      return `the worker ran out of memory (its bound is ${this.#memoryMb} MiB)`;
    }
    return words ? `the worker ${ending}:\n${words}` : `the worker ${ending}`;
  }
}

function startProcess(
  version: AppVersion,
  { program, memoryMb, cacheDir }: WorkerSettings,
  temporaryDir: string,
  mark: Record<string, string>,
): ChildProcess {
  // The heap, as much again in buffers and the like, and node itself.
  const resident = (2 * memoryMb + 128) * 1024 * 1024;
  const argv = [
    `--max-old-space-size=${memoryMb}`,
    program,
    version.entry,
    String(ownPid()),
    String(resident),
  ];
  const own = { TMPDIR: temporaryDir, FILE_CACHE_DIR: cacheDir };
  mkdirSync(temporaryDir, { mode: 0o700 });
  try {
    return spawn(process.execPath, argv, {
      cwd: version.dir,
      env: { ...inheritedEnvironment(), ...own, ...version.env, ...givenSecrets(version), ...mark },
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      // A group of its own: Ctrl-C reaches belt, which drains; and a kill reaches the app's own children.
      detached: true,
    });
  } catch (error) {
    rmSync(temporaryDir, { recursive: true, force: true });
    throw error;
  }
}

function readLines(pipe: Readable | null, onLine: (line: string) => void): void {
  const splitter = createLineSplitter(onLine);
  pipe?.setEncoding("utf8").on("data", splitter.push).once("end", splitter.flush);
}
