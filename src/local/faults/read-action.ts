/** What a step does. Which forms there are depends on what it acts on. */
import { type Located, Mistake } from "./located.ts";
import {
  bytes,
  count,
  duration,
  fieldsOf,
  oneOf,
  optional,
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
  read(fields: Map<string, Located>, at: Located): Action;
}

const STATUS: Form = {
  key: "status",
  beside: ["retry_after"],
  read: (fields, at) => ({
    kind: "refuse",
    status: errorStatus(required(at, fields, "status")),
    ...refusal(errorStatus(required(at, fields, "status"))),
    more: {},
    retryAfter: retryAfter(fields),
  }),
};

const PROBLEM: Form = {
  key: "problem",
  beside: ["retry_after"],
  read: (fields, at) => readProblem(required(at, fields, "problem"), retryAfter(fields)),
};

const ANSWER: Form = {
  key: "answer",
  beside: [],
  read: (fields, at) => ({
    kind: "lose",
    answer: oneOf(["drop", "reset"] as const)(required(at, fields, "answer")),
  }),
};

const CUT_LINES: Form = {
  key: "cut",
  beside: ["after_lines"],
  read: (fields, at) => ({
    kind: "cut",
    after: optional(fields.get("after_lines"), count(0), 0),
    cut: readCut(required(at, fields, "cut"), CUTS),
  }),
};

const CUT_BYTES: Form = {
  key: "cut",
  beside: ["after_bytes"],
  read: (fields, at) => ({
    kind: "cut",
    after: optional(fields.get("after_bytes"), bytes, 0),
    cut: readCut(required(at, fields, "cut"), ["reset", "fin"]),
  }),
};

const KILL: Form = {
  key: "worker",
  beside: ["phase", "hold"],
  read(fields, at) {
    oneOf(["kill"])(required(at, fields, "worker"));
    // Before that no worker has the task.
    const phase = optional(fields.get("phase"), oneOf(PHASES.slice(2)), "running" as const);
    return { kind: "task", phase, holdMs: optional(fields.get("hold"), duration, 0), fail: null, kill: true };
  },
};

const TASK: Form = {
  key: "hold",
  beside: ["phase", "fail"],
  read(fields) {
    const phase = optional(fields.get("phase"), oneOf(PHASES), "running" as const);
    const fail = optional(fields.get("fail"), text, null);
    return { kind: "task", phase, holdMs: optional(fields.get("hold"), duration, 0), fail, kill: false };
  },
};

const FORMS: Partial<Record<Trigger, Form[]>> = {
  stream: [STATUS, PROBLEM, ANSWER, CUT_LINES],
  agent: [STATUS, PROBLEM, ANSWER, CUT_LINES],
  put: [STATUS, PROBLEM, ANSWER, CUT_BYTES],
  download: [STATUS, PROBLEM, ANSWER, CUT_BYTES],
  task: [TASK, { ...TASK, key: "fail", beside: ["phase", "hold"] }, KILL],
};

export function readAction(at: Located, on: Trigger): Action {
  const forms = FORMS[on] ?? [STATUS, PROBLEM, ANSWER];
  const keys = [...new Set(forms.flatMap(({ key, beside }) => [key, ...beside]))];
  if (!at.fields) throw wrong(at, `a mapping; on ${on} it may have ${keys.join(", ")}`);
  for (const [name, { line }] of at.fields) {
    if (!keys.includes(name)) {
      throw new Mistake(
        line,
        `${at.path}.${name} does not go with on: ${on}; there may be ${keys.join(", ")}`,
      );
    }
  }
  const form = forms.find(({ key }) => at.fields!.has(key));
  if (!form)
    throw new Mistake(
      at.line,
      `${at.path} must say one of ${[...new Set(forms.map(({ key }) => key))].join(", ")}`,
    );
  return form.read(fieldsOf(at, [form.key, ...form.beside]), at);
}

function readProblem(at: Located, retry: number | null): Action {
  if (!at.fields) throw wrong(at, "a mapping with status, code and detail");
  const status = errorStatus(required(at, at.fields, "status"));
  const usual = refusal(status);
  const { status: _, code: __, detail: ___, ...more } = at.value as Record<string, unknown>;
  return {
    kind: "refuse",
    status,
    code: optional(at.fields.get("code"), text, usual.code),
    detail: optional(at.fields.get("detail"), text, usual.detail),
    more,
    retryAfter: retry,
  };
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
