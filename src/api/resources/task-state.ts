import { stringifyJson } from "../../wire/json.ts";
import { isTerminal, STATUS_WORDS, type StatusWord } from "../../wire/status.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { GrowingOutput } from "./growing-output.ts";
import { type LogEntry, LogTail } from "./log-tail.ts";
import { taskNames } from "./read.ts";
import type { StatusReader } from "./status.ts";
import { errorText, type StatusReading, type Submitted, type TaskDocument, taskDocument } from "./task.ts";

/** What one message changed. */
export type Change =
  | { type: "status"; status: StatusWord; status_code: number | null }
  | ({ type: "log" } & LogEntry)
  | { type: "output"; output: unknown }
  | { type: "delta"; delta: JsonObject };

const STATUS_FIELDS = ["status", "status_text", "status_code"];

/**
 * Logs and events are shown as they come: a long watch stays small. The id stays as asked for, and
 * `__proto__` would change the object's prototype.
 */
const NOT_KEPT = new Set(["logs", "events", "id", "__proto__"]);

/** A task put together from whole messages, partial ones and deltas, in whatever order they come. */
export class TaskState {
  readonly id: string;
  /** What else it is called. */
  readonly #names: Set<string>;
  readonly #raw: JsonObject;
  #reading: StatusReading | null = null;
  #knownWord: StatusWord | null = null;
  /** The output last told, as JSON; null while deltas change it. */
  #output: string | null = "";
  #growing: GrowingOutput | null = null;
  #untold = false;
  #deltaSeq = Number.NEGATIVE_INFINITY;
  readonly #logs = new LogTail();
  readonly #statuses: StatusReader;
  readonly #submitted: Submitted | null;
  readonly #onSession: (id: string) => void;

  constructor(
    id: string,
    statuses: StatusReader,
    submitted: Submitted | null,
    onSession: (id: string) => void = () => {},
  ) {
    this.id = id;
    this.#names = new Set([id]);
    this.#onSession = onSession;
    this.#raw = { id };
    this.#statuses = statuses;
    this.#submitted = submitted;
  }

  get ended(): boolean {
    return this.#reading !== null && isTerminal(this.#reading.word);
  }

  /** True while a bare 9 leaves open whether the task is uploading or done. */
  get ambiguous(): boolean {
    return this.#reading?.ambiguous ?? false;
  }

  get finished(): boolean {
    const { output, error } = this.#raw;
    return errorText(error) !== null || (output !== null && output !== undefined && !isEmpty(output));
  }

  /** True for a message about this task, by any name of it; one without a name is, too. */
  isAbout(message: JsonObject): boolean {
    const names = taskNames(message);
    return names.length === 0 || names.some((name) => this.#names.has(name));
  }

  /** Takes a whole task, or with `fields` the ones that changed; says what that changed. */
  merge(message: JsonObject, fields: unknown = null): Change[] {
    const patch = Array.isArray(fields) ? listed(message, fields) : message;
    return this.#take(patch);
  }

  /** The same for a message of a stream, which may tell its history again: what lies behind is passed over. */
  advance(message: JsonObject, fields: unknown): Change[] {
    const patch = Array.isArray(fields) ? listed(message, fields) : message;
    const { word } = this.#statuses.read(patch);
    const behind = this.#reading !== null && word !== "unknown" && rank(word) < rank(this.#reading.word);
    return behind ? this.takeLogs(patch["logs"]) : this.#take(patch);
  }

  #take(patch: JsonObject): Change[] {
    for (const name of taskNames(patch)) this.#names.add(name);
    // Written out only now: doing so for each of many deltas would take the square of their time.
    if ("output" in patch) this.#output ??= stringifyJson(this.#raw["output"]) ?? "";
    const logs = this.#logs.take(patch["logs"]);
    this.#tellSession(patch);
    this.#keep(patch);
    return [
      ...this.#statusChange(),
      ...logs.map((entry) => ({ type: "log" as const, ...entry })),
      ...this.#outputChange(),
    ];
  }

  #tellSession({ session_id: session }: JsonObject): void {
    if (typeof session === "string" && session !== "" && session !== this.#raw["session_id"])
      this.#onSession(session);
  }

  /** Into the one object that is there: a copy for each message would cost more than reading it. */
  #keep(patch: JsonObject): void {
    // A new number must not be read by the word that belonged to the old one, nor a new word teach an old number.
    if (STATUS_FIELDS.some((field) => field in patch))
      for (const field of STATUS_FIELDS) if (!(field in patch)) delete this.#raw[field];
    for (const key of Object.keys(patch)) if (!NOT_KEPT.has(key)) this.#raw[key] = patch[key];
  }

  /** A token-level change of the output; a repeated one is passed over. */
  append(delta: JsonObject, seq: number | null = null): Change[] {
    if (seq !== null && seq <= this.#deltaSeq) return [];
    this.#deltaSeq = seq ?? this.#deltaSeq;
    // Begun anew where a message has told the whole meanwhile.
    const there = this.#raw["output"];
    const growing = this.#growing?.value === there ? this.#growing : null;
    this.#growing = growing ?? new GrowingOutput(there);
    if (!this.#growing.append(delta)) return [];
    this.#raw["output"] = this.#growing.value;
    this.#output = null;
    this.#untold = true;
    return this.ended ? [] : [{ type: "delta", delta }];
  }

  /** True when deltas have changed the output since it was last told as a whole. */
  get hasGrown(): boolean {
    return this.#untold && !this.ended;
  }

  /** The output as it has grown. */
  wholeOutput(): Change {
    this.#untold = false;
    return { type: "output", output: { ...(this.#raw["output"] as JsonObject) } };
  }

  reopened(): void {
    this.#logs.reopened();
  }

  takeLogs(logs: unknown): Change[] {
    return this.#logs.take(logs).map((entry) => ({ type: "log", ...entry }));
  }

  /** The word is known by other evidence than the number; it stands whatever the number says. */
  setStatus(word: StatusWord): Change[] {
    this.#knownWord = word;
    return this.#statusChange();
  }

  /** True when this whole task, too, says that it has ended. */
  saysEnd(whole: JsonObject): boolean {
    return isTerminal(this.#read(whole).word);
  }

  /** The final document from a whole task that says the end, with what of its log had not been told. */
  applyFinal(whole: JsonObject): { changes: Change[]; document: TaskDocument } {
    this.#tellSession(whole);
    const { word: status, code: status_code } = this.#read(whole);
    const changes = [...this.takeLogs(whole["logs"]), { type: "status" as const, status, status_code }];
    const document = taskDocument({ ...whole, id: this.id }, this.#read(whole), this.#submitted);
    return { changes, document };
  }

  /** The task as far as messages have told it. */
  document(): TaskDocument {
    return taskDocument(this.#raw, this.#read(this.#raw), this.#submitted);
  }

  #read(raw: JsonObject): StatusReading {
    const reading = this.#statuses.read(raw);
    return this.#knownWord ? { ...reading, word: this.#knownWord, ambiguous: false } : reading;
  }

  #statusChange(): Change[] {
    const before = this.#reading;
    const reading = this.#read(this.#raw);
    if (reading.word === "unknown" && before) return [];
    this.#reading = reading;
    // That it has ended is told with its final document alone.
    if (before?.word === reading.word || isTerminal(reading.word)) return [];
    return [{ type: "status", status: reading.word, status_code: reading.code }];
  }

  #outputChange(): Change[] {
    const { output } = this.#raw;
    if (this.ended || output === null || output === undefined || isEmpty(output)) return [];
    if (this.#output === null) return [];
    const text = stringifyJson(output) ?? "";
    if (text === this.#output) return [];
    this.#output = text;
    this.#untold = false;
    return [{ type: "output", output }];
  }
}

/** How far along its life a task is. */
function rank(word: StatusWord): number {
  return STATUS_WORDS.indexOf(word);
}

/** Only the fields said to have changed: the rest of a partial message may be zero values. */
function listed(message: JsonObject, fields: unknown[]): JsonObject {
  const words = fields.filter((field) => typeof field === "string");
  const names = new Set(words.map((field) => field.split(".")[0]));
  if (names.has("status")) names.add("status_text");
  return Object.fromEntries(Object.entries(message).filter(([key]) => names.has(key)));
}

function isEmpty(output: unknown): boolean {
  return isObject(output) && Object.keys(output).length === 0;
}
