import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/wire/types.ts";
import { until } from "../support/belt.ts";
import { lastError, scene } from "../support/scene.ts";
import { hangUp, ndjson, type ScriptedApi, type Step, silence } from "../support/scripted-api.ts";
import {
  bytesOf,
  chat,
  delta,
  describeAgent,
  event,
  heartbeat,
  message,
  noContent,
  pieces,
  run,
  taken,
  userMessage,
} from "../support/scripted-chat.ts";

const TEXT = "Grüße, 👋 world";
const SNAPSHOTS = [
  message("pending", ""),
  message("pending", "Grüße"),
  heartbeat,
  message("pending", "Grüße, 👋"),
  message("ready", TEXT),
];
const ENDED = chat("completed", [userMessage, message("ready", TEXT)]);

/** A server whose agent has no tools, so that a new chat is followed by snapshots. */
function snapshots(api: ScriptedApi, answer: Step, ended = ENDED): void {
  describeAgent(api);
  api.on("POST /agents/run", answer);
  api.on("GET /chats/chat_1", api.ok(ended));
}

/** One whose agent has a tool: the chat's stream tells the answer. */
function streamed(api: ScriptedApi, ...streams: Step[]): void {
  describeAgent(api, { tools: [{ name: "clock", type: "client" }] });
  api.on("POST /agents/run", api.ok(taken));
  api.on("GET /chats/chat_1/stream", ...streams);
}

const LINES = [
  event("chats", chat("working", [])),
  event("chat_messages", message("pending", "")),
  delta("Grü", 1),
  delta("ße, ", 2),
  event("chat_messages", message("pending", "Grüße, 👋")),
  delta(" world", 3),
  event("chat_messages", message("ready", TEXT)),
  event("agent_runs", run("completed")),
];

const sentBody = (api: ScriptedApi) =>
  api.requests.find(({ url }) => url === "/agents/run")?.body as JsonObject;
const journalOf = (home: { dir: string }) => {
  const path = join(home.dir, "state", "journal.ndjson");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
};

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
      streamed(api, silence);
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
      api.on("GET /chats/chat_1", api.ok(ENDED));
      const unfinished = await belt("agent", "run", "test/agent", "hi");
      expect(unfinished.code).toBe(0);
      expect(unfinished.stderr).toContain("did not finish");
    }),
  );
});

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
      streamed(api, ndjson([event("chats", busy)], "open"));
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
});

describe.concurrent("Ctrl-C", () => {
  const stopping = (api: ScriptedApi, after: Step) => {
    streamed(api, ndjson(LINES.slice(0, 3), "open"));
    api.on("POST /chats/chat_1/stop", noContent);
    api.on("GET /chats/chat_1", after);
  };

  test(
    "stops the answer and says so",
    scene(async ({ api, belt }) => {
      stopping(api, api.ok(chat("canceled", [userMessage, message("cancelled", "Grü")])));
      const running = belt("agent", "run", "test/agent", "hi", "--json");
      await until(() => running.stderrSoFar().includes("working"));
      running.signal("SIGINT");
      const { code, stderr, stdout } = await running;
      expect(code).toBe(130);
      expect(api.count("POST /chats/chat_1/stop")).toBe(1);
      expect(lastError(stderr).message).toContain("the answer was stopped");
      expect(JSON.parse(stdout)).toMatchObject({ status: "cancelled" });
    }),
  );

  test(
    "that comes as the answer ends gives the answer its due",
    scene(async ({ api, belt }) => {
      stopping(api, api.ok(ENDED));
      const running = belt("agent", "run", "test/agent", "hi");
      await until(() => running.stderrSoFar().includes("working"));
      running.signal("SIGINT");
      expect(await running).toMatchObject({ code: 0, stdout: `${TEXT}\n` });
    }),
  );

  test(
    "says that the answer may go on when it cannot be stopped",
    scene(async ({ api, belt }) => {
      stopping(api, api.ok(chat("working", [userMessage, message("pending", "Grü")])));
      api.on("POST /chats/chat_1/stop", api.error(403, "forbidden", "not yours"));
      const running = belt("agent", "run", "test/agent", "hi", "--json");
      await until(() => running.stderrSoFar().includes("working"));
      running.signal("SIGTERM");
      const { code, stderr } = await running;
      expect(code).toBe(143);
      expect(lastError(stderr).message).toContain("may go on");
      expect(lastError(stderr).hint).toContain("belt chat stop");
    }),
  );

  test(
    "takes back a message that is still queued, and stops nobody else's turn",
    scene(async ({ api, belt }) => {
      streamed(
        api,
        ndjson(
          [event("chats", chat("working", [], { active_run: run("working", { id: "run_0" }) }))],
          "open",
        ),
      );
      api.on("POST /agents/run", api.ok({ ...taken, assistant_message: message("queued", "") }));
      api.on("POST /chats/messages/msg_1/cancel", noContent);
      api.on(
        "GET /chats/chat_1",
        api.ok(chat("working", [message("cancelled", "")], { active_run: run("working", { id: "run_0" }) })),
      );
      const running = belt("agent", "run", "test/agent", "hi", "--chat", "chat_1");
      await until(() => running.stderrSoFar().includes("queued"));
      running.signal("SIGINT");
      expect((await running).code).toBe(130);
      expect(api.count("POST /chats/messages/msg_1/cancel")).toBe(1);
      expect(api.count("POST /chats/chat_1/stop")).toBe(0);
    }),
  );

  test(
    "waits for the answer to a message on its way, and then stops",
    scene(async ({ api, belt }) => {
      let answer = () => {};
      stopping(api, api.ok(chat("canceled", [message("cancelled", "")])));
      api.on("POST /agents/run", (request, response) => {
        answer = () => void api.ok(taken)(request, response);
      });
      const running = belt("agent", "run", "test/agent", "hi");
      await until(() => api.count("POST /agents/run") > 0);
      running.signal("SIGINT");
      await until(() => running.stderrSoFar().includes("waiting for the answer to the message"));
      answer();
      expect((await running).code).toBe(130);
      expect(api.count("POST /chats/chat_1/stop")).toBe(1);
    }),
  );
});
