import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/wire/types.ts";
import { until } from "../support/belt.ts";
import { patientScene as scene } from "../support/scene.ts";
import { ndjson, type ScriptedApi, type Step } from "../support/scripted-api.ts";
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

const ESC = "\u001b]0;owned\u0007\u001b[31m";

/** An agent with a tool; its chat is told by these streams, and by these answers when it is asked for. */
function hostile(api: ScriptedApi, streams: Step[], chats: JsonObject[]): void {
  describeAgent(api, { tools: [{ name: "clock", type: "client" }] });
  api.on("POST /agents/run", api.ok(taken));
  api.on("GET /chats/chat_1/stream", ...streams);
  if (chats.length > 0) api.on("GET /chats/chat_1", ...chats.map((one) => api.ok(one)));
}

const lines = (...events: JsonObject[]) => ndjson(events, "open");
const ENDED = event("agent_runs", run("completed"));
const DONE = message("ready", "Done.");
const WHOLE = chat("completed", [userMessage, DONE]);

describe.concurrent("a chat that means no good", () => {
  test(
    "whose ids, names and texts are of other kinds is told as far as it can be",
    scene(async ({ api, belt }) => {
      const odd = [
        event("chat_messages", { ...message("pending", ""), id: { $ne: 1 } }),
        event("chat_messages", { ...message("pending", ""), content: "text", tool_invocations: { 0: {} } }),
        event("chat_messages", { ...message("pending", ""), order: "first", agent_run_id: ["run_1"] }),
        event("chats", {
          id: [],
          status: {},
          active_run: "run_1",
          pending_interrupts: [null, 7, { id: {} }],
        }),
        event("agent_runs", { id: {}, state: ["completed"] }),
        event("delta", {
          delta: { response: { a: 1 }, tool_calls: { 0: 1 } },
          seq: "1",
          resource_id: "msg_2",
        }),
        event("delta", { delta: ["x"], seq: 2, resource_id: {} }),
        { event: {}, data: [] },
        { event: "__proto__", data: { __proto__: null } },
      ];
      hostile(api, [lines(...odd, event("chat_messages", DONE), ENDED)], [WHOLE]);
      expect(await belt("agent", "run", "test/agent", "hi")).toMatchObject({ stdout: "Done.\n" });
    }),
  );

  test(
    "whose calls have names and arguments with sequences is shown harmless",
    scene(async ({ api, belt }) => {
      const call = invocation("inv_1", "in_progress", {
        function: { name: `x${ESC}`, arguments: `{"a":"${ESC}` },
      });
      const held = invocation("inv_2", "awaiting_approval", { function: { name: `y${ESC}`, arguments: {} } });
      hostile(
        api,
        [lines(event("chat_messages", message("pending", "", { tool_invocations: [call, held] })))],
        [WHOLE],
      );
      api.on("POST /tools/inv_1", noContent);
      api.on("POST /tools/inv_2/reject", noContent);
      const outcome = await belt("agent", "run", "test/agent", "hi");
      expect(outcome.code).toBe(9);
      expect(outcome.stdout + outcome.stderr).not.toMatch(/[\u0007\u001b]/);
    }),
  );

  test(
    "that repeats a call, also after its stream was opened again, has it run once",
    scene(async ({ api, home, belt }) => {
      const asking = (status: string, result: string | null = null) =>
        event(
          "chat_messages",
          message("pending", "", { tool_invocations: [invocation("inv_1", status, { result })] }),
        );
      const waiting = chat("input_required", [userMessage, message("pending", "")]);
      const repeated = ["in_progress", "pending", "awaiting_input", "in_progress"].map((status) =>
        asking(status),
      );
      hostile(
        api,
        [
          ndjson(repeated, "cut"),
          ndjson(repeated, "cut"),
          async (request, response) => {
            // A turn that has ended waits for no result.
            await until(() => api.count("POST /tools/inv_1"));
            await lines(...repeated, event("chat_messages", DONE), ENDED)(request, response);
          },
        ],
        [waiting, waiting, WHOLE],
      );
      api.on("POST /tools/inv_1", noContent);
      const tool = "clock=echo ran >>runs; echo noon";
      expect((await belt("agent", "run", "test/agent", "hi", "--tool", tool)).code).toBe(0);
      expect(readFileSync(join(home.dir, "runs"), "utf8")).toBe("ran\n");
      expect(api.count("POST /tools/inv_1")).toBe(1);
    }),
  );

  test(
    "that holds two calls at once has each decided by itself",
    scene(async ({ api, belt }) => {
      const held = (id: string, name: string) =>
        invocation(id, "awaiting_approval", { type: "app", function: { name, arguments: {} } });
      const asking = message("pending", "", {
        tool_invocations: [held("inv_1", "paint"), held("inv_2", "erase")],
      });
      const both = () => api.requests.filter(({ url }) => /^\/tools\//.test(url)).length >= 2;
      const look: Step = (request, response) =>
        api.ok(both() ? WHOLE : chat("input_required", [userMessage, asking]))(request, response);
      hostile(api, [lines(event("chat_messages", asking))], []);
      api.on("GET /chats/chat_1", look);
      api.on("POST /tools/inv_1/invoke", noContent).on("POST /tools/inv_2/reject", noContent);
      const { code, stdout } = await belt(
        "agent",
        "run",
        "test/agent",
        "hi",
        "--approve",
        "tool:paint",
        "--json",
      );
      expect(code).toBe(9);
      expect(JSON.parse(stdout).denied).toEqual([{ id: "inv_2", name: "erase", reason: "denied" }]);
    }),
  );

  test(
    "that is at work again after its end, and tells its messages in the wrong order, is told once and in order",
    scene(async ({ api, belt }) => {
      const later = message("ready", "Second.", { id: "msg_4", order: 3 });
      const first = message("ready", "First.");
      const other = message("ready", "not yours", { id: "msg_9", order: 9, agent_run_id: "run_2" });
      const again = chat("working", [], { active_run: run("working", { id: "run_2" }) });
      hostile(
        api,
        [
          lines(
            event("chat_messages", later),
            event("chat_messages", first),
            ENDED,
            event("chats", again),
            event("chat_messages", other),
          ),
        ],
        [{ ...again, chat_messages: [other, later, userMessage, first] }],
      );
      const { code, stdout } = await belt("agent", "run", "test/agent", "hi", "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ status: "completed", text: "First.\nSecond." });
    }),
  );

  test(
    "whose call has no id that could be answered ends, and does not wait for ever",
    scene(async ({ api, belt }) => {
      const nameless = message("pending", "", {
        tool_invocations: [invocation("", "in_progress", { id: {} })],
      });
      hostile(api, [lines(event("chat_messages", nameless))], []);
      const { code, stderr } = await belt("agent", "run", "test/agent", "hi", "--tool", "clock=date");
      expect(code).toBe(8);
      expect(stderr).toContain("may still be answering");
    }),
  );

  test(
    "whose arguments are huge has them whole on the tool's standard input",
    scene(async ({ api, belt }) => {
      const huge = { text: "ä".repeat(300_000) };
      const asking = message("pending", "", {
        tool_invocations: [
          invocation("inv_1", "in_progress", { function: { name: "clock", arguments: huge } }),
        ],
      });
      const answered = () => api.count("POST /tools/inv_1") > 0;
      hostile(api, [lines(event("chat_messages", asking))], []);
      api.on("GET /chats/chat_1", (request, response) =>
        api.ok(answered() ? WHOLE : chat("input_required", [userMessage, asking]))(request, response),
      );
      api.on("POST /tools/inv_1", noContent);
      expect((await belt("agent", "run", "test/agent", "hi", "--tool", "clock=wc -c")).code).toBe(0);
      const { body } = api.requests.find(({ url }) => url === "/tools/inv_1")!;
      expect(Number((body as JsonObject)["result"])).toBe(Buffer.byteLength(JSON.stringify(huge)) + 1);
    }),
  );
});
