/** What a step does. Which forms there are depends on what it acts on. */
import type { JsonObject } from "../../wire/types.ts";
import { type Located, Mistake, Mistakes } from "./located.ts";
import {
  attempt,
  bytes,
  count,
  duration,
  oneOf,
  optional,
  readParts,
  required,
  text,
  wholeNumber,
  wrong,
} from "./read-value.ts";
import { type Action, CUTS, type Cut, PHASES, type Trigger } from "./scenario.ts";

/** A form of `do`: the key that tells it, the keys that may stand beside, and how it is read. */
interface Form {
  key: string;
  beside: string[];
  read(at: Located, keys: readonly string[]): Action;
}

const STATUS: Form = {
  key: "status",
  beside: ["retry_after"],
  read(at, keys) {
    const read = readParts<{ status: number; retryAfter: number | null }>(at, keys, {
      status: (fields) => errorStatus(required(at, fields, "status")),
      retryAfter,
    });
    return { kind: "refuse", ...read, ...refusal(read.status), more: {} };
  },
};

const PROBLEM: Form = {
  key: "problem",
  beside: ["retry_after"],
  read(at, keys) {
    const { problem, ...more } = readParts<{ problem: Problem; retryAfter: number | null }>(at, keys, {
      problem: (fields) => readProblem(required(at, fields, "problem")),
      retryAfter,
    });
    return { kind: "refuse", ...problem, ...more };
  },
};

const ANSWER: Form = {
  key: "answer",
  beside: [],
  read: (at, keys) => ({
    kind: "lose",
    ...readParts<{ answer: "drop" | "reset" }>(at, keys, {
      answer: (fields) => oneOf(["drop", "reset"] as const)(required(at, fields, "answer")),
    }),
  }),
};

const CUT_LINES = cutting("after_lines", count(0), CUTS);
const CUT_BYTES = cutting("after_bytes", bytes, ["reset", "fin"]);

function cutting(
  after: string,
  size: (at: Located) => number,
  words: readonly (typeof CUTS)[number][],
): Form {
  return {
    key: "cut",
    beside: [after],
    read: (at, keys) => ({
      kind: "cut",
      ...readParts<{ after: number; cut: Cut }>(at, keys, {
        after: (fields) => optional(fields.get(after), size, 0),
        cut: (fields) => readCut(required(at, fields, "cut"), words),
      }),
    }),
  };
}

const KILL: Form = {
  key: "worker",
  beside: ["phase", "hold"],
  read(at, keys) {
    const { worker: _, ...read } = readParts<Held & { worker: "kill" }>(at, keys, {
      worker: (fields) => oneOf(["kill"] as const)(required(at, fields, "worker")),
      // Before that no worker has the task.
      phase: (fields) => optional(fields.get("phase"), oneOf(PHASES.slice(2)), "running"),
      holdMs,
    });
    return { kind: "task", ...read, fail: null, kill: true };
  },
};

const TASK: Form = {
  key: "hold",
  beside: ["phase", "fail"],
  read: (at, keys) => ({
    kind: "task",
    ...readParts<Held & { fail: string | null }>(at, keys, {
      phase: (fields) => optional(fields.get("phase"), oneOf(PHASES), "running"),
      holdMs,
      fail: (fields) => optional(fields.get("fail"), text, null),
    }),
    kill: false,
  }),
};

interface Held {
  phase: (typeof PHASES)[number];
  holdMs: number;
}

function holdMs(fields: Map<string, Located>): number {
  return optional(fields.get("hold"), duration, 0);
}

const FORMS: Partial<Record<Trigger, Form[]>> = {
  stream: [STATUS, PROBLEM, ANSWER, CUT_LINES],
  agent: [STATUS, PROBLEM, ANSWER, CUT_LINES],
  put: [STATUS, PROBLEM, ANSWER, CUT_BYTES],
  download: [STATUS, PROBLEM, ANSWER, CUT_BYTES],
  task: [KILL, TASK, { ...TASK, key: "fail", beside: ["phase", "hold"] }],
};

/** Beside a trigger that is none nothing can be read, which is told once. */
export function readAction(at: Located, on: Trigger | null): Action {
  if (on === null) throw new Mistakes([]);
  const forms = FORMS[on] ?? [STATUS, PROBLEM, ANSWER];
  const keys = [...new Set(forms.flatMap(({ key, beside }) => [key, ...beside]))];
  if (!at.fields) throw wrong(at, `a mapping; on ${on} it may have ${keys.join(", ")}`);
  const foreign = [...at.fields].filter(([name]) => !keys.includes(name));
  const mistakes = foreign.map(
    ([name, { line }]) =>
      new Mistake(line, `${at.path}.${name} does not go with on: ${on}; there may be ${keys.join(", ")}`),
  );
  const form = forms.find(({ key }) => at.fields!.has(key));
  if (!form && mistakes.length === 0) {
    const words = new Set(forms.map(({ key }) => key));
    throw new Mistake(at.line, `${at.path} must say one of ${[...words].join(", ")}`);
  }
  const own = { ...at, fields: new Map([...at.fields].filter(([name]) => keys.includes(name))) };
  const [action, wrongs] = attempt(() => form?.read(own, [form.key, ...form.beside]) ?? null);
  if (action && mistakes.length === 0) return action;
  throw new Mistakes([...mistakes, ...wrongs]);
}

interface Problem {
  status: number;
  code: string;
  detail: string;
  more: JsonObject;
}

/** Whatever else is in it goes along. */
function readProblem(at: Located): Problem {
  if (!at.fields) throw wrong(at, "a mapping with status, code and detail");
  const { status: _, code: __, detail: ___, ...more } = at.value as JsonObject;
  const read = readParts<Problem>(at, [...at.fields.keys()], {
    status: (fields) => errorStatus(required(at, fields, "status")),
    code: (fields) => optional(fields.get("code"), text, ""),
    detail: (fields) => optional(fields.get("detail"), text, ""),
    more: () => more,
  });
  const usual = refusal(read.status);
  return { ...read, code: read.code || usual.code, detail: read.detail || usual.detail };
}

const errorStatus = wholeNumber(400, 599);

function retryAfter(fields: Map<string, Located>): number | null {
  return optional(fields.get("retry_after"), count(0), null);
}

const CODES: Record<number, string> = {
  400: "invalid_request",
  401: "unauthorized",
  402: "payment_required",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  429: "rate_limited",
  503: "unavailable",
};

/** What the API would say with this status. */
function refusal(status: number): { code: string; detail: string } {
  const code = CODES[status] ?? (status < 500 ? "invalid_request" : "internal_error");
  return { code, detail: "refused by the scenario" };
}

/** `reset`, or `stall 60s`. */
function readCut(at: Located, words: readonly (typeof CUTS)[number][]): Cut {
  const [, stall] = /^stall +(\S+)$/.exec(String(at.value)) ?? [];
  if (stall !== undefined) return { how: "stall", ms: duration({ ...at, value: stall }) };
  const how = words.find((word) => word === at.value);
  if (how === undefined)
    throw wrong(at, `one of ${words.join(", ")}, or stall with a duration, as in stall 60s`);
  return { how };
}
