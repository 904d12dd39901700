import { describe, expect, test } from "vitest";
import type { TaskDocument } from "../../src/api/resources/task.ts";
import { type Colors, plainColors } from "../../src/terminal/colors.ts";
import { displayWidth } from "../../src/terminal/display-width.ts";
import type { Style } from "../../src/terminal/output.ts";
import { dryRunView, outputView, submittedView } from "../../src/views/run-views.ts";
import { taskView } from "../../src/views/task-views.ts";
import type { StatusWord } from "../../src/wire/status.ts";

const ESC = "\u001b";
const PLAIN: Style = {
  colors: plainColors,
  width: Number.POSITIVE_INFINITY,
  textWidth: displayWidth,
  now: 0,
};
const named = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
const MARKED: Style = {
  width: 80,
  textWidth: displayWidth,
  now: 0,
  colors: Object.fromEntries(
    Object.keys(plainColors).map((name) => [name, named(name)]),
  ) as unknown as Colors,
};

function task(more: Partial<TaskDocument> = {}): TaskDocument {
  return {
    id: "task_1",
    app: null,
    status: "completed",
    status_code: 10,
    input: null,
    output: null,
    error: null,
    session_id: null,
    created_at: null,
    updated_at: null,
    ...more,
  };
}

function output(value: unknown): string {
  return outputView.text(task({ output: value }), PLAIN);
}

describe("outputView", () => {
  test.each([
    ["one string", "hello", "hello"],
    ["one string as the only field", { text: "hello\nworld" }, "hello\nworld"],
    ["nothing", null, ""],
    ["an empty object", {}, ""],
    ["an empty string", { text: "" }, ""],
    ["a number", 7, "7"],
    ["zero", 0, "0"],
    ["false", false, "false"],
    ["a list", ["a", 1], '["a",1]'],
    ["a list of one string", ["a"], '["a"]'],
    ["a number as the only field", { n: 7 }, "n  7"],
    ["fields, aligned", { a: "x", long: 2, list: [1] }, "a     x\nlong  2\nlist  [1]"],
    ["further lines under the first", { a: "x\ny", b: 1 }, "a  x\n   y\nb  1"],
    ["an object inside", { a: { b: { c: 1 } } }, 'a  {"b":{"c":1}}'],
    ["a file", { image: { uri: "https://x/y.png" } }, "image  https://x/y.png"],
    [
      "a file of which more is known",
      { image: { uri: "https://x/y.png", content_type: "image/png", size: 214_000 } },
      "image  https://x/y.png  (image/png, 214 kB)",
    ],
    [
      "a file named by url",
      { image: { url: "https://x/y.png", size: 1000 } },
      "image  https://x/y.png  (1.0 kB)",
    ],
    ["a file on this machine", { image: { uri: "file:///tmp/a%20b.png" } }, "image  /tmp/a b.png"],
    ["a file uri that is none", { image: { uri: "file:///a%2Fb" } }, "image  file:///a%2Fb"],
    ["a file whose facts are odd", { f: { uri: "x", size: "1", content_type: 5 } }, "f  x"],
    ["an object whose uri is empty", { f: { uri: "" } }, 'f  {"uri":""}'],
    ["the output itself a file", { uri: "https://x/y", size: 5 }, "https://x/y  (5 B)"],
  ])("%s", (_name, value, text) => {
    expect(output(value)).toBe(text);
  });

  test("foreign text is made harmless wherever it stands", () => {
    const evil = `${ESC}[2J\u202e\r`;
    const places = [
      evil,
      { text: evil },
      { [evil]: 1, b: 2 },
      { a: evil, b: 2 },
      { a: [evil], b: { [evil]: evil } },
      { f: { uri: `https://x/${evil}`, content_type: evil } },
      { f: { uri: "file:///tmp/%1b%5b2J%E2%80%AE%0A" } },
    ];
    for (const place of places) expect(output(place)).not.toMatch(/[\u001b\u202e\r]/);
  });

  test("a key or a path on several lines stays on one", () => {
    expect(output({ "a\nb": 1, c: { uri: "file:///x%0Ay" } })).toBe("a b  1\nc    /x y");
  });

  test("-q prints the output too", () => {
    expect(outputView.bare).toBeUndefined();
  });

  test("what is not the answer is dim", () => {
    const value = { image: { uri: "u", size: 5 } };
    expect(outputView.text(task({ output: value }), MARKED)).toBe(
      "<dim>image</dim>  <link>u</link>  <dim>(5 B)</dim>",
    );
  });
});

describe("taskView", () => {
  test("shows what is known, aligned, and leaves out the rest", () => {
    expect(taskView.text(task(), PLAIN)).toBe("task    task_1\nstatus  completed");
  });

  test("shows every field it knows", () => {
    const text = taskView.text(
      task({
        app: "infsh/flux",
        status: "failed",
        created_at: "2026-01-01T00:00:00Z",
        updated_at: "2026-01-01T00:00:09Z",
        session_id: "sess_1",
        error: "first line\nsecond",
        input: { prompt: "x", n: 1 },
        output: { a: 1 },
      }),
      PLAIN,
    );
    expect(text.split("\n")).toEqual([
      "task     task_1",
      "app      infsh/flux",
      "status   failed",
      "created  2026-01-01T00:00:00Z",
      "updated  2026-01-01T00:00:09Z",
      "session  sess_1",
      "error    first line",
      "         second",
      "input    prompt  x",
      "         n       1",
      "output   a  1",
    ]);
  });

  test("makes every foreign text harmless, one line where one belongs", () => {
    const evil = `${ESC}]0;x\u0007a\u202e\nb`;
    const text = taskView.text(
      task({
        id: evil,
        app: evil,
        created_at: evil,
        updated_at: evil,
        session_id: evil,
        error: evil,
        input: evil,
      }),
      PLAIN,
    );
    expect(text).not.toMatch(/[\u001b\u202e\u0007]/);
    // Only error and input may take a second line.
    expect(text.split("\n")).toHaveLength(10);
  });

  test("-q is the id", () => {
    expect(taskView.bare?.(task({ output: 1 }), PLAIN)).toBe("task_1");
  });
});

describe("submittedView", () => {
  test("is the id and the status; with -q the id", () => {
    const queued = task({ status: "queued", status_code: 2 });
    expect(submittedView.text(queued, PLAIN)).toBe("task_1  queued");
    expect(submittedView.bare?.(queued, PLAIN)).toBe("task_1");
  });

  test("an id with control characters does not reach the terminal", () => {
    const odd = task({ id: `a${ESC}[2J\nb` });
    expect(submittedView.text(odd, PLAIN)).toBe("a b  completed");
    expect(submittedView.bare?.(odd, PLAIN)).toBe("a b");
  });
});

test.each<[StatusWord, string]>([
  ["completed", "<green>completed</green>"],
  ["failed", "<red>failed</red>"],
  ["cancelled", "<yellow>cancelled</yellow>"],
  ["cancelling", "<yellow>cancelling</yellow>"],
  ["running", "running"],
  ["unknown", "unknown"],
])("status %s is shown as %s", (status, shown) => {
  expect(submittedView.text(task({ status }), MARKED)).toBe(`task_1  ${shown}`);
  expect(taskView.text(task({ status }), MARKED).split("\n")[1]).toBe(`<dim>status</dim>  ${shown}`);
});

test("dryRunView: method, address, body as JSON that can be used", () => {
  const body = { app: "a", input: { prompt: `x${ESC}[2J\u202e` } };
  const [first, ...rest] = dryRunView
    .text({ method: "POST", url: "https://x/run", body, uploads: [], estimate: null }, PLAIN)
    .split("\n");
  expect(first).toBe("POST https://x/run");
  expect(JSON.parse(rest.join("\n"))).toEqual(body);
  expect(rest.join("\n")).not.toMatch(/[\u001b\u202e]/);
});
