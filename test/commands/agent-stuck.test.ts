import { describe, expect, test } from "vitest";
import { streamed, withTool } from "../support/agent-answers.ts";
import { until } from "../support/belt.ts";
import { lastError, patientScene as scene } from "../support/scene.ts";
import { ndjson } from "../support/scripted-api.ts";
import {
  chat,
  describeAgent,
  event,
  invocation,
  message,
  noContent,
  run,
  taken,
  userMessage,
} from "../support/scripted-chat.ts";

describe.concurrent("what belt cannot answer", () => {
  test(
    "is waited for as long as any answer, and then no longer",
    scene(
      async ({ api, belt }) => {
        const waiting = chat("input_required", [userMessage, message("pending", "Well")]);
        streamed(api, ndjson([event("chats", waiting)], "open"));
        api.offer("GET /chats/chat_1", api.ok(waiting));
        const { code, stderr } = await belt("agent", "run", "test/agent", "hi", "--json");
        expect(code).toBe(8);
        expect(stderr).toContain("the agent waits for somebody, and not for belt");
        expect(lastError(stderr).message).toBe(
          "the agent of chat chat_1 has waited 1.5s for somebody, and not for belt",
        );
      },
      { policy: { giveUp: 1_500, silence: 100 } },
    ),
  );

  test(
    "is not called stopped where it could not be stopped",
    scene(async ({ api, belt }) => {
      streamed(api, ndjson([event("agent_runs", run("auth_required"))], "open"));
      api.on("POST /chats/chat_1/stop", api.error(403, "forbidden", "not yours"));
      api.on("GET /chats/chat_1", api.ok(chat("auth_required", [userMessage])));
      const { code, stderr } = await belt("agent", "run", "test/agent", "hi", "--json");
      expect(code).toBe(9);
      const { message: told, hint } = lastError(stderr);
      expect(told).toContain("waits for an authorization, which belt cannot give");
      expect(told).toContain("may go on");
      expect(hint).toContain("belt chat stop chat_1");
    }),
  );

  test(
    "has no hint for a tool that callers cannot give",
    scene(async ({ api, belt }) => {
      const form = invocation("inv_1", "awaiting_input", {
        type: "widget",
        function: { name: "form", arguments: {} },
      });
      const asking = message("pending", "", { tool_invocations: [form] });
      streamed(api, (request, response) =>
        ndjson([event("chats", chat("input_required", [])), event("chat_messages", asking)], "open")(
          request,
          response,
        ),
      );
      api.on("POST /tools/inv_1", noContent);
      api.offer("GET /chats/chat_1", api.ok(chat("input_required", [userMessage, asking])));
      const running = belt("agent", "run", "test/agent", "hi", "--timeout", "2s");
      const { stderr } = await running;
      expect(stderr).toContain("the agent called form, which is not available\n");
    }),
  );
});

test(
  "Ctrl-C as a queued message's turn begins stops that turn",
  scene(async ({ api, belt }) => {
    withTool(api);
    const before = run("working", { id: "run_0" });
    api.on(
      "GET /chats/chat_1/stream",
      ndjson([event("chats", chat("working", [], { active_run: before }))], "open"),
    );
    api.on("POST /agents/run", api.ok({ ...taken, assistant_message: message("queued", "") }));
    api.on("POST /chats/messages/msg_1/cancel", api.error(409, "conflict", "already running"));
    api.on("POST /chats/chat_1/stop", noContent);
    api.on("GET /chats/chat_1", api.ok(chat("canceled", [userMessage, message("cancelled", "")])));
    const running = belt("agent", "run", "test/agent", "hi", "--chat", "chat_1");
    await until(() => running.stderrSoFar().includes("queued"));
    running.signal("SIGINT");
    expect(await running).toMatchObject({
      code: 130,
      stderr: expect.stringContaining("the answer was stopped"),
    });
  }),
);

test(
  "--tool is consent, also where the API holds that tool for approval; others are told why not",
  scene(async ({ api, belt }) => {
    describeAgent(api, {
      tools: [
        { name: "clock", type: "client" },
        { name: "mail", type: "mcp" },
      ],
    });
    api.on("POST /agents/run", api.ok(taken));
    const mail = { type: "mcp", function: { name: "mail", arguments: {} } };
    const calls = [invocation("inv_1", "awaiting_approval"), invocation("inv_2", "awaiting_approval", mail)];
    const asking = message("pending", "", { tool_invocations: calls });
    const answered = () => api.requests.filter(({ url }) => url.startsWith("/tools/")).length;
    api.on("GET /chats/chat_1/stream", async (request, response) => {
      await ndjson([event("chats", chat("input_required", [])), event("chat_messages", asking)], "open")(
        request,
        response,
      );
      await until(() => answered() >= 2 || response.destroyed);
      response.end(`${JSON.stringify(event("agent_runs", run("completed")))}\n`);
    });
    api.on("POST /tools/inv_1/invoke", noContent).on("POST /tools/inv_2/reject", noContent);
    api.offer("GET /chats/chat_1", (request, response) =>
      api.ok(chat(answered() >= 2 ? "completed" : "input_required", [userMessage, message("ready", "ok")]))(
        request,
        response,
      ),
    );
    const { code } = await belt("agent", "run", "test/agent", "hi", "--tool", "clock=date");
    expect(code).toBe(9);
    const rejected = api.requests.find(({ url }) => url.endsWith("/reject"));
    expect(JSON.stringify(rejected?.body)).toContain("nobody was there to be asked");
  }),
);

test(
  "an agent of a version that the API does not describe is not checked against another",
  scene(async ({ api, belt }) => {
    const context = [{ name: "city", required: true }];
    describeAgent(api, { id: "v2", short_id: "v2", tools: [], context });
    api.on("POST /agents/run", api.ok(taken));
    api.on("GET /chats/chat_1/stream", ndjson([event("agent_runs", run("completed"))], "open"));
    api.on("GET /chats/chat_1", api.ok(chat("completed", [userMessage, message("ready", "hello")])));
    expect(await belt("agent", "run", "test/agent@v2", "hi")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("city"),
    });
    expect(await belt("agent", "run", "test/agent@v1", "hi")).toMatchObject({ code: 0, stdout: "hello\n" });
  }),
);
