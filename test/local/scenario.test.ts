import { describe, expect, it, test } from "vitest";
import { SCENARIOS } from "../../src/cli/help/scenarios.ts";
import { BUILT_IN } from "../../src/local/faults/built-in.ts";
import { readScenario } from "../../src/local/faults/read-scenario.ts";
import { TRIGGERS } from "../../src/local/faults/scenario.ts";
import { Script } from "../../src/local/faults/script.ts";
import type { JsonObject } from "../../src/wire/types.ts";

function mistakesIn(text: string): string[] {
  try {
    readScenario("s.yaml", text);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: "SCENARIO" });
    return (error as Error).message.split("\n");
  }
}

const step = (lines: string) => `steps:\n  - on: submit\n    ${lines}\n`;

/** A few lines that stand for ten million words. */
const BOMB = `${["a", "b", "c", "d", "e", "f", "g"]
  .map((name, n, all) => `${name}: &${name} [${Array(9).fill(n === 0 ? "x" : `*${all[n - 1]}`)}]`)
  .join("\n")}\nsteps: []\n`;

describe("a mistake is told with its line", () => {
  test.each([
    ["", "s.yaml:1: it must have steps, expect"],
    ["{}", "s.yaml:1: it has neither steps nor expect"],
    ["steps: 3", "s.yaml:1: steps must be a list of steps, not 3"],
    ["steps: [\n", "s.yaml:2: "],
    ["steps:\n  - on: a\nstep: 1\n", 's.yaml:3: unknown key "step" here; there may be steps, expect'],
    ["steps:\n  - do: {status: 500}\n", 's.yaml:2: steps.1 has no "on"'],
    ["steps:\n  - on: submit\n", 's.yaml:2: steps.1 has no "do"'],
    ["steps:\n  - on: submits\n    do: {status: 500}\n", "s.yaml:2: steps.1.on must be one of submit, "],
    [
      step("do: {statsu: 500}"),
      "s.yaml:3: steps.1.do.statsu does not go with on: submit; there may be status, ",
    ],
    [
      step("do: {status: 200}"),
      "s.yaml:3: steps.1.do.status must be a whole number from 400 to 599, not 200",
    ],
    [
      step("do: {status: 500, answer: drop}"),
      's.yaml:3: unknown key "answer" in steps.1.do; there may be status, ',
    ],
    [step("do: {answer: lose}"), 's.yaml:3: steps.1.do.answer must be one of drop, reset, not "lose"'],
    [
      step("do: {after_lines: 1, cut: reset}"),
      "s.yaml:3: steps.1.do.after_lines does not go with on: submit",
    ],
    [step("do: {}"), "s.yaml:3: steps.1.do must say one of status, problem, answer"],
    [step("do: drop"), "s.yaml:3: steps.1.do must be a mapping; on submit it may have status, "],
    [step("do:\n      problem:\n        code: x"), 's.yaml:4: steps.1.do.problem has no "status"'],
    [
      step("times: 0\n    do: {status: 500}"),
      "s.yaml:3: steps.1.times must be a whole number of at least 1, not 0",
    ],
    [
      step("times: often\n    do: {status: 500}"),
      "s.yaml:3: steps.1.times must be a whole number of at least 1, or always",
    ],
    [step("match: {nht: 1}\n    do: {status: 500}"), 's.yaml:3: unknown key "nht" in steps.1.match'],
    [
      step("match: {input: fog}\n    do: {status: 500}"),
      "s.yaml:3: steps.1.match.input must be a mapping of inputs",
    ],
    [
      "steps:\n- on: put\n  match: {app: x}\n  do: {status: 500}",
      's.yaml:3: unknown key "app" in steps.1.match; there may be nth',
    ],
    [
      "steps:\n- on: stream\n  do: {cut: snap}",
      "s.yaml:3: steps.1.do.cut must be one of reset, fin, garbage, half-line, or stall",
    ],
    ["steps:\n- on: stream\n  do: {cut: stall ages}", "s.yaml:3: steps.1.do.cut must be a duration"],
    [
      "steps:\n- on: put\n  do: {after_bytes: 1 potato, cut: reset}",
      "s.yaml:3: steps.1.do.after_bytes must be a size",
    ],
    [
      "steps:\n- on: put\n  do: {after_bytes: 1, cut: half-line}",
      "s.yaml:3: steps.1.do.cut must be one of reset, fin",
    ],
    ["steps:\n- on: task\n  do: {status: 500}", "s.yaml:3: steps.1.do.status does not go with on: task"],
    ["steps:\n- on: task\n  do: {phase: running}", "s.yaml:3: steps.1.do must say one of hold, fail, worker"],
    [
      "steps:\n- on: task\n  do: {phase: queued, worker: kill}",
      "s.yaml:3: steps.1.do.phase must be one of preparing, ",
    ],
    ["expect:\n  tasks: {done: 1}", 's.yaml:2: unknown key "done" in expect.tasks; there may be completed, '],
    ["expect:\n  submits: many", 's.yaml:2: expect.submits must be a whole number of at least 0, not "many"'],
    ["steps: []\nsteps: []\n", "s.yaml:2: Map keys must be unique"],
    ["steps: []\n---\nsteps: []\n", "s.yaml:2: a second document begins here"],
    ["steps:\n\t- on: submit\n", "s.yaml:2: Tabs are not allowed"],
    ["? [a]\n: 1\nsteps: []\n", 's.yaml:1: unknown key "[\\"a\\"]" here'],
    [BOMB, "s.yaml:4: its aliases stand for too much"],
    [step("do: {status: 429, retry_after: 2s}"), "retry_after must be a whole number of at least 0"],
    ["steps:\n- on: task\n  do: {hold: 1e999}", "s.yaml:3: steps.1.do.hold must be a duration"],
    ["steps: *none\n", "s.yaml:1: there is no anchor of this name above"],
    ["steps: &all\n  - do: *all\n    on: submit\n", "it is nested more than 12 levels deep"],
  ])("%j", (text, mistake) => {
    expect(mistakesIn(text).join("\n")).toContain(mistake);
  });

  it("and all of them at once, one for each step", () => {
    const text =
      "steps:\n  - on: a\n    do: {}\n  - on: submit\n    do: {answer: 3}\nexpect:\n  cancels: -1\n";
    expect(mistakesIn(text).map((line) => line.slice(0, 9))).toEqual(["s.yaml:2:", "s.yaml:5:", "s.yaml:7:"]);
  });
});

describe("every do goes with the things that can meet it, and with no others", () => {
  const FORMS = ["status: 503", "problem: {status: 402}", "answer: drop", "answer: reset"];
  const CUT_LINES = ["reset", "fin", "stall 1s", "garbage", "half-line"].map((how) => `cut: ${how}`);
  const CUT_BYTES = ["reset", "fin", "stall 1s"].map((how) => `after_bytes: 1, cut: ${how}`);
  const OF_TASKS = ["hold: 1s", "fail: no", "worker: kill", "phase: running, hold: 1s, fail: no"];
  const fitting = (on: string): string[] => {
    if (on === "task") return OF_TASKS;
    if (on === "stream" || on === "agent") return [...FORMS, ...CUT_LINES, "after_lines: 1, cut: reset"];
    return on === "put" || on === "download" ? [...FORMS, ...CUT_BYTES] : FORMS;
  };
  const all = [...new Set(TRIGGERS.flatMap(fitting))];

  test.each(TRIGGERS)("on: %s", (on) => {
    for (const form of all) {
      const mistakes = mistakesIn(`steps:\n  - on: ${on}\n    do: {${form}}\n`);
      const may =
        fitting(on).includes(form) ||
        (on === "put" || on === "download" ? CUT_BYTES : []).includes(
          form.replace(/^cut/, "after_bytes: 1, cut"),
        );
      if (may) expect(mistakes, form).toEqual([]);
      else
        expect(mistakes.join("\n"), form).toMatch(
          /^s\.yaml:3: steps\.1\.do\.\w+ (does not go with on: |must be one of )/,
        );
    }
  });
});

it("reads what may be written, with units and without", () => {
  const { steps, expect: expected } = readScenario(
    "s.yaml",
    [
      "steps:",
      "  - {on: stream, do: {after_lines: 3, cut: stall 1m}, times: always}",
      "  - {on: put, do: {after_bytes: 1.5KiB, cut: fin}, match: {nth: 2}}",
      "  - {on: download, do: {after_bytes: 7, cut: reset}}",
      "  - {on: task, do: {hold: 0.5}}",
      "  - {on: webhook, do: {problem: {status: 402, code: payment_required, balance: 3}, retry_after: 0}}",
      "expect: {tasks: {completed: 0, running: 1}, max_concurrent: 4}",
    ].join("\n"),
  );
  expect(steps.map((step) => step.do)).toMatchObject([
    { kind: "cut", after: 3, cut: { how: "stall", ms: 60_000 } },
    { kind: "cut", after: 1536, cut: { how: "fin" } },
    { kind: "cut", after: 7 },
    { kind: "task", phase: "running", holdMs: 500, fail: null, kill: false },
    { kind: "refuse", status: 402, code: "payment_required", more: { balance: 3 }, retryAfter: 0 },
  ]);
  expect(steps.map(({ times }) => times)).toEqual([Number.POSITIVE_INFINITY, 1, 1, 1, 1]);
  expect(expected).toEqual({
    submits: null,
    tasks: { completed: 0, running: 1 },
    cancels: null,
    maxConcurrent: 4,
  });
});

test("what matches says all that the step says, at any depth, and lists are whole", () => {
  const scenario = readScenario(
    "s.yaml",
    step("match: {input: {at: {x: 1}, tags: [a, {b: 2}]}}\n    times: always\n    do: {status: 500}"),
  );
  const script = new Script(scenario);
  const met = (input: object) =>
    script.choose(["submit"], { app: "a/b", function: "run", input: input as JsonObject }) !== null;
  const whole = { at: { x: 1, y: 2 }, tags: ["a", { b: 2 }], more: null };
  expect(met(whole)).toBe(true);
  for (const other of [
    {},
    { ...whole, at: { y: 2 } },
    { ...whole, at: 1 },
    { ...whole, at: { x: "1" } },
    { ...whole, tags: ["a", { b: 2 }, "c"] },
    { ...whole, tags: ["a", { b: 2, c: 3 }] },
  ])
    expect(met(other)).toBe(false);
  expect(script.choose(["submit"], null)).toBeNull();
});

describe("the scenarios that come with belt", () => {
  test.each(Object.entries(BUILT_IN))("%s is in order, and its help names it", (name, text) => {
    expect(readScenario(name, text).steps.length).toBeGreaterThan(0);
    expect(SCENARIOS).toContain(`  ${name} `);
  });
});
