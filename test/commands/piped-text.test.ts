import { describe, expect, test } from "vitest";
import { ENDED, SNAPSHOTS, sentBody, snapshots } from "../support/agent-answers.ts";
import { belt } from "../support/belt.ts";
import { PATIENT, type Scene, scene } from "../support/scene.ts";
import { ndjson } from "../support/scripted-api.ts";

const WRITTEN: Record<string, (text: string) => Uint8Array> = {
  "UTF-8": (text) => Buffer.from(text),
  "UTF-8 with a mark": (text) => Buffer.from(`\ufeff${text}`),
  "UTF-16": (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
  "UTF-16, the other way round": (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
};
const NO_TEXT = Uint8Array.of(0x68, 0xff, 0xfe, 0x69);

const piped = ({ api, home }: Scene, stdin: Uint8Array, ...argv: string[]) =>
  belt(argv, { home, stdin, policy: PATIENT, env: { INFSH_API_KEY: "inf_key", BELT_API_URL: api.url } });

describe.concurrent.each(Object.entries(WRITTEN))("standard input in %s", (_, write) => {
  test("is a message", () =>
    scene(async (one) => {
      snapshots(one.api, ndjson(SNAPSHOTS), ENDED);
      expect((await piped(one, write("Grüße\r\n"), "agent", "run", "test/agent", "-")).code).toBe(0);
      expect(sentBody(one.api)["input"]).toMatchObject({ text: "Grüße" });
    })());

  test("holds ids", () =>
    scene(async (one) => {
      const { api } = one;
      api.on("GET /tasks/task_1", api.ok(api.task("completed", { output: 1 })));
      const { code, stdout } = await piped(one, write("task_1\r\n"), "task", "get", "-", "--field", "output");
      expect({ code, stdout }).toEqual({ code: 0, stdout: "1\n" });
    })());
});

test.concurrent.each([
  ["agent", "run", "test/agent", "-"],
  ["task", "get", "-"],
  ["chat", "stop", "-"],
])("bytes that are no text are refused by %s %s, and nothing is sent", (...argv) =>
  scene(async (one) => {
    const { code, stderr } = await piped(one, NO_TEXT, ...argv);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error: standard input is not text in UTF-8 or UTF-16\nhint: /),
    });
    expect(one.api.requests).toEqual([]);
  })(),
);
