import { fileMessage, fileReason } from "./file-reason.ts";
import { type Hint, renderHint } from "./hint.ts";

/**
 * Every way belt can end (src/cli/README.md, "Exit codes"). Help, README and tests read the codes
 * from here.
 */
export const EXIT_CODES = {
  success: { code: 0, meaning: "success" },
  failure: {
    code: 1,
    meaning: "anything not listed: the API refused the request, a local file problem, a bug",
  },
  usage: { code: 2, meaning: "usage: bad flag, bad input, found before any request" },
  taskFailed: { code: 3, meaning: "the task failed" },
  auth: { code: 4, meaning: "no key, or the API refused it" },
  notFound: {
    code: 5,
    meaning: "not found, or gone: unknown task, app or session; session expired or ended",
  },
  unavailable: {
    code: 6,
    meaning: "network, or the API unavailable after retries: worth trying again; nothing was started",
  },
  quota: { code: 7, meaning: "rate, quota or payment" },
  stillRunning: {
    code: 8,
    meaning: "still running, as far as is known: a wait ran out of time, or lost contact",
  },
  partial: {
    code: 9,
    meaning:
      "partly done: the task succeeded but saving failed or the field asked for is not there, or some of several ids failed",
  },
  taskCancelled: { code: 10, meaning: "the task was cancelled" },
  inDoubt: {
    code: 11,
    meaning: "in doubt: the answer to a submit was lost, the run may have started; look before trying again",
  },
  hangup: { code: 129, meaning: "stopped because the terminal went away" },
  interrupted: { code: 130, meaning: "stopped by Ctrl-C" },
  terminated: { code: 143, meaning: "stopped by SIGTERM" },
} as const;

export type Exit = keyof typeof EXIT_CODES;

interface ErrorFacts {
  /** Stable machine word, such as `not_found` or the API's own code. */
  code: string;
  message: string;
  exit: Exit;
  /** What to type or do next. */
  hint?: Hint | undefined;
  httpStatus?: number | undefined;
  /** True when the same command may succeed later, unchanged. */
  retryable?: boolean | undefined;
  taskId?: string | undefined;
  requestId?: string | undefined;
  /** What the API asked for in Retry-After, milliseconds. */
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** The document printed for an error with `--json` (src/cli/README.md, "Documents"); absent values are null. */
export interface ErrorDocument {
  code: string;
  message: string;
  hint: string | null;
  http_status: number | null;
  retryable: boolean;
  task_id: string | null;
  request_id: string | null;
}

/** The one error belt throws on purpose; anything else that is caught is a bug. */
export class BeltError extends Error {
  readonly facts: ErrorFacts;

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "BeltError";
    this.facts = facts;
  }

  /** The same error with more known about it, such as the task it belongs to. */
  with(more: Partial<ErrorFacts>): BeltError {
    return new BeltError({ ...this.facts, ...more });
  }

  get exitCode(): number {
    return EXIT_CODES[this.facts.exit].code;
  }

  /** True when the user ended the command, and nothing went wrong. */
  get isStop(): boolean {
    return this.facts.code === "interrupted";
  }

  /** The commands of the hint get `targetFlags`. */
  document(targetFlags: string): ErrorDocument {
    const { code, message, hint, httpStatus, retryable, taskId, requestId } = this.facts;
    return {
      code,
      message,
      hint: hint ? renderHint(hint, targetFlags) : null,
      http_status: httpStatus ?? null,
      retryable: retryable ?? false,
      task_id: taskId ?? null,
      request_id: requestId ?? null,
    };
  }
}

/** Bad input, found before anything was sent. */
export function usageError(message: string, hint?: Hint): BeltError {
  return new BeltError({ code: "usage", message, hint, exit: "usage" });
}

/** A file or folder that could not be used; `action` begins the message: "cannot write". */
export function fileError(action: string, path: string, cause: unknown, hint?: Hint): BeltError {
  const message = `${action} ${path}: ${fileReason(cause)}`;
  return new BeltError({ code: "file", message, hint, exit: "failure", cause });
}

/** Any thrown value as a BeltError; what was not thrown on purpose is reported as a bug. */
export function asBeltError(thrown: unknown): BeltError {
  if (thrown instanceof BeltError) return thrown;
  const aboutFile = fileMessage(thrown);
  if (aboutFile !== null)
    return new BeltError({ code: "file", message: aboutFile, exit: "failure", cause: thrown });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BeltError({
    code: "internal",
    message: `unexpected: ${message}`,
    hint: "this is a bug in belt; run again with -v and report what it prints",
    exit: "failure",
    cause: thrown,
  });
}
