/** A scenario from its text. Nothing in it is passed over: what is not understood is a mistake with its line. */
import { isObject } from "../../wire/types.ts";
import { type Located, Mistake, Mistakes, parseLocated } from "./located.ts";
import { readAction } from "./read-action.ts";
import { attempt, count, oneOf, optional, readParts, required, text, wrong } from "./read-value.ts";
import {
  type Expectation,
  type Match,
  type Scenario,
  type Step,
  TASK_ENDS,
  type TaskEnd,
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

/** Throws all mistakes that can be found. */
export function readScenario(name: string, source: string): Scenario {
  const [scenario, mistakes] = attempt(() => {
    const root = parseLocated(source);
    return readParts<Omit<Scenario, "name">>(root, ["steps", "expect"], {
      steps: (fields) => optional(fields.get("steps"), readSteps, []),
      expect(fields) {
        if (fields.size === 0) throw new Mistake(root.line, "it has neither steps nor expect");
        return readExpect(fields.get("expect"));
      },
    });
  });
  if (scenario) return { name, ...scenario };
  throw scenarioError(
    name,
    mistakes.toSorted((one, other) => one.line - other.line),
  );
}

function readSteps(at: Located): Step[] {
  if (!at.items) throw wrong(at, "a list of steps");
  if (at.items.length === 0) throw new Mistake(at.line, "there is no step in steps");
  const read = at.items.map((item, index) => attempt(() => readStep(item, index + 1)));
  const mistakes = read.flatMap(([, wrong]) => wrong);
  if (mistakes.length > 0) throw new Mistakes(mistakes);
  return read.map(([step]) => step!);
}

function readStep(at: Located, number: number): Step {
  const on = (fields: Map<string, Located>) => oneOf(TRIGGERS)(required(at, fields, "on"));
  // What goes with a trigger that is none, nobody can say.
  const [trigger] = attempt(() => on(at.fields ?? new Map()));
  const parts = readParts<Pick<Step, "on" | "match" | "times" | "do" | "does">>(
    at,
    ["on", "match", "times", "do"],
    {
      on,
      match: (fields) => readMatch(fields.get("match"), trigger),
      times: (fields) => optional(fields.get("times"), readTimes, 1),
      do: (fields) => readAction(required(at, fields, "do"), trigger),
      does: (fields) => describe(fields.get("do")?.value),
    },
  );
  return { number, line: at.line, ...parts };
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

function readMatch(at: Located | undefined, on: Trigger | null): Match {
  if (!at) return { app: null, function: null, input: null, nth: 1, lines: { app: 0, function: 0 } };
  return readParts<Match>(at, matchKeys(on), {
    app: (fields) => optional(fields.get("app"), text, null),
    function: (fields) => optional(fields.get("function"), text, null),
    input: (fields) => optional(fields.get("input"), readObject, null),
    nth: (fields) => optional(fields.get("nth"), count(1), 1),
    lines: (fields) => ({
      app: fields.get("app")?.line ?? at.line,
      function: fields.get("function")?.line ?? at.line,
    }),
  });
}

function matchKeys(on: Trigger | null): string[] {
  if (on !== null && NO_APP.includes(on)) return ["nth"];
  return on !== null && NO_INPUT.includes(on) ? ["app", "nth"] : ["app", "function", "input", "nth"];
}

function readObject(at: Located) {
  if (!isObject(at.value)) throw wrong(at, "a mapping of inputs");
  return at.value;
}

function readExpect(at: Located | undefined): Expectation {
  if (!at) return { submits: null, tasks: {}, cancels: null, maxConcurrent: null };
  if (at.fields?.size === 0) throw new Mistake(at.line, "expect says nothing that is expected");
  return readParts<Expectation>(at, ["submits", "tasks", "cancels", "max_concurrent"], {
    submits: (fields) => optional(fields.get("submits"), count(0), null),
    tasks: (fields) => optional(fields.get("tasks"), readEnds, {}),
    cancels: (fields) => optional(fields.get("cancels"), count(0), null),
    maxConcurrent: (fields) => optional(fields.get("max_concurrent"), count(1), null),
  });
}

function readEnds(at: Located): Expectation["tasks"] {
  const number = (end: TaskEnd) => (fields: Map<string, Located>) =>
    optional(fields.get(end), count(0), null);
  return readParts<Required<Expectation["tasks"]>>(at, TASK_ENDS, {
    completed: number("completed"),
    failed: number("failed"),
    cancelled: number("cancelled"),
    running: number("running"),
  });
}

/** `{status: 429, retry_after: 2}` as `status 429, retry_after 2`. */
function describe(value: unknown): string {
  const entries = Object.entries(isObject(value) ? value : {});
  return entries
    .map(([key, inner]) => `${key} ${isObject(inner) ? JSON.stringify(inner) : String(inner)}`)
    .join(", ");
}
