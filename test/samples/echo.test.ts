import { expect, test, vi } from "vitest";
import { call, loadApp } from "./load.ts";

const echo = await loadApp("echo");

function say(input: object): Promise<unknown[]> {
  return call(echo, new echo.App(), "run", input);
}

test("the text comes back word by word, the whole of it last", async () => {
  expect(await say({ text: "one two  three" })).toEqual([
    { text: "one " },
    { text: "one two  " },
    { text: "one two  three" },
  ]);
});

test.each([
  ["plain", "Über den Wolken"],
  ["upper", "ÜBER DEN WOLKEN"],
  ["title", "Über Den Wolken"],
  ["reverse", "nekloW ned rebÜ"],
])("style %s", async (style, text) => {
  expect((await say({ text: "Über den Wolken", style })).at(-1)).toEqual({ text });
});

test("repeat says it again on its own line", async () => {
  expect((await say({ text: "hey", repeat: 3 })).at(-1)).toEqual({ text: "hey\nhey\nhey" });
});

test("a long text comes in few parts", async () => {
  const yields = await say({ text: "word ".repeat(2_000) });
  expect(yields.length).toBeLessThanOrEqual(50);
  expect(yields.at(-1)).toEqual({ text: "word ".repeat(2_000) });
});

test("a text of spaces alone comes back too", async () => {
  expect((await say({ text: "  " })).at(-1)).toEqual({ text: "  " });
});

test("fail fails with the message given", async () => {
  await expect(say({ text: "hey", fail: "no luck" })).rejects.toThrow("no luck");
});

test("logs writes that many lines", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await say({ text: "hey", logs: 3 });
  expect(log.mock.calls.map(([line]) => line)).toEqual([
    "saying 3 characters in 1 parts",
    "log line 1 of 3",
    "log line 2 of 3",
    "log line 3 of 3",
  ]);
  log.mockRestore();
});

test("a cancel stops a slow task at once", async () => {
  const app = new echo.App();
  const started = performance.now();
  const slow = call(echo, app, "run", { text: "wait for me", seconds: 60 });
  setTimeout(() => app.onCancel?.(), 20);
  await expect(slow).rejects.toThrow("cancelled");
  expect(performance.now() - started).toBeLessThan(2_000);
});

test.each([
  {},
  { text: "" },
  { text: "x", style: "loud" },
  { text: "x", repeat: 0 },
  { text: "x", seconds: -1 },
])("refused: %j", (input) => {
  expect(echo.RunInput!.safeParse(input).success).toBe(false);
});
