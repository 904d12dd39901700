import { describe, expect, test } from "vitest";
import { StatusReader } from "../../src/api/resources/status.ts";
import { type Change, TaskState } from "../../src/api/resources/task-state.ts";
import type { JsonObject } from "../../src/wire/types.ts";

const SUBMITTED = { app: "infsh/flux", input: { prompt: "x" } };

function newState(statuses = new StatusReader("2026")): TaskState {
  return new TaskState("task_1", statuses, SUBMITTED);
}

function texts(changes: Change[]): string[] {
  return changes.map((change) => {
    if (change.type === "status") return `${change.status} ${change.status_code}`;
    if (change.type === "log") return `log ${change.text}`;
    return `${change.type} ${JSON.stringify(change.type === "output" ? change.output : change.delta)}`;
  });
}

describe("whole messages", () => {
  test("say what changed, and say it once", () => {
    const state = newState();
    const running = { id: "task_1", status: 7, output: { text: "a" }, logs: ["one"] };
    expect(texts(state.merge({ id: "task_1", status: 2 }))).toEqual(["queued 2"]);
    expect(texts(state.merge(running))).toEqual(["running 7", "log one", 'output {"text":"a"}']);
    expect(state.merge(running)).toEqual([]);
    expect(texts(state.merge({ ...running, logs: ["one", "two"] }))).toEqual(["log two"]);
  });

  test("the same word with another number is no change", () => {
    const state = newState();
    state.merge({ status: "queued" });
    expect(state.merge({ status: 2 })).toEqual([]);
  });

  test("what a message leaves out stays", () => {
    const state = newState();
    state.merge({ status: 7, created_at: "2026-01-01T00:00:00Z", extra: { a: 1 } });
    state.merge({ status: 9 });
    expect(state.document()).toMatchObject({
      status: "uploading",
      created_at: "2026-01-01T00:00:00Z",
      extra: { a: 1 },
    });
  });

  test("are about it by any of its names, and by none", () => {
    const state = newState();
    expect(
      [{ id: "task_1" }, { short_id: "task_1", id: "long_1" }, {}].map((each) => state.isAbout(each)),
    ).toEqual([true, true, true]);
    expect(state.isAbout({ id: "long_1" })).toBe(false);
    state.merge({ id: "long_1", short_id: "task_1" });
    expect(state.isAbout({ id: "long_1" })).toBe(true);
    expect(state.isAbout({ id: "long_2", short_id: "task_2" })).toBe(false);
  });

  test("the id is the one asked for, whatever a message says", () => {
    const state = newState();
    state.merge({ id: "other", status: 7 });
    expect(state.document().id).toBe("task_1");
  });

  test.each([[null], [undefined], [{}]])("an output of %j is none yet", (output) => {
    const state = newState();
    expect(texts(state.merge({ status: 7, output }))).toEqual(["running 7"]);
    expect(state.finished).toBe(false);
  });

  test("the output that comes with the end is the result, not a part", () => {
    const state = newState();
    expect(texts(state.merge({ status: 10, output: { text: "a" } }))).toEqual([]);
    expect(state.ended).toBe(true);
    expect(state.document().output).toEqual({ text: "a" });
  });

  test.each([
    [{ output: { a: 1 } }, true],
    [{ output: "" }, true],
    [{ output: [] }, true],
    [{ error: "boom" }, true],
    [{ error: "" }, false],
    [{ error: null, output: {} }, false],
    [{}, false],
  ])("%j stands finished: %s", (message, finished) => {
    const state = newState();
    state.merge({ status: 9, ...message });
    expect(state.finished).toBe(finished);
  });

  test("a message without a status, or with one nobody knows, changes none", () => {
    const state = newState();
    state.merge({ status: 7 });
    for (const message of [{ progress: 1 }, { status: "archived" }, { status: 99 }]) {
      expect(state.merge(message)).toEqual([]);
      expect(state.ended).toBe(false);
    }
  });

  test("__proto__ in a message changes no prototype", () => {
    const state = newState();
    state.merge(JSON.parse('{"__proto__":{"polluted":1},"status":7}'));
    state.append(JSON.parse('{"__proto__":{"polluted":1},"text":"a"}'));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(state.document().output).toMatchObject({ text: "a" });
  });
});

describe("partial messages", () => {
  test("only the fields listed count, the rest are zero values", () => {
    const state = newState();
    state.merge({ status: 7, output: { text: "a" }, session_id: "sess_1" });
    const partial = { id: "", status: 9, output: null, session_id: "", error: "" };
    expect(texts(state.merge(partial, ["status"]))).toEqual(["uploading 9"]);
    expect(state.document()).toMatchObject({
      id: "task_1",
      status: "uploading",
      output: { text: "a" },
      session_id: "sess_1",
    });
  });

  test("a field listed counts even when it is null", () => {
    const state = newState();
    state.merge({ status: 7, output: { text: "a" } });
    state.merge({ status: 0, output: null }, ["output"]);
    expect(state.document()).toMatchObject({ status: "running", output: null });
  });

  test("a path inside a field lists the field", () => {
    const state = newState();
    expect(texts(state.merge({ output: { text: "a" }, status: 0 }, ["output.text"]))).toContain(
      'output {"text":"a"}',
    );
  });

  test("an empty list of fields changes nothing", () => {
    const state = newState();
    state.merge({ status: 7 });
    expect(state.merge({ status: 10, output: { a: 1 }, logs: ["x"] }, [])).toEqual([]);
  });

  test("logs count only when they are listed", () => {
    const state = newState();
    state.merge({ status: 7 });
    expect(state.merge({ logs: ["one"], error: "" }, ["error"])).toEqual([]);
    expect(texts(state.merge({ logs: ["one"] }, ["logs"]))).toEqual(["log one"]);
  });

  test.each([[null], [undefined], ["status"], [{}]])(
    "fields of %j are no list: the message is whole",
    (fields) => {
      expect(texts(newState().merge({ status: 7 }, fields))).toEqual(["running 7"]);
    },
  );
});

describe("a word of yesterday does not name the number of today", () => {
  test("status_text goes with the status it came with", () => {
    const state = newState();
    state.merge({ status: 7, status_text: "Running" });
    state.merge({ status: 10 });
    expect(state.document().status).toBe("completed");
    expect(state.document()["status_text"]).toBeUndefined();
  });

  test("status_text comes along when status alone is listed", () => {
    const state = newState(new StatusReader(null));
    state.merge({ status: 7, status_text: "Running" });
    const partial = { status: 9, status_text: "Uploading" };
    expect(texts(state.merge(partial, ["status"]))).toEqual(["uploading 9"]);
    expect(state.ambiguous).toBe(false);
  });

  test("an empty status_text leaves it to the number", () => {
    const state = newState();
    state.merge({ status: 7, status_text: "Running" });
    state.merge({ status: 11, status_text: "" }, ["status", "status_text"]);
    expect(state.document()).toMatchObject({ status: "failed", status_code: 11 });
  });

  test("status_text of a message that keeps its status counts", () => {
    const state = newState(new StatusReader(null));
    expect(texts(state.merge({ status: 9, status_text: "Uploading" }))).toEqual(["uploading 9"]);
    state.merge({ status: 10, status_text: "Completed" });
    expect(state.document()).toMatchObject({ status: "completed", status_code: 10 });
  });

  test("a new word beside an old number teaches the reader nothing", () => {
    const statuses = new StatusReader(null);
    const state = newState(statuses);
    state.merge({ status: 9 });
    state.merge({ status: 0, status_text: "Completed" }, ["status_text"]);
    expect(state.ended).toBe(true);
    expect(statuses.read({ status: 10 }).word).toBe("completed");
  });

  test("a new word beside an old status_code teaches the reader nothing", () => {
    const statuses = new StatusReader(null);
    const state = newState(statuses);
    state.merge({ status: "uploading", status_code: 9 });
    state.merge({ status: "completed" });
    expect(state.document()).toMatchObject({ status: "completed", status_code: null });
    expect(statuses.read({ status: 10 }).word).toBe("completed");
  });
});

describe("a bare 9", () => {
  test("is uploading and open, until something settles it", () => {
    const state = newState(new StatusReader(null));
    expect(texts(state.merge({ status: 9, output: { a: 1 } }))).toEqual(["uploading 9", 'output {"a":1}']);
    expect([state.ambiguous, state.ended, state.finished]).toEqual([true, false, true]);
    expect(state.setStatus("completed")).toEqual([]);
    expect(state.ended).toBe(true);
    expect([state.ambiguous, state.ended]).toEqual([false, true]);
    expect(state.document()).toMatchObject({ status: "completed", status_code: 9 });
  });

  test("is read again once the server has shown its table", () => {
    const statuses = new StatusReader(null);
    const state = newState(statuses);
    state.merge({ status: 9 });
    statuses.learn(9, "completed");
    state.merge({});
    expect(state.document()).toMatchObject({ status: "completed", status_code: 9 });
    expect(state.ended).toBe(true);
  });

  test("what was settled stands, whatever a later number says", () => {
    const state = newState();
    state.setStatus("cancelled");
    expect(state.merge({ status: 7 })).toEqual([]);
    expect(state.document().status).toBe("cancelled");
  });
});

describe("deltas", () => {
  test("append text, replace anything else", () => {
    const state = newState();
    state.merge({ status: 7 });
    const output = (delta: JsonObject) => {
      expect(texts(state.append(delta))).toEqual([`delta ${JSON.stringify(delta)}`]);
      return texts([state.wholeOutput()])[0];
    };
    expect(output({ text: "Hel" })).toBe('output {"text":"Hel"}');
    expect(output({ text: "lo", n: 1 })).toBe('output {"text":"Hello","n":1}');
    expect(output({ n: 2, list: [1] })).toBe('output {"text":"Hello","n":2,"list":[1]}');
    expect(output({ list: [2] })).toBe('output {"text":"Hello","n":2,"list":[2]}');
  });

  test("merge tool calls by their index, arguments in pieces, as the SDK's types say", () => {
    const state = newState();
    state.merge({ status: 7, output: { tool_calls: [{ index: 0, id: "a", function: { arguments: "{" } }] } });
    const call = (index: number, more: JsonObject) => state.append({ tool_calls: [{ index, ...more }] });
    call(0, { function: { name: "look", arguments: '"x"' } });
    call(3, { id: "b", type: "function", function: { name: "find", arguments: "" } });
    call(0, { id: "a", function: { name: "look", arguments: ":1}" } });
    call(3, { function: { arguments: "{}" } });
    state.append({ tool_calls: ["no call", null, { function: null }] });
    expect(state.document().output).toEqual({
      tool_calls: [
        { index: 0, id: "a", function: { name: "look", arguments: '{"x":1}' } },
        { index: 3, id: "b", type: "function", function: { name: "find", arguments: "{}" } },
        {},
      ],
    });
  });

  test("null, an empty text and an empty delta change nothing", () => {
    const state = newState();
    state.append({ text: "a" });
    for (const delta of [{ text: null }, { text: "" }, {}]) expect(state.append(delta)).toEqual([]);
    expect(state.document().output).toEqual({ text: "a" });
  });

  test("go on from the output of a message, and a message replaces them", () => {
    const state = newState();
    state.merge({ status: 7, output: { text: "Hel" } });
    state.append({ text: "lo" });
    expect(state.document().output).toEqual({ text: "Hello" });
    state.merge({ output: { text: "Hello!" } });
    expect(state.document().output).toEqual({ text: "Hello!" });
  });

  test("the message they were added to is left as it was", () => {
    const message = { status: 7, output: { text: "a" } };
    const state = newState();
    state.merge(message);
    state.append({ text: "b" });
    expect(message.output).toEqual({ text: "a" });
  });
});

test("an output that has grown is told once, and not again by a message that says the same", () => {
  const state = newState();
  state.merge({ status: 7 });
  expect(state.hasGrown).toBe(false);
  state.append({ text: "a" });
  expect(state.hasGrown).toBe(true);
  const told = state.wholeOutput();
  state.append({ text: "b" });
  expect(told).toEqual({ type: "output", output: { text: "a" } });
  state.wholeOutput();
  expect(state.merge({ output: { text: "ab" } })).toEqual([]);
  expect(texts(state.merge({ output: { text: "abc" } }))).toEqual(['output {"text":"abc"}']);
  expect(state.hasGrown).toBe(false);
});

describe("logs", () => {
  test("are told, never kept", () => {
    const state = newState();
    expect(texts(state.merge({ status: 7, logs: ["a"], events: [{ status: 7 }] }))).toEqual([
      "running 7",
      "log a",
    ]);
    expect(state.document()).not.toHaveProperty("logs");
    expect(state.document()).not.toHaveProperty("events");
  });

  test("are told once, whichever way they come", () => {
    const state = newState();
    state.merge({ status: 7, logs: [{ id: "1", content: "a" }] });
    expect(
      texts(
        state.takeLogs([
          { id: "1", content: "a" },
          { id: "2", content: "b", log_type: 3 },
        ]),
      ),
    ).toEqual(["log b"]);
    expect(state.merge({ logs: [{ id: "2", content: "b" }] })).toEqual([]);
  });

  test("carry their stream", () => {
    expect(newState().takeLogs([{ id: "1", content: "a", log_type: 0 }])).toEqual([
      { type: "log", text: "a", stream: "build" },
    ]);
  });
});

describe("the conclusion", () => {
  test("takes the whole task, with what passed by", () => {
    const state = newState();
    state.merge({ status: 7, half: true, logs: [{ id: "1", content: "a" }] });
    const logs = [
      { id: "1", content: "a" },
      { id: "2", content: "b" },
    ];
    const { changes, document } = state.applyFinal({ id: "task_1", status: 10, output: { text: "x" }, logs });
    expect(texts(changes)).toEqual(["log b", "completed 10"]);
    expect(document).toMatchObject({ id: "task_1", status: "completed", output: { text: "x" }, logs });
    expect(document).not.toHaveProperty("half");
  });

  test("does not take an answer that lags behind for the end", () => {
    const state = newState();
    state.merge({ status: 10, output: { text: "x" } });
    expect(state.saysEnd({ id: "task_1", status: 7, output: null })).toBe(false);
    expect(state.saysEnd({ id: "task_1", status: 10, output: null })).toBe(true);
  });

  test("of a settled task keeps the settled word", () => {
    const state = newState(new StatusReader(null));
    state.merge({ status: 9, output: { a: 1 } });
    state.setStatus("completed");
    expect(state.applyFinal({ id: "task_1", status: 9, output: { a: 1 } }).document.status).toBe("completed");
  });
});
