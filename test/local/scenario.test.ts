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
    ["", "s.yaml:1: it must be a mapping of steps, expect, not nothing"],
    ["{}", "s.yaml:1: it has neither steps nor expect"],
    ["steps: []", "s.yaml:1: there is no step in steps"],
    ["expect: {}", "s.yaml:1: expect says nothing that is expected"],
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
    ["steps:\n- on: task\n  do: {phase: running}", "s.yaml:3: steps.1.do must say one of worker, hold, fail"],
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

  it("and all of them at once, also those of one step, in their order", () => {
    const text = `expect:
  cancels: -1
  submit: 1
  tasks: {done: 1, failed: no, running: x}
step: []
steps:
  - on: a
    times: 0
    match: {nht: 1, nth: 0}
    to: do
  - on: submit
    match: {app: 1, function: 2, input: 3}
    do: {answer: 3, drop: now, status: 3}
  - on: put
    do:
      after_bytes: some
      cut: off
      after_lines: 1
  - on: task
    do: {worker: killed, phase: queued, hold: up}
  - on: submit
    do: {retry_after: x, problem: {code: 1, detail: 2}}
  - do
  - on: b
    do: {status: 3}
`;
    expect(mistakesIn(text)).toEqual([
      "s.yaml:2: expect.cancels must be a whole number of at least 0, not -1",
      expect.stringMatching(/^s.yaml:3: unknown key "submit" in expect; there may be submits, /),
      expect.stringMatching(/^s.yaml:4: unknown key "done" in expect.tasks; there may be completed, /),
      's.yaml:4: expect.tasks.failed must be a whole number of at least 0, not "no"',
      's.yaml:4: expect.tasks.running must be a whole number of at least 0, not "x"',
      's.yaml:5: unknown key "step" here; there may be steps, expect',
      expect.stringMatching(/^s.yaml:7: steps.1.on must be one of .*, not "a"$/),
      's.yaml:7: steps.1 has no "do"',
      "s.yaml:8: steps.1.times must be a whole number of at least 1, not 0",
      expect.stringMatching(/^s.yaml:9: unknown key "nht" in steps.1.match; there may be app, /),
      "s.yaml:9: steps.1.match.nth must be a whole number of at least 1, not 0",
      expect.stringMatching(/^s.yaml:10: unknown key "to" in steps.1; there may be on, match, times, do$/),
      "s.yaml:12: steps.2.match.app must be a text, not 1",
      "s.yaml:12: steps.2.match.function must be a text, not 2",
      "s.yaml:12: steps.2.match.input must be a mapping of inputs, not 3",
      expect.stringMatching(/^s.yaml:13: steps.2.do.drop does not go with on: submit; there may be status, /),
      's.yaml:13: unknown key "answer" in steps.2.do; there may be status, retry_after',
      "s.yaml:13: steps.2.do.status must be a whole number from 400 to 599, not 3",
      's.yaml:16: steps.3.do.after_bytes must be a size such as 64KiB, 1MiB or 1000, not "some"',
      expect.stringMatching(/^s.yaml:17: steps.3.do.cut must be one of reset, fin, or stall /),
      expect.stringMatching(/^s.yaml:18: steps.3.do.after_lines does not go with on: put; /),
      's.yaml:20: steps.4.do.worker must be one of kill, not "killed"',
      expect.stringMatching(/^s.yaml:20: steps.4.do.phase must be one of preparing, .*, not "queued"$/),
      's.yaml:20: steps.4.do.hold must be a duration such as 500ms, 30s or 5m, not "up"',
      's.yaml:22: steps.5.do.problem has no "status"',
      "s.yaml:22: steps.5.do.problem.code must be a text, not 1",
      "s.yaml:22: steps.5.do.problem.detail must be a text, not 2",
      's.yaml:22: steps.5.do.retry_after must be a whole number of at least 0, not "x"',
      's.yaml:23: steps.6 must be a mapping of on, match, times, do, not "do"',
      expect.stringMatching(/^s.yaml:24: steps.7.on must be one of .*, not "b"$/),
    ]);
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
    tasks: { completed: 0, failed: null, cancelled: null, running: 1 },
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
