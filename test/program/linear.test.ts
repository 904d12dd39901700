import { describe, expect, test } from "vitest";
import { LogTail } from "../../src/api/resources/log-tail.ts";
import { outputFiles } from "../../src/api/resources/output-files.ts";
import { StatusReader } from "../../src/api/resources/status.ts";
import { TaskState } from "../../src/api/resources/task-state.ts";
import { selectFields } from "../../src/terminal/field.ts";
import { parseFieldPaths } from "../../src/terminal/field-path.ts";
import { table } from "../../src/terminal/table.ts";
import { flow } from "../../src/terminal/wrap.ts";
import { renderValue } from "../../src/views/values.ts";
import { HOSTILE, reading, STYLE, stream, TEXT_FUNCTIONS } from "../support/hostile.ts";
import { growth, LINEAR } from "../support/linear.ts";

/** Those that were met; `npm run soak` measures all of them with all functions. */
const MET = ["one ESC and ;#?", "underscores", "<title", "marks that combine", "half an emoji"];

describe.each(Object.entries(TEXT_FUNCTIONS))(
  "%s takes four times as long for four times as much",
  (_name, run) => {
    test.each(MET)("of %s", { timeout: 60_000 }, async (what) => {
      expect(await growth(reading(run, HOSTILE[what]!))).toBeLessThan(LINEAR);
    });
  },
);

/** As many of something as there are; deltas, keys, entries, rows. */
const MANY: Record<string, (size: number) => () => unknown> = {
  "deltas with new keys": (size) => () => {
    const state = new TaskState("t", new StatusReader("2026"), null);
    for (let n = 0; n < size; n++) state.append({ [`key${n}`]: "x" }, n);
    return state.document();
  },
  "deltas to one text": (size) => () => {
    const state = new TaskState("t", new StatusReader("2026"), null);
    for (let n = 0; n < size; n++) state.append({ response: "x" }, n);
    return JSON.stringify(state.document());
  },
  "tool calls": (size) => () => {
    const state = new TaskState("t", new StatusReader("2026"), null);
    for (let n = size; n > 0; n--) state.append({ tool_calls: [{ index: n, function: { arguments: "x" } }] });
    return state.document();
  },
  "logs told again and again": (size) => () => {
    const tail = new LogTail();
    for (let n = 0; n < size; n++) tail.take([`line ${n}`]);
  },
  "entries of a log with ids": (size) => {
    const list = Array.from({ length: size }, (_, n) => ({ id: String(n), content: "x" }));
    return () => new LogTail().take(list);
  },
  "the same line": (size) => {
    const list = Array.from({ length: size }, () => "x");
    return () => {
      const tail = new LogTail();
      tail.take(list.slice(0, size / 2));
      tail.take(list);
    };
  },
  "fields of an output": (size) => {
    const value = Object.fromEntries(Array.from({ length: size }, (_, n) => [`key ${n}`, { uri: `x:${n}` }]));
    return () => [renderValue(value, STYLE), outputFiles(value, () => true)];
  },
  "parts in a row": (size) => {
    const parts = Array.from({ length: size }, (_, n) => `part ${n}`);
    return () => [flow(parts, "  ", STYLE), flow(parts, "  ", { ...STYLE, width: Number.POSITIVE_INFINITY })];
  },
  "rows of a table": (size) => {
    const rows = Array.from({ length: size }, (_, n) => [`id ${n}`, "x"]);
    return () => table({ head: ["id", "about"] }, rows, STYLE);
  },
  "results with fields": (size) => {
    const value = Array.from({ length: size }, (_, n) => ({ id: n }));
    return () => selectFields(value, parseFieldPaths("id"), { json: false, isTerminal: true });
  },
  "messages of a stream": (size) => {
    const text = `${JSON.stringify({ id: "t", status: 7 })}\n`.repeat(size);
    return () => stream(text, "application/x-ndjson");
  },
};

test.each(Object.entries(MANY))(
  "four times as many %s take four times as long",
  { timeout: 60_000 },
  async (_name, make) => {
    expect(await growth(make)).toBeLessThan(LINEAR);
  },
);

test("more of something than a call takes arguments is no trouble", () => {
  const keys = Array.from({ length: 200_000 }, (_, n) => [String(n), "x"]);
  expect(renderValue(Object.fromEntries(keys), STYLE).split("\n")).toHaveLength(200_000);
});
