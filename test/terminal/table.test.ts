import { describe, expect, test } from "vitest";
import { plainColors } from "../../src/terminal/colors.ts";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { table } from "../../src/terminal/table.ts";
import { wrap } from "../../src/terminal/wrap.ts";
import { datedTime, relativeTime } from "../../src/views/relative-time.ts";
import { summaryView } from "../../src/views/time-bar.ts";

const NOW = Date.parse("2026-11-21T10:00:00Z");
const at = (width: number) => ({ colors: plainColors, width, textWidth: displayWidth, now: NOW });
const PIPE = at(Number.POSITIVE_INFINITY);

describe("the textWidth", () => {
  test.each([
    ["plain", "abc", 3],
    ["CJK", "海辺の灯台", 10],
    ["emoji", "🙂", 2],
    ["a family of several code points", "👩‍👩‍👧", 2],
    ["a flag", "🇯🇵", 2],
    ["a combining mark", "e\u0301", 1],
    ["color", "\u001b[31mred\u001b[39m", 3],
  ])("%s", (_name, text, width) => {
    expect(displayWidth.width(text)).toBe(width);
  });

  test.each([
    ["what fits stays", "海辺", 4, "海辺"],
    ["half a character is none", "海辺の灯台", 6, "海辺…"],
    ["a family is not torn apart", "a👩‍👩‍👧b", 3, "a…"],
    ["nor a rare ideograph", "𠀀𠀀𠀀𠀀", 5, "𠀀…"],
  ])("%s", (_name, text, width, cut) => {
    expect(displayWidth.cut(text, width)).toBe(cut);
    expect(displayWidth.width(cut)).toBeLessThanOrEqual(width);
  });
});

describe("a table", () => {
  const columns = { head: ["TASK", "APP", "CREATED"] };
  const rows = [
    ["task_0hx3k2j8m2a9c0ffee11", "acme/灯台", "3m ago"],
    ["task_0hx3k2j8m2a9c0ffee12", "acme/🙂", "1h ago"],
  ];

  test("is aligned by what is seen", () => {
    const lines = table(columns, rows, at(80)).split("\n");
    const columnOf = (line: string, text: string) => displayWidth.width(line.slice(0, line.indexOf(text)));
    expect(columnOf(lines[1]!, "3m ago")).toBe(columnOf(lines[0]!, "CREATED"));
    expect(columnOf(lines[2]!, "1h ago")).toBe(columnOf(lines[0]!, "CREATED"));
  });

  test("stacks its rows where they do not fit, and cuts no id", () => {
    expect(table(columns, rows, at(40)).split("\n")).toEqual([
      "task_0hx3k2j8m2a9c0ffee11",
      "  app acme/灯台  created 3m ago",
      "task_0hx3k2j8m2a9c0ffee12",
      "  app acme/🙂  created 1h ago",
    ]);
    // Narrower than an id the terminal breaks the line itself, and what is copied is whole.
    expect(table(columns, rows, at(10))).toContain("task_0hx3k2j8m2a9c0ffee11\n");
  });

  test("is whole in a pipe", () => {
    const wide = [["x".repeat(500), "y".repeat(500), "z"]];
    expect(table(columns, wide, PIPE)).toContain(`${"x".repeat(500)}  ${"y".repeat(500)}  z`);
  });

  test("makes its prose narrower, and sets it beneath when little is left", () => {
    const prose = (text: string, width: number) => wrap(text, { width, textWidth: displayWidth });
    const described = { head: ["NAME", "TYPE", "DESCRIPTION"], prose };
    const fields = [
      ["prompt", "string", "what to paint, in words, as many as it takes"],
      ["seed", "", ""],
    ];
    expect(table(described, fields, at(42)).split("\n")).toEqual([
      "NAME    TYPE    DESCRIPTION",
      "prompt  string  what to paint, in words,",
      "                as many as it takes",
      "seed",
    ]);
    expect(table(described, fields, at(30)).split("\n")).toEqual([
      "prompt",
      "  type string",
      "  what to paint, in words, as",
      "  many as it takes",
      "seed",
    ]);
  });

  test("keeps a mark in front of its name when stacked", () => {
    const marked = { head: ["", "PROFILE", "API"] };
    expect(table(marked, [["*", "work", `https://${"a".repeat(30)}`]], at(40))).toBe(
      `* work\n  api https://${"a".repeat(30)}`,
    );
  });
});

describe("moments", () => {
  test.each([
    ["2026-11-21T09:57:58.500Z", "2m ago"],
    ["2026-11-21T10:00:00.400Z", "0s ago"],
    ["2026-11-21T10:00:45.500Z", "in 45s"],
    ["2026-11-19T09:00:00Z", "2d ago"],
    ["not a time\u001b[2J", "not a time"],
  ])("%s is %s", (time, text) => {
    expect(relativeTime(time, at(80))).toBe(text);
  });

  test("are what the API sent in a pipe", () => {
    expect(relativeTime("2026-11-21T09:57:58Z", PIPE)).toBe("2026-11-21T09:57:58Z");
    expect(datedTime("2026-11-21T09:57:58Z", PIPE)).toBe("2026-11-21T09:57:58Z");
    expect(datedTime(null, PIPE)).toBe("");
  });

  test("have their time of day, and the day when it is another", () => {
    expect(datedTime("2026-11-21T09:58:00Z", at(80))).toMatch(/^2m ago {2}\d\d:58:00$/);
    expect(datedTime("2026-11-11T09:58:00Z", at(80))).toMatch(/^10d ago {2}2026-11-1\d \d\d:58:00$/);
  });
});

describe("the closing line", () => {
  const value = { id: "task_1", ms: 1700, estimate: null };
  const details = {
    events: [
      { status: "queued", duration_ms: 300 },
      { status: "running", duration_ms: 1200 },
      { status: "uploading", duration_ms: 100 },
    ],
  };

  test("says where the time went, beneath where there is no room", () => {
    expect(summaryView.text({ value, details }, at(80))).toBe(
      "completed in 1.7s: queued 300ms, running 1.2s, uploading 100ms",
    );
    expect(summaryView.text({ value, details }, at(40)).split("\n")).toEqual([
      "completed in 1.7s",
      "  queued 300ms, running 1.2s,",
      "  uploading 100ms",
    ]);
  });

  test("leaves out what took no time to speak of", () => {
    const brief = { events: [{ status: "queued", duration_ms: 2 }, ...details.events.slice(1)] };
    expect(summaryView.text({ value, details: brief }, at(80))).toBe(
      "completed in 1.7s: running 1.2s, uploading 100ms",
    );
  });

  test("does without when it is not told", () => {
    for (const told of [null, {}, { events: [] }])
      expect(summaryView.text({ value, details: told }, at(80))).toBe("completed in 1.7s");
  });
});

describe("what is cut", () => {
  test.each(["Привет, мир! ", "مرحبا بالعالم ", "█░", "海辺の灯台", "👩‍👩‍👧 ok ", "𠮷", "é", "plain words "])(
    "%s never takes more columns than it may",
    (text) => {
      for (let width = 1; width <= 90; width++)
        expect(displayWidth.width(displayWidth.cut(text.repeat(20), width))).toBeLessThanOrEqual(width);
    },
  );

  test("is as much as there is room for", () => {
    expect(displayWidth.cut("Привет, мир! Привет", 10)).toBe("Привет, м…");
    expect(displayWidth.cut("Привет", 6)).toBe("Привет");
  });
});
