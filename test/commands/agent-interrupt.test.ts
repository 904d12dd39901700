import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/wire/types.ts";
import { ENDED, LINES, streamed, TEXT, withTool } from "../support/agent-answers.ts";
import { until } from "../support/belt.ts";
import { lastError, patientScene as scene } from "../support/scene.ts";
import { ndjson, type ScriptedApi, type Step } from "../support/scripted-api.ts";
import {
  chat,
  event,
  invocation,
  message,
  noContent,
  run,
  taken,
  userMessage,
} from "../support/scripted-chat.ts";

test.each([
  ["was told", noContent, "and was told that nobody runs it any more"],
  ["could not be told", "refusal", "and could not be told that nobody runs it any more"],
] as const)(
  "an agent whose tool goes with belt %s",
  async (_, answer, words) =>
    await scene(async ({ api, belt }) => {
      const calls = {
        tool_invocations: [invocation("inv_1", "in_progress"), invocation("inv_2", "in_progress")],
      };
      streamed(api, ndjson([LINES[0]!, event("chat_messages", message("pending", "", calls))], "open"));
      api.offer("GET /chats/chat_1", api.ok(chat("working", [message("pending", "", calls)])));
      for (const id of ["inv_1", "inv_2"])
        api.on(`POST /tools/${id}`, answer === "refusal" ? api.error(403, "forbidden", "not yours") : answer);
      const tool = ["--tool", "clock=sleep 1000", "--timeout", "1s"];
      const { code, stderr } = await belt("agent", "run", "test/agent", "hi", ...tool);
      expect({ code, stderr }).toMatchObject({ code: 8, stderr: expect.stringContaining(words) });
      const told = api.requests.filter(({ url }) => url.startsWith("/tools/"));
      expect(told.map(({ url }) => url).sort()).toEqual(["/tools/inv_1", "/tools/inv_2"]);
      for (const { body } of told)
        expect(JSON.parse(String((body as JsonObject)["result"]))).toMatchObject({ status: "not_available" });
    })(),
);

test(
  "a tool's result that was refused once is given when belt leaves",
  scene(async ({ api, belt }) => {
    const calls = { tool_invocations: [invocation("inv_1", "in_progress")] };
    streamed(api, ndjson([LINES[0]!, event("chat_messages", message("pending", "", calls))], "open"));
    api.offer("GET /chats/chat_1", api.ok(chat("working", [message("pending", "", calls)])));
    api.on("POST /tools/inv_1", api.error(403, "forbidden", "not yet"), noContent);
    const { code, stderr } = await belt("agent", "run", "test/agent", "hi", "--tool", "clock=echo noon");
    expect({ code, stderr }).toMatchObject({ code: 8, stderr: expect.stringContaining("not yet") });
    const told = api.requests.filter(({ url }) => url.startsWith("/tools/"));
    expect(told.map(({ body }) => (body as JsonObject)["result"])).toEqual(["noon", "noon"]);
  }),
);

describe.concurrent("Ctrl-C", () => {
  const stopping = (api: ScriptedApi, after: Step) => {
    streamed(api, ndjson(LINES.slice(0, 3), "open"));
    api.offer("POST /chats/chat_1/stop", noContent);
    api.offer("GET /chats/chat_1", after);
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
      await until(() => running.stderrSoFar().includes("working") && api.count("GET /chats/chat_1/stream"));
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
    "whose stop is refused tells the agent that its tool has gone",
    scene(async ({ api, belt, home }) => {
      const calls = { tool_invocations: [invocation("inv_1", "in_progress")] };
      streamed(api, ndjson([LINES[0]!, event("chat_messages", message("pending", "", calls))], "open"));
      api.on("GET /chats/chat_1", api.ok(chat("working", [message("pending", "", calls)])));
      api.on("POST /chats/chat_1/stop", api.error(403, "forbidden", "not yours"));
      api.on("POST /tools/inv_1", noContent);
      const begun = join(home.dir, "begun");
      const tool = `clock=touch '${begun}'; sleep 1000`;
      const running = belt("agent", "run", "test/agent", "hi", "--tool", tool);
      await until(() => existsSync(begun));
      running.signal("SIGINT");
      const { code, stderr } = await running;
      expect({ code, stderr }).toMatchObject({
        code: 130,
        stderr: expect.stringContaining("nobody runs it any more"),
      });
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
      const { code, stderr } = await running;
      expect(code).toBe(130);
      expect(stderr).toContain("interrupted; the message was taken back");
      expect(api.count("POST /chats/messages/msg_1/cancel")).toBe(1);
      expect(api.count("POST /chats/chat_1/stop")).toBe(0);
    }),
  );

  test(
    "waits for the answer to a message on its way, and then stops",
    scene(async ({ api, belt }) => {
      let answer = () => {};
      withTool(api);
      api.on("POST /chats/chat_1/stop", noContent);
      api.on("GET /chats/chat_1", api.ok(chat("canceled", [message("cancelled", "")])));
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
