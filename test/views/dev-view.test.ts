import { describe, expect, test } from "vitest";
import { plainColors } from "../../src/terminal/colors.ts";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { type DevEvent, devEventView, servingView } from "../../src/views/dev-view.ts";

const at = (width: number) => ({ colors: plainColors, width, textWidth: displayWidth, now: 0 });
const PIPE = at(Number.POSITIVE_INFINITY);
const TIME = "2026-11-21T10:00:00.000Z";
const CLOCK = new Date(TIME).toTimeString().slice(0, 8);

const running = {
  type: "task",
  time: TIME,
  id: "task_0hx3k2j8m2a9c0ffee11",
  app: "acme/captions",
  function: "describe",
  status: "running",
  elapsed_ms: 1234,
  worker: "wrk_0hx3k2j8m2adeadbeef",
  session: null,
  error: null,
  place: null,
} satisfies DevEvent;
const failed = {
  ...running,
  status: "failed",
  place: "/apps/x/inference.js:12",
  error: "it did not\nwork, for reasons \u001b[31mof its own",
} satisfies DevEvent;

const show = (event: DevEvent, width: number) => devEventView.text(event, at(width));

describe("a task", () => {
  test("is one line in a pipe, whole and with an ISO time", () => {
    expect(devEventView.text(running, PIPE)).toBe(
      `${TIME}  task_0hx3k2j8m2a9c0ffee11  running        1.2s  acme/captions describe  worker wrk_0hx3k2j8m2adeadbeef`,
    );
    expect(devEventView.text(failed, PIPE)).toMatch(
      /wrk_\S+ {2}\/apps\/x\/inference.js:12: it did not work, for reasons of its own$/,
    );
    expect(devEventView.text({ ...running, status: "received" }, PIPE)).toContain("received");
  });

  test("is aligned on 80 columns, with the time, the ends of the ids and the worker", () => {
    expect(show(running, 80)).toBe(
      `${CLOCK}  c0ffee11  running        1.2s  acme/captions describe  worker deadbeef`,
    );
    const [line, trouble] = show(failed, 80).split("\n");
    expect(line!.indexOf("acme")).toBe(show(running, 80).indexOf("acme"));
    expect(trouble).toBe("          /apps/x/inference.js:12: it did not work, for reasons of its own");
  });

  test("keeps what matters on 40 columns", () => {
    expect(show(running, 40)).toBe("c0ffee11  running        1.2s  captions…");
  });

  test.each([40, 60, 80, 120])("never takes more than the %i columns there are", (width) => {
    for (const event of [running, failed, { ...running, app: "a".repeat(100) }]) {
      for (const line of show(event, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  test.each(["received", "dispatched", "uploading"] as const)(
    "that is %s is not worth a line on a terminal",
    (status) => {
      expect(show({ ...running, status }, 80)).toBe("");
    },
  );
});

test("a broken app is told with its file and line, an edit with its version", () => {
  const problem = { message: "SyntaxError: Unexpected token", file: "/apps/x/inference.js", line: 2 };
  const app: DevEvent = {
    type: "app",
    warnings: [],
    time: TIME,
    state: "broken",
    app: "acme/x",
    version: "cafe1234",
    problem,
  };
  expect(show(app, 80)).toBe(
    [
      `${CLOCK}  app       broken               acme/x                 version cafe1234`,
      "          /apps/x/inference.js:2: SyntaxError: Unexpected token",
    ].join("\n"),
  );
  expect(devEventView.text({ ...app, state: "changed", problem: null }, PIPE)).toMatch(
    /changed.* acme\/x {2}version cafe1234$/,
  );
});

test("sessions, and webhooks that did not arrive, are told; workers are not", () => {
  const session: DevEvent = {
    type: "session",
    time: TIME,
    state: "expired",
    id: "sess_0hx3k2j8m2a9c0ffee11",
    app: "acme/x",
    worker: null,
  };
  expect(show(session, 80)).toBe(`${CLOCK}  c0ffee11  expired              acme/x session`);
  const webhook = { type: "webhook", time: TIME, task: running.id, url: "http://x/", tries: 3 } as const;
  expect(show({ ...webhook, delivered: true, error: null }, 80)).toBe("");
  expect(show({ ...webhook, delivered: false, error: "HTTP 500" }, 80)).toContain(
    "not delivered in 3 tries: HTTP 500",
  );
  const worker = { type: "worker", time: TIME, id: "wrk_0hx3k2j8m2a9c0ffee12", app: "acme/x" } as const;
  expect(show({ ...worker, state: "started", error: null, place: null }, 80)).toBe("");
  expect(show({ ...worker, state: "stopped", error: null, place: null }, 80)).toBe("");
  const died = { ...worker, state: "stopped", error: "the app crashed: late", place: "/x/a.js:3" } as const;
  expect(show(died, 80)).toBe(
    `${CLOCK}  c0ffee12  died                 acme/x worker\n${" ".repeat(10)}/x/a.js:3: the app crashed: late`,
  );
});

test.each([40, 80])("what is served fits %i columns, broken apps with their place", (width) => {
  const app = { dir: "/apps/x", built_in: false, version: "cafe1234", warnings: [] };
  const problem = { message: "SyntaxError: Unexpected token", file: "/x/inference.js", line: 2 };
  const text = servingView.text(
    {
      type: "server",
      time: TIME,
      url: "http://127.0.0.1:4117",
      key: "inf_local_0123456789012345678901",
      faults: null,
      apps: [
        {
          ...app,
          app: "acme/x",
          functions: ["run", "set_value", "get_value", "reset", "describe"],
          problem: null,
        },
        { ...app, app: "acme/broken", functions: [], problem },
      ],
    },
    at(width),
  );
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  expect(text).toContain("url  http://127.0.0.1:4117\nkey  inf_local_0123456789012345678901\n");
  expect(text).toMatch(/acme\/x {7}run set_value/);
  expect(text).toContain("acme/broken  /x/inference.js:2:");
});

test("what an app says stands beneath its task, harmless, and a warning of belt's is told from it", () => {
  const log = { type: "log", time: TIME, id: running.id, app: "acme/x", text: "one\ntwo \u001b[2J" } as const;
  expect(show(log, 80)).toBe(["          c0ffee11  │ one", "          c0ffee11  │ two "].join("\n"));
  expect(devEventView.text(log, PIPE)).toContain(`${TIME}  ${running.id}  log         one\n`);
  const path = `/home/somebody/apps/my-app/${"x".repeat(30)}/inference.js:29:11`;
  const frame = { ...log, text: `    at App.run (file://${path}), which is called from here and from there` };
  expect(show(frame, 80).split("\n")).toEqual([
    "          c0ffee11  │     at App.run",
    `(file://${path}),`,
    "          c0ffee11  │ which is called from here and from there",
  ]);
});

test("a fault that acted names its step, and a server with faults says so", () => {
  const fault = {
    type: "fault",
    time: TIME,
    step: 2,
    on: "submit",
    does: "answer drop",
    what: "acme/x",
    id: null,
  } as const;
  expect(show(fault, 80)).toMatch(/fault +acme\/x +step 2\n +submit: answer drop$/);
  const serving = { type: "server", time: TIME, url: "http://x", key: "k", apps: [] } as const;
  const text = (faults: { scenario: string; steps: number } | null) =>
    servingView.text({ ...serving, apps: [], faults }, at(80));
  expect(text({ scenario: "lost-answer", steps: 1 })).toContain(
    "faults are on: scenario lost-answer, 1 step\n",
  );
  expect(text(null)).not.toContain("faults");
});
