import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/wire/types.ts";
import {
  ENDED,
  journalOf,
  LINES,
  SNAPSHOTS,
  sentBody,
  snapshots,
  streamed,
  TEXT,
  withTool,
} from "../support/agent-answers.ts";
import { until } from "../support/belt.ts";
import { lastError, scene } from "../support/scene.ts";
import { hangUp, ndjson, type Step } from "../support/scripted-api.ts";
import {
  bytesOf,
  chat,
  describeAgent,
  event,
  heartbeat,
  message,
  pieces,
  run,
  taken,
  userMessage,
} from "../support/scripted-chat.ts";

describe.concurrent("an answer", () => {
  test(
    "is followed by snapshots, and the chat is written down before",
    scene(async ({ api, home, belt }) => {
      snapshots(api, async (_request, response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        response.write(bytesOf(SNAPSHOTS.slice(0, 2)));
        await until(() => journalOf(home).includes("chat_1"));
        response.end(bytesOf(SNAPSHOTS.slice(2)));
      });
      const { code, stdout } = await belt("agent", "run", "test/agent", "hi", "you", "--json");
      expect(code).toBe(0);
      const document = JSON.parse(stdout);
      expect(document).toMatchObject({
        ...{ chat_id: "chat_1", run_id: "run_1", task_id: "task_model", agent: "test/agent" },
        ...{ status: "completed", text: TEXT, output: null, tool_calls: [], denied: [] },
      });
      expect(document.messages.map(({ id }: JsonObject) => id)).toEqual(["msg_1", "msg_2"]);
      expect(sentBody(api)).toMatchObject({ chat_id: null, agent: "test/agent", stream: true });
      expect(sentBody(api)["input"]).toMatchObject({ role: "user", text: "hi you", images: [], files: [] });
      expect(JSON.parse(journalOf(home))).toMatchObject({ type: "chat", id: "chat_1", app: "test/agent" });
    }),
  );

  test(
    "is the text alone for people, read from standard input",
    scene(async ({ api, belt }) => {
      snapshots(api, ndjson(SNAPSHOTS));
      expect(await belt("agent", "run", "test/agent", "hi")).toMatchObject({ code: 0, stdout: `${TEXT}\n` });
      expect((await belt("agent", "run", "test/agent", "-")).code).toBe(2);
    }),
  );

  test(
    "comes whole however its bytes are cut",
    scene(async ({ api, belt }) => {
      const bytes = bytesOf(SNAPSHOTS);
      const offsets = Array.from({ length: bytes.length - 1 }, (_, at) => at + 1);
      const parts = offsets.map((at) => pieces([bytes.subarray(0, at), bytes.subarray(at)], "clean"));
      describeAgent(api);
      api.on("POST /agents/run", ...parts);
      api.on("GET /chats/chat_1", api.ok(ENDED));
      for (const at of offsets) {
        const { code, stdout } = await belt("agent", "run", "test/agent", "hi", "-q");
        expect({ at, code, stdout }).toEqual({ at, code: 0, stdout: `${TEXT}\n` });
      }
    }),
    120_000,
  );

  test(
    "is in doubt when the connection dies before the first snapshot, and found again after it",
    scene(async ({ api, belt }) => {
      const bytes = bytesOf(SNAPSHOTS);
      const first = bytes.indexOf("\n");
      const cuts = [0, 1, first - 1, first + 1, first + 30, bytes.length - 40, bytes.length - 1];
      describeAgent(api);
      api.on("POST /agents/run", ...cuts.map((at) => pieces([bytes.subarray(0, at)], "cut")));
      api.on("GET /chats/chat_1", api.ok(ENDED));
      for (const at of cuts) {
        const { code, stdout, stderr } = await belt("agent", "run", "test/agent", "hi", "--json");
        if (at < first) {
          expect({ at, code, stdout }).toEqual({ at, code: 11, stdout: "" });
          expect(lastError(stderr)).toMatchObject({ retryable: false });
          expect(lastError(stderr).message).toContain("the message may have been sent");
        } else expect({ at, code, text: JSON.parse(stdout).text }).toEqual({ at, code: 0, text: TEXT });
      }
      expect(api.count("POST /agents/run")).toBe(cuts.length);
    }),
  );

  test(
    "that is nothing but heartbeats is in doubt, and never sent twice",
    scene(async ({ api, belt }) => {
      snapshots(api, (_request, response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        const beat = setInterval(() => response.write(`${JSON.stringify(heartbeat)}\n`), 20);
        response.once("close", () => clearInterval(beat));
      });
      const { code } = await belt("agent", "run", "test/agent", "hi", "--request-timeout", "300ms");
      expect(code).toBe(11);
      expect(api.count("POST /agents/run")).toBe(1);
    }),
  );

  test.each([
    ["hang up", hangUp, 11],
    ["an answer that names no chat", ndjson([{ hello: 1 }]), 11],
    ["half an answer", ((_, response) => void response.end('{"data":{"user_mes')) satisfies Step, 11],
  ])("is in doubt after %s", (_name, answer, code) =>
    scene(async ({ api, belt }) => {
      withTool(api);
      api.on("POST /agents/run", answer);
      const outcome = await belt("agent", "run", "test/agent", "hi", "--json");
      expect(outcome.code).toBe(code);
      expect(lastError(outcome.stderr).hint).toContain("/chats/list");
      expect(api.count("POST /agents/run")).toBe(1);
    })(),
  );

  test(
    "is taken up again when its stream dies after any line, told once",
    scene(async ({ api, home, belt }) => {
      const streams = LINES.map((_line, index) => ndjson(LINES.slice(0, index), "cut"));
      describeAgent(api, { tools: [{ name: "clock", type: "client" }] });
      api.on("POST /agents/run", api.ok(taken));
      for (const [index, stream] of streams.entries()) {
        api.on("GET /chats/chat_1/stream", stream, ndjson(LINES, "open"));
        api.on(
          "GET /chats/chat_1",
          api.ok(chat("working", [userMessage, message("pending", "Grüße")])),
          api.ok(ENDED),
        );
        const events = join(home.dir, `events-${index}`);
        const { code, stdout } = await belt("agent", "run", "test/agent", "hi", "--events", events);
        expect({ index, code, stdout }).toEqual({ index, code: 0, stdout: `${TEXT}\n` });
        const told = readFileSync(events, "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        const text = told
          .filter(({ type }) => type === "text")
          .map((fact) => fact.text)
          .join("");
        expect({ index, text }).toEqual({ index, text: TEXT });
        expect(told.map(({ seq }) => seq)).toEqual(told.map((_, at) => at + 1));
        expect(told.at(-1)).toMatchObject({ type: "result", turn: { text: TEXT }, chat_id: "chat_1" });
      }
    }),
    60_000,
  );

  test(
    "is polled where there is no stream",
    scene(async ({ api, belt }) => {
      streamed(api, api.error(405, "not_allowed", "no stream"));
      api.on(
        "GET /chats/chat_1",
        api.ok(chat("working", [userMessage, message("pending", "Grüße")])),
        api.error(500, "internal_error", "broken"),
        api.ok(ENDED),
      );
      expect(await belt("agent", "run", "test/agent", "hi")).toMatchObject({ code: 0, stdout: `${TEXT}\n` });
    }),
  );

  test(
    "that only heartbeats tell of is compared with the chat",
    scene(async ({ api, belt }) => {
      streamed(api, (_request, response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        const beat = setInterval(() => response.write(`${JSON.stringify(heartbeat)}\n`), 20);
        response.once("close", () => clearInterval(beat));
      });
      api.on("GET /chats/chat_1", api.ok(ENDED));
      expect(await belt("agent", "run", "test/agent", "hi")).toMatchObject({ code: 0, stdout: `${TEXT}\n` });
    }),
  );

  test(
    "whose whole is never there is exit 8, and so is one that stays out of reach",
    scene(async ({ api, belt }) => {
      streamed(api, ndjson(LINES, "open"));
      api.on("GET /chats/chat_1", api.error(500, "internal_error", "broken"));
      const unread = await belt("agent", "run", "test/agent", "hi", "--json");
      expect(unread).toMatchObject({ code: 8, stdout: "" });
      expect(lastError(unread.stderr)).toMatchObject({ retryable: false });
      expect(lastError(unread.stderr).hint).toContain("belt chat get");
      api.on("GET /chats/chat_1/stream", hangUp);
      expect((await belt("agent", "run", "test/agent", "hi")).code).toBe(8);
      api.on("GET /chats/chat_1/stream", ndjson(LINES.slice(0, 3), "open"));
      expect((await belt("agent", "run", "test/agent", "hi", "--timeout", "2s")).code).toBe(8);
    }),
  );

  test(
    "that failed is exit 3, one that was stopped 10; both print their document",
    scene(async ({ api, belt }) => {
      streamed(
        api,
        ndjson([...LINES.slice(0, 3), event("agent_runs", run("failed", { error: "no model" }))], "open"),
      );
      api.on(
        "GET /chats/chat_1",
        api.ok(
          chat("failed", [message("failed", "Grü")], { active_run: run("failed", { error: "no model" }) }),
        ),
      );
      const failed = await belt("agent", "run", "test/agent", "hi", "--json");
      expect(failed.code).toBe(3);
      expect(JSON.parse(failed.stdout)).toMatchObject({ status: "failed", text: "Grü" });
      expect(lastError(failed.stderr).message).toContain("no model");
      api.on("GET /chats/chat_1/stream", ndjson([event("agent_runs", run("canceled"))], "open"));
      api.on("GET /chats/chat_1", api.ok(chat("canceled", [message("cancelled", "Grü")])));
      const stopped = await belt("agent", "run", "test/agent", "hi", "--json");
      expect(stopped.code).toBe(10);
      expect(JSON.parse(stopped.stdout).status).toBe("cancelled");
    }),
  );

  test(
    "has structured output, and says when the agent did not finish it",
    scene(async ({ api, belt }) => {
      describeAgent(api, { output_schema: { type: "object" } });
      api.on("POST /agents/run", ndjson(SNAPSHOTS));
      const output = { answer: 42 };
      api.on("GET /chats/chat_1", api.ok({ ...ENDED, output }));
      expect(await belt("agent", "run", "test/agent", "hi", "--field", "output.answer")).toMatchObject({
        code: 0,
        stdout: "42\n",
      });
      expect(await belt("agent", "run", "test/agent", "hi", "--field", "nope")).toMatchObject({
        code: 9,
        stderr: expect.stringContaining("hint: belt chat get chat_1\n"),
      });
      api.on("GET /chats/chat_1", api.ok(ENDED));
      const unfinished = await belt("agent", "run", "test/agent", "hi");
      expect(unfinished.code).toBe(0);
      expect(unfinished.stderr).toContain("did not finish");
    }),
  );
});
