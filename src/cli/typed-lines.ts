import type { Interface, Key } from "node:readline";
import type { Lines } from "../commands/shared/context.ts";
import { BeltError } from "../errors.ts";
import type { Output } from "../terminal/output.ts";
import { safeText } from "../terminal/text.ts";
import type { Host } from "./host.ts";

const PROMPT = "> ";

/** Has the terminal say where a paste begins and ends. */
const MARK_PASTES = "\u001b[?2004h";
const STOP_MARKING = "\u001b[?2004l";

/** What was typed before it was asked for. */
interface TypedAhead {
  /** Ended with Enter. */
  texts: readonly string[];
  /** Lines of the text that is not ended, and the one that is being written. */
  earlier: readonly string[];
  draft: string;
}

const NOTHING: TypedAhead = { texts: [], earlier: [], draft: "" };

/**
 * Lines typed on the terminal, with a history of them; in between the terminal is as it was. What is
 * pasted is one text, whatever line ends are in it; what was typed ahead is not lost.
 */
export function typedLines(host: Host, out: Output, signal: AbortSignal): Lines {
  let history: string[] = [];
  let ahead = NOTHING;
  const terminal = host.stderr as NodeJS.WriteStream;
  return {
    async next() {
      signal.throwIfAborted();
      out.progress.stop();
      const [text, ...texts] = ahead.texts;
      if (text === undefined) return await ask().finally(() => out.progress.restart());
      ahead = { ...ahead, texts };
      terminal.write(`${PROMPT}${safeText(text)}\n`);
      out.progress.restart();
      return text;
    },
    forgetTypedAhead() {
      ahead = NOTHING;
    },
  };

  async function ask(): Promise<string | null> {
    const { createInterface } = await import("node:readline");
    const options = { terminal: true, prompt: PROMPT, history, historySize: 200 };
    const reader = createInterface({ ...options, input: host.stdin, output: terminal });
    reader.on("history", (lines: string[]) => {
      history = lines;
    });
    const line = new TypedLine(reader, host, terminal);
    const leave = () => reader.close();
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await line.typed(ahead);
    } finally {
      signal.removeEventListener("abort", leave);
      ahead = line.end();
      signal.throwIfAborted();
    }
  }
}

/** One line at a prompt, or all lines of a paste. */
class TypedLine {
  readonly #reader: Interface;
  readonly #host: Host;
  readonly #terminal: NodeJS.WriteStream;
  /** Ended with Enter: the first is the answer. */
  readonly #texts: string[] = [];
  /** Of a text whose last line is still being written. */
  #earlier: readonly string[] = [];
  #isPasting = false;
  #isAnswered = false;
  readonly #stopWatching: () => void;
  readonly #onKey = (_text: string | undefined, { name }: Key) => {
    if (name === "paste-start") this.#isPasting = true;
    if (name === "paste-end") this.#isPasting = false;
  };

  constructor(reader: Interface, host: Host, terminal: NodeJS.WriteStream) {
    this.#reader = reader;
    this.#host = host;
    this.#terminal = terminal;
    // Before the reader itself hears of the key.
    host.stdin.prependListener("keypress", this.#onKey);
    this.#stopWatching = host.onSuspend(
      () => terminal.write(STOP_MARKING),
      () => this.#goOn(),
    );
    // The reader stops reading when the command goes on after Ctrl-Z.
    reader.on("SIGCONT", () => reader.resume());
  }

  /** Null at Ctrl-D, and when the reader is closed. */
  async typed({ earlier, draft }: TypedAhead): Promise<string | null> {
    this.#earlier = earlier;
    this.#markPastes();
    return await new Promise((resolve, reject) => {
      // Ctrl-C reaches it as a key, and no signal is sent.
      this.#reader.once("SIGINT", () =>
        reject(new BeltError({ code: "interrupted", message: "interrupted", exit: "interrupted" })),
      );
      this.#reader.once("close", () => resolve(null));
      this.#reader.on("line", (line) => {
        this.#take(line);
        if (this.#texts.length === 0) return;
        this.#isAnswered = true;
        resolve(this.#texts[0]!);
      });
      this.#reader.prompt();
      if (draft !== "") this.#reader.write(draft);
    });
  }

  /** Gives the terminal back, and what was typed beyond the answer. */
  end(): TypedAhead {
    this.#stopWatching();
    this.#host.stdin.off("keypress", this.#onKey);
    this.#reader.close();
    // What comes next begins on a line of its own.
    const isMidLine = !this.#isAnswered || this.#reader.line !== "";
    this.#terminal.write(`${this.#host.env["TERM"] === "dumb" ? "" : STOP_MARKING}${isMidLine ? "\n" : ""}`);
    if (!this.#isAnswered) return NOTHING;
    return { texts: this.#texts.slice(1), earlier: this.#earlier, draft: this.#reader.line };
  }

  #take(line: string): void {
    const lines = [...this.#earlier, line];
    this.#earlier = this.#isPasting ? lines : [];
    if (!this.#isPasting) this.#texts.push(lines.join("\n"));
  }

  #markPastes(): void {
    if (this.#host.env["TERM"] !== "dumb") this.#terminal.write(MARK_PASTES);
  }

  #goOn(): void {
    const { stdin } = this.#host;
    this.#markPastes();
    // The shell has set the terminal as it likes it, unknown to node.
    (stdin as NodeJS.ReadStream).setRawMode(false).setRawMode(true);
    this.#reader.prompt(true);
  }
}
