/** A scenario from its text. Nothing in it is passed over: what is not understood is a mistake with its line. */
import { isObject } from "../../wire/types.ts";
import { type Located, Mistake, parseLocated } from "./located.ts";
import { readAction } from "./read-action.ts";
import { count, fieldsOf, oneOf, optional, required, text, wrong } from "./read-value.ts";
import {
  type Expectation,
  type Match,
  type Scenario,
  type Step,
  TASK_ENDS,
  TRIGGERS,
  type Trigger,
} from "./scenario.ts";

/** What went wrong, with every place: `file:line: what`, a line each. */
export class ScenarioError extends Error {
  /** By this it is told from other errors, also across files of the program. */
  readonly code = "SCENARIO";
}

export function scenarioError(name: string, mistakes: Mistake[]): ScenarioError {
  return new ScenarioError(mistakes.map(({ line, message }) => `${name}:${line}: ${message}`).join("\n"));
}

/** Throws all mistakes that can be found, one for each step. */
export function readScenario(name: string, source: string): Scenario {
  const mistakes: Mistake[] = [];
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(error);
      return null;
    }
  };
  const scenario = attempt(() => {
    const root = parseLocated(source);
    const fields = fieldsOf(root, ["steps", "expect"]);
    const list = fields.get("steps");
    if (list && !list.items) throw wrong(list, "a list of steps");
    const steps = (list?.items ?? []).flatMap((item, at) => attempt(() => readStep(item, at + 1)) ?? []);
    const expect = attempt(() => readExpect(fields.get("expect")));
    if (!list && !fields.has("expect")) throw new Mistake(root.line, "it has neither steps nor expect");
    return expect && { name, steps, expect };
  });
  if (!scenario || mistakes.length > 0) throw scenarioError(name, mistakes);
  return scenario;
}

function readStep(at: Located, number: number): Step {
  const fields = fieldsOf(at, ["on", "match", "times", "do"]);
  const on = oneOf(TRIGGERS)(required(at, fields, "on"));
  const action = required(at, fields, "do");
  return {
    number,
    line: at.line,
    on,
    match: readMatch(fields.get("match"), on),
    times: optional(fields.get("times"), readTimes, 1),
    do: readAction(action, on),
    does: describe(action.value),
  };
}

function readTimes(at: Located): number {
  if (at.value === "always") return Number.POSITIVE_INFINITY;
  if (typeof at.value !== "number") throw wrong(at, "a whole number of at least 1, or always");
  return count(1)(at);
}

/** What belongs to no app. */
const NO_APP: Trigger[] = ["upload", "put", "download", "agent"];
/** What has an app, and no function or input. */
const NO_INPUT: Trigger[] = ["session.keepalive", "session.end"];

function readMatch(at: Located | undefined, on: Trigger): Match {
  if (!at) return { app: null, function: null, input: null, nth: 1, lines: { app: 0, function: 0 } };
  const allowed = NO_APP.includes(on)
    ? ["nth"]
    : NO_INPUT.includes(on)
      ? ["app", "nth"]
      : ["app", "function", "input", "nth"];
  const fields = fieldsOf(at, allowed);
  const [app, name] = [fields.get("app"), fields.get("function")];
  return {
    app: optional(app, text, null),
    function: optional(name, text, null),
    input: optional(fields.get("input"), readObject, null),
    nth: optional(fields.get("nth"), count(1), 1),
    lines: { app: app?.line ?? at.line, function: name?.line ?? at.line },
  };
}

function readObject(at: Located) {
  if (!isObject(at.value)) throw wrong(at, "a mapping of inputs");
  return at.value;
}

function readExpect(at: Located | undefined): Expectation {
  const fields = at
    ? fieldsOf(at, ["submits", "tasks", "cancels", "max_concurrent"])
    : new Map<string, Located>();
  const tasks = fields.get("tasks");
  const ends = tasks ? fieldsOf(tasks, TASK_ENDS) : new Map<string, Located>();
  return {
    submits: optional(fields.get("submits"), count(0), null),
    tasks: Object.fromEntries([...ends].map(([end, number]) => [end, count(0)(number)])),
    cancels: optional(fields.get("cancels"), count(0), null),
    maxConcurrent: optional(fields.get("max_concurrent"), count(1), null),
  };
}

/** `{status: 429, retry_after: 2}` as `status 429, retry_after 2`. */
function describe(value: unknown): string {
  const entries = Object.entries(isObject(value) ? value : {});
  return entries
    .map(([key, inner]) => `${key} ${isObject(inner) ? JSON.stringify(inner) : String(inner)}`)
    .join(", ");
}
