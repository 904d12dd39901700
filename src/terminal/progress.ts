import type { Ora } from "ora";
import { type Colors, plainColors } from "./colors.ts";
import { fitting, joined, SEPARATOR, type TallyPart } from "./tally-line.ts";
import { formatDuration } from "./text.ts";
import type { TextWidth } from "./text-width.ts";
import type { WritableEnd } from "./writable.ts";

/** What a line on stderr is about: a task by its id, or a chat. */
export type Subject = string | { chat: string };

/** What is going on at the moment, for a person who waits. */
export interface Progress {
  /** Something of belt's own takes its time; shown on a terminal only. */
  busy(text: string): void;
  /** An answer is waited for, and nothing else was told yet; gives what ends that. Shown on a terminal only. */
  waiting(text: string): () => void;
  /** A new phase of a task or a chat, its last one perhaps: redrawn on a terminal, one line elsewhere. */
  phase(subject: Subject, phase: string, isLast?: boolean): void;
  /** How far many things are: redrawn on a terminal; elsewhere a line when `isMilestone`. */
  tally(parts: () => readonly TallyPart[], isMilestone: boolean): void;
  /** The newest log line; shown on a terminal only. */
  detail(text: string): void;
  /** Writes other text without disturbing what is drawn. */
  interrupt(write: () => void): void;
  /** Clears what is drawn. */
  stop(): void;
  /** What comes next is another thing, whose time begins with it. */
  restart(): void;
}

export interface ProgressOptions {
  stderr: WritableEnd;
  animated: boolean;
  silent: boolean;
  colors: Colors;
  /** Makes a text fit to be drawn: on one line, harmless, without keys. */
  clean(text: string): string;
  /** Tells a new status where nothing is drawn. */
  status(subject: Subject, status: string, isLast: boolean): void;
  /** Tells how far things are where nothing is drawn. */
  note(text: string): void;
  /** Called before something is drawn: what has been begun on the terminal stays on lines of its own. */
  handOver(): void;
  /** Calls back before the command is stopped, as by Ctrl-Z, and when it goes on; gives what ends that. */
  onSuspend(stop: () => void, goOn: () => void): () => void;
  now(): number;
}

export function createProgress(options: ProgressOptions): Progress {
  if (options.silent)
    return {
      busy() {},
      waiting: () => () => {},
      phase() {},
      tally() {},
      detail() {},
      interrupt: (write) => write(),
      stop() {},
      restart() {},
    };
  return options.animated ? new Spinner(options) : new Lines(options);
}

export function nameOf(subject: Subject): string {
  return typeof subject === "string" ? subject : subject.chat;
}

class Lines implements Progress {
  readonly #options: ProgressOptions;
  #last = "";

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  phase(subject: Subject, phase: string, isLast = false): void {
    const told = `${nameOf(subject)}\n${phase}`;
    if (told !== this.#last) this.#options.status(subject, phase, isLast);
    this.#last = told;
  }

  busy(): void {}

  waiting(): () => void {
    return () => {};
  }

  tally(parts: () => readonly TallyPart[], isMilestone: boolean): void {
    if (isMilestone) this.#options.note(joined(parts()));
  }

  detail(): void {}

  interrupt(write: () => void): void {
    write();
  }

  stop(): void {}

  restart(): void {}
}

/** Nothing is drawn for what is over sooner than this, in milliseconds. */
const PATIENCE = 200;

/** An answer that takes longer, in milliseconds, is told to be waited for. */
const NOTABLE_WAIT = 1000;

/** Columns of the spinner itself, of the ^C that a terminal adds, and the last one, into which not all can write. */
const BESIDE = 6;

class Spinner implements Progress {
  readonly #options: ProgressOptions;
  #ora: Ora | null = null;
  #timer: NodeJS.Timeout | null = null;
  #start = 0;
  #phase = "";
  #detail = "";
  /** In place of a phase. */
  #parts: (() => readonly TallyPart[]) | null = null;
  #release = () => {};
  /** Until something else is told, which knows better what is waited for. */
  #isFirst = true;
  #waiting = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  busy(text: string): void {
    this.phase("", text);
  }

  waiting(text: string): () => void {
    if (!this.#isFirst) return () => {};
    this.#waiting++;
    const began = this.#options.now();
    const notable = setTimeout(() => {
      if (!this.#isFirst) return;
      this.#start ||= began;
      this.#tell(text);
    }, NOTABLE_WAIT - PATIENCE);
    return () => {
      clearTimeout(notable);
      if (--this.#waiting > 0 || !this.#isFirst) return;
      this.#clear();
      this.#start = 0;
    };
  }

  /** It changes more often than it is drawn. */
  tally(parts: () => readonly TallyPart[]): void {
    this.#isFirst = false;
    this.#parts = parts;
    this.#begin();
  }

  phase(_subject: Subject, phase: string): void {
    this.#isFirst = false;
    this.#tell(phase);
  }

  #tell(phase: string): void {
    this.#phase = this.#options.clean(phase);
    this.#parts = null;
    this.#begin();
  }

  #begin(): void {
    if (this.#timer) return;
    this.#start ||= this.#options.now();
    this.#timer = setTimeout(() => this.#draw(), PATIENCE);
  }

  detail(text: string): void {
    this.#detail = this.#options.clean(text);
  }

  interrupt(write: () => void): void {
    this.#ora?.clear();
    write();
    this.#ora?.render();
  }

  stop(): void {
    this.#isFirst = false;
    this.#clear();
  }

  #clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#ora?.stop();
    this.#ora = null;
    this.#release();
    this.#release = () => {};
  }

  restart(): void {
    this.#clear();
    this.#isFirst = true;
    this.#start = 0;
    this.#detail = "";
  }

  async #draw(): Promise<void> {
    const [{ default: ora }, { displayWidth }] = await Promise.all([
      import("ora"),
      import("./display-width.ts"),
    ]);
    if (!this.#timer || this.#ora) return;
    const { stderr, colors, onSuspend, handOver } = this.#options;
    handOver();
    const spinner = ora({
      color: colors === plainColors ? false : "cyan",
      stream: stderr as NodeJS.WriteStream,
      discardStdin: false,
      text: "",
      suffixText: () => this.#text(displayWidth),
    }).start();
    this.#ora = spinner;
    // Whoever types in the meantime needs the cursor.
    this.#release = onSuspend(
      () => spinner.stop(),
      () => void spinner.start(),
    );
  }

  /** The phase, how long it has been, and what fits of the newest log line. */
  #text(textWidth: TextWidth): string {
    const { colors, stderr, now } = this.#options;
    const columns = (stderr.columns ?? 80) - BESIDE;
    if (this.#parts)
      return textWidth.cut(this.#options.clean(fitting(this.#parts(), columns, textWidth)), columns);
    const head = textWidth.cut(`${this.#phase} ${formatDuration(now() - this.#start)}`, columns);
    const room = columns - textWidth.width(head) - SEPARATOR.length;
    const detail = this.#detail && room > 10 ? SEPARATOR + textWidth.cut(this.#detail, room) : "";
    return `${head}${colors.dim(detail)}`;
  }
}
