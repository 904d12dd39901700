import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LINES, sentBody, streamed, TEXT, withTool } from "../support/agent-answers.ts";
import { until } from "../support/belt.ts";
import { lastError, patientScene as scene } from "../support/scene.ts";
import { ndjson } from "../support/scripted-api.ts";
import {
  bytesOf,
  chat,
  describeAgent,
  event,
  message,
  run,
  taken,
  userMessage,
} from "../support/scripted-chat.ts";

describe.concurrent("an existing chat", () => {
  const before = chat("completed", [], { active_run: run("completed", { id: "run_0" }) });
  const old = message("ready", "the old answer", { id: "msg_0", agent_run_id: "run_0", order: -1 });

  test(
    "is opened before the message is sent; its idle past does not end the turn",
    scene(async ({ api, belt }) => {
      streamed(api, async (_request, response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        response.write(bytesOf([event("chat_messages", old), event("chats", before)]));
        await until(() => api.count("POST /agents/run") > 0);
        await new Promise((resolve) => setTimeout(resolve, 50));
        // Once more idle before the run is seen at work.
        response.write(bytesOf([event("chats", before), ...LINES]));
      });
      api.on("GET /chats/chat_1", api.ok(chat("completed", [old, userMessage, message("ready", TEXT)])));
      const { code, stdout } = await belt("agent", "run", "test/agent", "hi", "--chat", "chat_1", "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ text: TEXT });
      expect(JSON.parse(stdout).messages).toHaveLength(2);
      const order = api.requests.map(({ method, url }) => `${method} ${url}`);
      expect(order.indexOf("GET /chats/chat_1/stream")).toBeLessThan(order.indexOf("POST /agents/run"));
      expect(sentBody(api)).toMatchObject({ chat_id: "chat_1", stream: false });
    }),
  );

  test(
    "that is not there is exit 5, nothing sent",
    scene(async ({ api, belt }) => {
      describeAgent(api);
      const gone = api.error(404, "not_found", "no chat");
      api.on("GET /chats/chat_1/stream", gone).on("GET /chats/chat_1", gone);
      expect((await belt("agent", "run", "test/agent", "hi", "--chat", "chat_1")).code).toBe(5);
      expect(api.count("POST /agents/run")).toBe(0);
    }),
  );

  test(
    "whose message is refused says so, and leaves no stream behind",
    scene(async ({ api, belt }) => {
      let open = false;
      streamed(api, (_request, response) => {
        open = true;
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        response.write(bytesOf([event("chats", before)]));
        response.once("close", () => {
          open = false;
        });
      });
      api.on("POST /agents/run", api.error(400, "validation_error", "no such thing"));
      const { code, stderr } = await belt("agent", "run", "test/agent", "hi", "--chat", "chat_1");
      expect({ code, refused: stderr.includes("no such thing") }).toEqual({ code: 1, refused: true });
      await until(() => !open);
    }),
  );

  test(
    "without its messages has them asked for, and is enough where they are nowhere",
    scene(async ({ api, belt }) => {
      const bare = chat("completed", []);
      api.on("GET /chats/chat_1", api.ok(bare));
      const pages = [
        { items: [userMessage], next_cursor: "2", has_next: true },
        { items: [message("ready", TEXT)], has_next: false },
      ];
      api.on("GET /chats/chat_1/messages", ...pages.map((page) => api.ok(page)));
      const shown = await belt("chat", "get", "chat_1", "--json");
      expect(JSON.parse(shown.stdout).messages).toHaveLength(2);
      expect((await belt("chat", "get", "chat_1")).stdout).toContain(TEXT);
      api.on("GET /chats/chat_1/messages", api.error(404, "not_found", "no such route"));
      expect((await belt("chat", "get", "chat_1")).code).toBe(0);
      api.on("GET /chats/chat_1", api.error(404, "not_found", "no chat"));
      expect((await belt("chat", "get", "chat_1")).code).toBe(5);
    }),
  );

  test(
    "that is busy queues the message; the turn before it does not end it",
    scene(async ({ api, belt }) => {
      const busy = chat("working", [], { active_run: run("working", { id: "run_0" }) });
      const queued = message("queued", "");
      withTool(api);
      api.on("POST /agents/run", api.ok({ ...taken, assistant_message: queued }));
      api.on("GET /chats/chat_1/stream", async (_request, response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        response.write(bytesOf([event("chats", busy)]));
        await until(() => api.count("POST /agents/run") > 0);
        response.write(
          bytesOf([
            event("agent_runs", run("completed", { id: "run_0" })),
            event("chats", before),
            event("chat_messages", queued),
          ]),
        );
        await new Promise((resolve) => setTimeout(resolve, 60));
        response.write(bytesOf(LINES));
      });
      api.on("GET /chats/chat_1", api.ok(chat("completed", [old, userMessage, message("ready", TEXT)])));
      const { code, stdout, stderr } = await belt("agent", "run", "test/agent", "hi", "--chat", "chat_1");
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${TEXT}\n` });
      expect(stderr).toContain("chat_1 queued");
    }),
  );

  test(
    "that waits for somebody who is not there is not waited for without end",
    scene(
      async ({ api, belt }) => {
        const held = run("input_required", { id: "run_0" });
        const waiting = chat("input_required", [old, userMessage, message("queued", "")], {
          active_run: held,
        });
        withTool(api);
        api.on("POST /agents/run", api.ok({ ...taken, assistant_message: message("queued", "") }));
        api.on("GET /chats/chat_1/stream", ndjson([event("chats", waiting)], "open"));
        api.on("GET /chats/chat_1", api.ok(waiting));
        const { code, stderr } = await belt("agent", "run", "test/agent", "hi", "--chat", "chat_1", "--json");
        expect(code).toBe(8);
        expect(lastError(stderr).message).toMatch(/^an earlier message of chat chat_1 has waited 2\.0s for /);
        expect(api.count("POST /chats/chat_1/stop")).toBe(0);
      },
      { policy: { giveUp: 2_000, silence: 100 } },
    ),
  );

  test(
    "is what its status lines and events are about; their task is the model's newest",
    scene(async ({ api, home, belt }) => {
      const second = message("ready", " More.", { id: "msg_3", order: 2, task_id: "task_model_2" });
      const messages = [userMessage, message("ready", TEXT), second];
      streamed(api, ndjson([...LINES.slice(0, -1), event("chat_messages", second), LINES.at(-1)], "open"));
      api.on("GET /chats/chat_1", api.ok(chat("completed", messages)));
      const path = join(home.dir, "events");
      const outcome = await belt("agent", "run", "test/agent", "hi", "--json", "--events", path);
      expect(outcome.code).toBe(0);
      const told = outcome.stderr
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const about = { task_id: null, chat_id: "chat_1" };
      expect(told[0]).toEqual({ note: { message: "chat chat_1", ...about } });
      expect(told.slice(1)).toEqual(
        ["working", "completed"].map((status) => ({ status: { ...about, status } })),
      );
      const events = readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(new Set(events.map(({ chat_id: id }) => id))).toEqual(new Set(["chat_1"]));
      const texts = events.filter(({ type }) => type === "text");
      expect(texts.at(0)).toMatchObject({ message_id: "msg_2", task_id: "task_model" });
      expect(texts.at(-1)).toMatchObject({ message_id: "msg_3", task_id: "task_model_2" });
      expect(events.at(-1)).toMatchObject({ task_id: "task_model_2", turn: { task_id: "task_model_2" } });
    }),
  );
});
