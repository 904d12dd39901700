import { setMaxListeners } from "node:events";
import type { Signal } from "../commands/shared/context.ts";
import { BeltError } from "../errors.ts";
import type { Host } from "./host.ts";

/** What SIGINT, SIGTERM and SIGHUP do: the first asks the command to end, the second leaves at once. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #stopListening: () => void;
  #captor: ((signal: Signal) => void) | null = null;
  /** What is there to say when a second signal leaves. */
  onForceQuit: ((stop: BeltError) => void) | null = null;

  constructor(host: Host) {
    // All that a command does at once listens to it.
    setMaxListeners(0, this.signal);
    this.#stopListening = host.onSignal((name) => {
      if (this.#captor) this.#captor(name);
      else if (this.signal.aborted) {
        const stop = stopped(name);
        this.onForceQuit?.(stop);
        host.exitNow(stop.exitCode);
      } else this.#controller.abort(stopped(name));
    });
    host.onPipeClosed(() => this.#controller.abort(PIPE_CLOSED));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives signals to `handler` alone, until the returned function is called. */
  readonly capture = (handler: (signal: Signal) => void): (() => void) => {
    this.#captor = handler;
    return () => {
      this.#captor = null;
    };
  };

  stop(): void {
    this.#stopListening();
  }
}

/** The reader of our output has had enough, as in `… | head -1`: nothing went wrong. */
export const PIPE_CLOSED = Symbol("pipe closed");

function stopped(signal: Signal): BeltError {
  const ways = {
    SIGINT: ["interrupted", "interrupted"],
    SIGTERM: ["terminated", "terminated"],
    SIGHUP: ["hangup", "the terminal went away"],
  } as const;
  const [exit, message] = ways[signal];
  return new BeltError({ code: "interrupted", message, exit });
}
