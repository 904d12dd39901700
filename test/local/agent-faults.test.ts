import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/wire/types.ts";
import { belt, Home, ROOT } from "../support/belt.ts";
import { lastError, PATIENT } from "../support/scene.ts";
import { rehearse, type TestServer } from "./server-fixture.ts";

/** What an agent without tools says, whose answer to the message is a stream of snapshots. */
const PLAIN = "One, two, three.";
/** One with a tool is followed by the stream of its chat. */
const HELPER = "Let me look. \nIt is noon.";

let home: Home;
let plain: string;

beforeAll(() => {
  home = new Home();
  plain = join(home.dir, "plain");
  mkdirSync(plain);
  const steps = [{ say: ["One, ", "two, ", "three."] }];
  writeFileSync(join(plain, "agent.yml"), JSON.stringify({ name: "plain", turns: [{ steps }] }));
});
afterAll(() => home.remove());

interface Met {
  code: number;
  stdout: string;
  stderr: string;
  /** How often the message stands in chats of the server. */
  taken: number;
  hits: number[];
}

/** Sends one message past these steps, and looks what became of it. */
async function send(steps: string[], agent: "plain" | "helper", ...flags: string[]): Promise<Met> {
  const dirs = [plain, join(ROOT, "test/local/agents/helper")];
  const server = await rehearse(`steps:\n${steps.map((step) => `  - {${step}}`).join("\n")}\n`, {
    appDirs: dirs,
  });
  const argv =
    agent === "plain"
      ? ["local/plain", "count"]
      : [
          "test/helper",
          "time",
          "--context",
          "language=en",
          "--tool",
          'clock=echo "{\\"time\\": \\"noon\\"}"',
        ];
  const env = { BELT_API_URL: server.url, INFSH_API_KEY: server.key };
  const outcome = await belt(["agent", "run", ...argv, ...flags], { home, env, policy: PATIENT });
  const hits = server.rehearsal()!.steps.map((step) => step.hits);
  return { ...outcome, taken: await messagesOn(server), hits };
}

async function messagesOn(server: TestServer): Promise<number> {
  const { items } = (await server.call("POST", "/chats/list", {})).body;
  const chats = await Promise.all(
    items.map(async ({ id }: JsonObject) => (await server.call("GET", `/chats/${id}`)).body),
  );
  return chats.flatMap(({ chat_messages: all }) => all.filter(({ role }: JsonObject) => role === "user"))
    .length;
}

const AGENTS = ["plain", "helper"] as const;
const TEXT = { plain: PLAIN, helper: HELPER };

describe.each(AGENTS)("a message to %s", (agent) => {
  test.each([
    ["status: 400", 1, 0],
    ["status: 401", 4, 0],
    ["status: 404", 5, 0],
    ["problem: {status: 402, code: no_credit, detail: Empty.}", 7, 0],
    ["status: 500", 11, 0],
    ["status: 503", 11, 0],
    ["answer: drop", 11, 1],
    ["answer: reset", 11, 0],
    ["after_lines: 0, cut: reset", 11, 1],
    ["after_lines: 0, cut: fin", 11, 1],
    ["after_lines: 0, cut: half-line", 11, 1],
    ["after_lines: 0, cut: garbage", 11, 1],
    ["after_lines: 0, cut: stall 20s", 11, 1],
  ])("that meets %s is exit %i, and is not sent again", async (way, code, taken) => {
    const met = await send(
      [`on: agent, times: always, do: {${way}}`],
      agent,
      "--json",
      "--request-timeout",
      "500ms",
    );
    expect(met).toMatchObject({ code, taken, hits: [1], stdout: "" });
    if (code === 11) expect(lastError(met.stderr)).toMatchObject({ retryable: false });
  });

  test.each(["status: 429, retry_after: 0", "status: 503, retry_after: 0"])(
    "that certainly was not taken, %s, is sent again, and taken once",
    async (way) => {
      const met = await send([`on: agent, do: {${way}}`], agent);
      expect(met).toMatchObject({ code: 0, taken: 1, hits: [1], stdout: `${TEXT[agent]}\n` });
    },
  );
});

const CUTS = ["reset", "fin", "half-line", "garbage", "stall 20s"];

describe.each(CUTS)("an answer that is cut by %s", (cut) => {
  test.each([1, 100])("after %i snapshots is told whole, once", async (after) => {
    const met = await send([`on: agent, do: {after_lines: ${after}, cut: ${cut}}`], "plain");
    expect(met).toMatchObject({ code: 0, taken: 1, hits: [1], stdout: `${PLAIN}\n` });
  });

  test.each([0, 3, 7, 100])("after %i lines of the chat's stream is told whole, once", async (after) => {
    const met = await send([`on: stream, do: {after_lines: ${after}, cut: ${cut}}`], "helper");
    expect(met).toMatchObject({ code: 0, taken: 1, hits: [1], stdout: `${HELPER}\n` });
  });

  test("whenever its stream is opened is polled", async () => {
    const met = await send([`on: stream, times: always, do: {after_lines: 1, cut: ${cut}}`], "helper");
    expect(met).toMatchObject({ code: 0, taken: 1, stdout: `${HELPER}\n` });
  });
});

test.each(["status: 404", "status: 500", "answer: reset", "answer: drop"])(
  "a stream that is never there, %s, is polled",
  async (way) => {
    const met = await send([`on: stream, times: always, do: {${way}}`], "helper");
    expect(met).toMatchObject({ code: 0, taken: 1, stdout: `${HELPER}\n` });
  },
);
