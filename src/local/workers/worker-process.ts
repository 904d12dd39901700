/** One worker process with one instance of an app in it: started, asked, stopped, and never left behind. */
import type { ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import type { Duplex, Readable, Writable } from "node:stream";
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../wire/types.ts";
import type { AppVersion } from "../apps/app-version.ts";
import { CallLogs } from "./call-logs.ts";
import { readMessages } from "./channel.ts";
import { AppError, Conversation } from "./conversation.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { killGroup, killMarked } from "./processes.ts";
import { type AppSchemas, type FromWorker, readFromWorker, readSchemas, type ToWorker } from "./protocol.ts";
import { type SpawnedWorker, spawnWorker, type WorkerSettings } from "./spawn-worker.ts";
import { WorkerExit, WorkerStopped } from "./worker-exit.ts";

const STOPPED = "stopped";

const STDERR_LINES = 20;
const LAST_WORDS_MS = 100;
const BROKEN_CHANNEL = "the app wrote into belt's channel to its worker, or more than it holds";
const CLOSED_CHANNEL = "the app closed belt's channel to its worker";
/** How long after its pipes a process may take to end, before it counts as one that lives on without them. */
const EXIT_MS = 100;

export class WorkerProcess {
  readonly id: string;
  readonly version: AppVersion;
  /** The setup the app was last set up with, as stable JSON; null before. */
  setupKey: string | null = null;
  /** The session that leases this worker. */
  session: string | null = null;
  busy = false;
  /** False once the process cannot be talked to any more, whether it still lives or not. */
  usable = true;
  /** False once a task has run: what it left in the app is no state for a session to begin with. */
  fresh = true;
  dead = false;
  /** Why we ended the process; null while it lives, and when it ended by itself. */
  killedFor: string | null = null;
  /** When the last task ended, for choosing whom to stop first. */
  idleSince = 0;
  onLog: (text: string) => void;
  /** How the process ended; null while it lives. */
  end: WorkerExit | null = null;
  /** False when it ended by itself while nobody waited for an answer, who could be told. */
  isEndTold = true;
  readonly exited: Promise<void>;

  readonly #spawned: SpawnedWorker;
  readonly #toWorker: Writable | null;
  readonly #memoryMb: number;
  readonly #conversation: Conversation;
  readonly #stderr: string[] = [];
  readonly #callLogs = new CallLogs();
  /** Hears what no call has said, and nobody else hears. */
  readonly #onStrayLog: (text: string) => void;
  #ending: Extract<FromWorker, { kind: "ending" }> | null = null;
  #unloads = false;

  /** Throws what the system says when there is no room for a process and its folder. */
  constructor(id: string, version: AppVersion, settings: WorkerSettings, onStrayLog: (text: string) => void) {
    this.id = id;
    this.#onStrayLog = onStrayLog;
    this.onLog = onStrayLog;
    this.version = version;
    this.#memoryMb = settings.memoryMb;
    this.#spawned = spawnWorker(version, settings);
    readLines(this.#child.stdout, (line) => this.onLog(line));
    readLines(this.#child.stderr, (line) => this.#remember(line));
    this.#conversation = new Conversation((message) => this.#send(message));
    this.#toWorker = this.#openChannel();
    this.exited = this.#untilExit();
  }

  /** The functions of the app; rejects when it cannot be loaded. */
  get loaded(): Promise<string[]> {
    return this.#conversation.loaded;
  }

  async setup(setup: JsonObject, key: string): Promise<void> {
    this.setupKey = null;
    await this.#conversation.ask({ kind: "setup", setup });
    this.setupKey = key;
  }

  run(
    name: string,
    input: JsonObject,
    context: JsonObject,
    onPartial: (output: unknown) => void,
  ): Promise<unknown> {
    this.fresh = false;
    const answer = this.#conversation.ask({ kind: "run", function: name, input, context }, onPartial);
    this.#callLogs.set(this.#conversation.lastId, this.onLog);
    return answer;
  }

  async describe(): Promise<AppSchemas> {
    const schemas = readSchemas(await this.#conversation.ask({ kind: "describe" }));
    if (!schemas) throw new AppError("its schemas cannot be read", null);
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
    this.onLog = this.#onStrayLog;
  }

  /** Tells the app; what follows is up to the app. */
  cancel(): void {
    this.#send({ kind: "cancel" });
  }

  /** Lets the app clean up, for at most `graceMs`, then ends the process. */
  async stop(graceMs: number): Promise<void> {
    // What was never set up, and only described its app, has nothing to give back.
    if (this.#unloads && this.setupKey !== null && !this.dead && !this.busy) {
      const timer = setTimeout(() => this.kill(STOPPED), graceMs);
      await this.#conversation.ask({ kind: "unload" }).catch(() => {});
      clearTimeout(timer);
    }
    this.kill(STOPPED);
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

  get #child(): ChildProcess {
    return this.#spawned.child;
  }

  #send(message: ToWorker): void {
    // That the process is gone is reported by its exit, with the reason.
    this.#toWorker?.write(`${JSON.stringify(message)}\n`);
  }

  /** False for what is no message. */
  #receive(message: FromWorker | null): boolean {
    if (message?.kind === "loaded") this.#unloads = message.unloads;
    if (message?.kind === "log") this.#onLine(message);
    else if (message?.kind === "ending") this.#ending ??= message;
    else if (message) this.#conversation.receive(message);
    return message !== null;
  }

  /** What a call says after its answer is its own still, and of no other. */
  #onLine({ text, isError, run }: Extract<FromWorker, { kind: "log" }>): void {
    if (run !== null && !this.#conversation.isOpen(run)) this.#callLogs.get(run)?.(text);
    else if (isError === true) this.#remember(text);
    else this.onLog(text);
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
    killMarked(this.#spawned.mark);
    // What could not be reached may still hold them; it must not hold this process, too.
    for (const pipe of this.#child.stdio ?? []) pipe?.destroy();
    await rm(this.#spawned.temporaryDir, { recursive: true, force: true }).catch(() => {});
    const Exit = this.killedFor === STOPPED ? WorkerStopped : WorkerExit;
    this.end = new Exit(this.#describeEnd(ending), this.#ending?.place ?? null);
    this.isEndTold = this.#conversation.end(this.end) || this.killedFor !== null;
    if (!this.isEndTold) this.#callLogs.last?.(`after this task: ${this.end.message}`);
  }

  #describeEnd(ending: string): string {
    if (this.killedFor) return this.killedFor;
    const words = this.#stderr.join("\n");
    if (words.includes("heap out of memory")) {
      return `the worker ran out of memory (its bound is ${this.#memoryMb} MiB)`;
    }
    const how = this.#ending?.message ?? `the worker ${ending}`;
    return words && this.#ending?.by !== "crash" ? `${how}:\n${words}` : how;
  }
}

function readLines(pipe: Readable | null, onLine: (line: string) => void): void {
  const splitter = createLineSplitter(onLine);
  pipe?.setEncoding("utf8").on("data", splitter.push).once("end", splitter.flush);
}
