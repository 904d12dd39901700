/** Which step acts on what: the first that matches and is not spent. */
import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { Match, Scenario, Step, Trigger } from "./scenario.ts";

/** What a request or a task is about, as far as it is about an app. */
export interface Subject {
  /** `namespace/name`. */
  app: string;
  function: string | null;
  input: JsonObject;
}

/** A step, and what it has met so far. */
interface Progress {
  step: Step;
  /** How often all of it but `nth` matched. */
  met: number;
  /** How often it was chosen; a task may end before its step has acted. */
  chosen: number;
  acted: number;
}

export class Script {
  readonly #steps: Progress[];

  constructor({ steps }: Scenario) {
    this.#steps = steps.map((step) => ({ step, met: 0, chosen: 0, acted: 0 }));
  }

  /** Called once for each thing that happens, in order; `triggers` are all the names it has. */
  choose(triggers: Trigger[], subject: Subject | null): Step | null {
    const matching = this.#steps.filter(
      ({ step }) => triggers.includes(step.on) && matches(step.match, subject),
    );
    for (const progress of matching) progress.met += 1;
    const next = matching.find(({ step, met, chosen }) => met >= step.match.nth && chosen < step.times);
    if (!next) return null;
    next.chosen += 1;
    return next.step;
  }

  acted(step: Step): void {
    this.#steps[step.number - 1]!.acted += 1;
  }

  hits(): { step: Step; acted: number }[] {
    return this.#steps.map(({ step, acted }) => ({ step, acted }));
  }
}

function matches({ app, function: name, input }: Match, subject: Subject | null): boolean {
  if (app !== null && app !== subject?.app) return false;
  if (name !== null && name !== subject?.function) return false;
  return input === null || (subject !== null && holds(subject.input, input));
}

/** True when `value` says all that `part` says. */
function holds(value: unknown, part: unknown): boolean {
  if (!isObject(part)) return isDeepStrictEqual(value, part);
  return isObject(value) && Object.entries(part).every(([key, inner]) => holds(value[key], inner));
}
