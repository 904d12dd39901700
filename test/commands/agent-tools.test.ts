import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/wire/types.ts";
import { isAlive } from "../support/alive.ts";
import { until } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { lastError, patientScene as scene } from "../support/scene.ts";
import { ndjson, type ScriptedApi, type Step } from "../support/scripted-api.ts";
import {
  bytesOf,
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

const KEY = "inf_key_of_the_test";

/** An agent that makes these calls, and answers once each of them was answered by a POST that fits. */
function agentWithCalls(api: ScriptedApi, calls: JsonObject[], answers: RegExp, more: JsonObject = {}): void {
  describeAgent(api, { tools: [{ name: "clock", type: "client" }] });
  api.on("POST /agents/run", api.ok(taken));
  const asking = message("pending", "Let me look.", { tool_invocations: calls });
  const answered = () => api.requests.filter(({ method, url }) => method === "POST" && answers.test(url));
  const done = calls.map((call) => ({ ...call, status: "completed", result: "{}" }));
  const messages = [
    message("ready", "Let me look.", { tool_invocations: done }),
    message("ready", "It is noon.", { id: "msg_3", order: 2 }),
  ];
  api.on("GET /chats/chat_1/stream", async (_request, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(
      bytesOf([event("chats", chat("input_required", [], more)), event("chat_messages", asking)]),
    );
    await until(() => answered().length >= calls.length || response.destroyed);
    const ended = event("agent_runs", run("completed"));
    response.write(bytesOf([...messages.map((one) => event("chat_messages", one)), ended]));
  });
  const whole = chat("completed", [userMessage, ...messages]);
  const working = chat("input_required", [userMessage, asking], more);
  const look: Step = (request, response) =>
    api.ok(answered().length >= calls.length ? whole : working)(request, response);
  api.offer("GET /chats/chat_1", look);
}

const resultsOf = (api: ScriptedApi) =>
  api.requests
    .filter(({ url }) => /^\/tools\/[^/]+$/.test(url))
    .map(({ body }) => (body as JsonObject)["result"]);

describe.concurrent("a client tool", () => {
  const call = invocation("inv_1", "in_progress");

  test(
    "gets each digit of a number, however its arguments are told",
    scene(async ({ api, belt }) => {
      const seed = '{"seed": 6687881544318117707, "scale": 1e400}';
      const given = { function: { name: "clock", arguments: seed } };
      agentWithCalls(api, [{ ...call, ...given }], /^\/tools\//);
      api.on("POST /tools/inv_1", noContent);
      const { code } = await belt("agent", "run", "test/agent", "time?", "--tool", "clock=cat", "-q");
      expect(code).toBe(0);
      expect(resultsOf(api)).toEqual([seed]);
    }),
  );

  test(
    "is a command of the shell: arguments come in, its output goes out",
    scene(async ({ api, belt }) => {
      agentWithCalls(api, [call], /^\/tools\//);
      api.on("POST /tools/inv_1", noContent);
      const { code, stdout } = await belt(
        ...["agent", "run", "test/agent", "time?", "--json"],
        ...["--tool", 'clock=cat; echo "key: $INFSH_API_KEY$INFERENCE_API_KEY, $BELT_STATE_DIR" | cut -c1-6'],
      );
      expect(code).toBe(0);
      expect(resultsOf(api)).toEqual(['{"zone":"utc"}\nkey: ,']);
      expect(JSON.parse(stdout)).toMatchObject({
        text: "Let me look.\nIt is noon.",
        tool_calls: [{ id: "inv_1", name: "clock", status: "completed" }],
        denied: [],
      });
    }),
  );

  test(
    "that nobody here has is answered at once, named, and exit 9",
    scene(async ({ api, belt }) => {
      agentWithCalls(api, [call], /^\/tools\//);
      api.on("POST /tools/inv_1", noContent);
      const { code, stdout, stderr } = await belt("agent", "run", "test/agent", "time?", "--json");
      expect(code).toBe(9);
      expect(JSON.parse(String(resultsOf(api)[0]))).toMatchObject({ status: "not_available" });
      expect(JSON.parse(stdout)).toMatchObject({
        text: "Let me look.\nIt is noon.",
        denied: [{ id: "inv_1", name: "clock", reason: "not_available" }],
      });
      expect(lastError(stderr).message).toContain("clock (not available)");
    }),
  );

  test(
    "that fails tells the agent why",
    scene(async ({ api, belt }) => {
      agentWithCalls(api, [call], /^\/tools\//);
      api.on("POST /tools/inv_1", noContent);
      const tool = "clock=echo no battery >&2; exit 3";
      const { code, stderr } = await belt("agent", "run", "test/agent", "time?", "--tool", tool);
      expect(code).toBe(0);
      expect(JSON.parse(String(resultsOf(api)[0]))).toEqual({
        error: "it ended with exit code 3",
        stderr: "no battery",
      });
      expect(stderr).toContain("no battery");
    }),
  );

  test(
    "answers each of 100 calls, one at a time and once",
    scene(async ({ api, home, belt }) => {
      const calls = Array.from({ length: 100 }, (_, at) => invocation(`inv_${at}`, "in_progress"));
      agentWithCalls(api, calls, /^\/tools\//);
      for (const { id } of calls) api.on(`POST /tools/${id}`, noContent);
      writeFileSync(join(home.dir, "tool"), "set -C; : >lock || exit 9; read -r given; echo ok; rm lock");
      const outcome = await belt("agent", "run", "test/agent", "go", "--json", "--tool", "clock=. ./tool");
      expect(outcome.code).toBe(0);
      expect(resultsOf(api)).toEqual(calls.map(() => "ok"));
      expect(JSON.parse(outcome.stdout).tool_calls).toHaveLength(100);
    }),
    60_000,
  );

  test(
    "ends with belt when the user leaves",
    scene(async ({ api, home, belt }) => {
      agentWithCalls(api, [call], /^\/tools\//);
      api.on("POST /chats/chat_1/stop", noContent);
      const running = belt(
        "agent",
        "run",
        "test/agent",
        "go",
        "--tool",
        "clock=echo $$ > pid; sleep 60 & sleep 60",
      );
      const pid = await until(() => read(join(home.dir, "pid")));
      api.on("GET /chats/chat_1", api.ok(chat("canceled", [userMessage])));
      running.signal("SIGINT");
      expect((await running).code).toBe(130);
      await until(() => !isAlive(-Number(pid)));
      expect(resultsOf(api)).toEqual([]);
    }),
  );

  test("that leaves something running is not waited for, and the user hears of it", async (context) => {
    needsLinux(context);
    await scene(async ({ api, belt }) => {
      agentWithCalls(api, [call], /^\/tools\//);
      api.on("POST /tools/inv_1", noContent);
      const tool = "clock=setsid sleep 2 & echo noon";
      const { code, stderr } = await belt("agent", "run", "test/agent", "time?", "--tool", tool);
      expect({ code, results: resultsOf(api) }).toEqual({ code: 0, results: ["noon"] });
      expect(stderr).toContain("tool clock left something running");
    })();
  });

  test.each([
    ["a new chat", []],
    ["one that goes on", ["--chat", "chat_1"]],
  ])("whose answer cannot be given ends the wait, in %s", (_which, flags) =>
    scene(async ({ api, belt }) => {
      agentWithCalls(api, [call], /^never/);
      api.on("POST /tools/inv_1", api.error(403, "forbidden", "not yours"));
      const argv = ["agent", "run", "test/agent", "go", "--tool", "clock=echo", "--json", ...flags];
      const outcome = await belt(...argv);
      expect(outcome.code).toBe(8);
      expect(lastError(outcome.stderr).message).toContain("not yours");
    })(),
  );
});

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

describe.concurrent("what the API holds for approval", () => {
  const held = invocation("inv_1", "awaiting_approval", {
    type: "app",
    function: { name: "paint", arguments: { of: "\u001b[31mfog" } },
  });

  test(
    "is denied where nobody is there to ask, and exit 9",
    scene(async ({ api, belt }) => {
      agentWithCalls(api, [held], /^\/tools\/inv_1\/reject/);
      api.on("POST /tools/inv_1/reject", noContent);
      const { code, stdout, stderr } = await belt("agent", "run", "test/agent", "go", "--json");
      expect(code).toBe(9);
      expect(JSON.parse(stdout).denied).toEqual([{ id: "inv_1", name: "paint", reason: "denied" }]);
      expect(stderr).toContain("--approve tool:paint");
      expect((await belt("agent", "run", "test/agent", "go", "--approve", "ask")).code).toBe(2);
    }),
  );

  test.each([
    ["all", 0, "invoke"],
    ["tool:clock,tool:paint", 0, "invoke"],
    ["tool:clock", 9, "reject"],
    ["never", 9, "reject"],
  ])("by --approve %s", (approve, code, answer) =>
    scene(async ({ api, belt }) => {
      agentWithCalls(api, [held], /^\/tools\/inv_1\/(reject|invoke)/);
      api.on(`POST /tools/inv_1/${answer}`, noContent);
      expect((await belt("agent", "run", "test/agent", "go", "--approve", approve)).code).toBe(code);
      expect(api.count(`POST /tools/inv_1/${answer}`)).toBe(1);
    })(),
  );

  test(
    "by a name that the agent does not tell of is said before anything is sent, and sent all the same",
    scene(async ({ api, belt }) => {
      agentWithCalls(api, [held], /^\/tools\/inv_1\/reject/);
      api.on("POST /tools/inv_1/reject", noContent);
      const { code, stderr } = await belt(
        "agent",
        "run",
        "test/agent",
        "go",
        "--approve",
        "tool:clok,tool:x",
      );
      expect(code).toBe(9);
      expect(stderr.split("\n").slice(0, 2)).toEqual([
        "warning: --approve: test/agent tells of no tool clok; did you mean clock?",
        "warning: --approve: test/agent tells of no tool x",
      ]);
    }),
  );

  test(
    "by an interrupt without a call is resolved, once, and the call it names not asked twice",
    scene(async ({ api, belt }) => {
      const interrupt = {
        id: "int_1",
        reason: "confirmation",
        status: "pending",
        meta: { tool_name: "deploy" },
      };
      const same = {
        id: "int_2",
        reason: "tool_approval",
        status: "pending",
        resource_id: "inv_1",
        meta: '{"tool_name":"paint"}',
      };
      agentWithCalls(api, [held], /^\/tools\/inv_1\/invoke/, { pending_interrupts: [interrupt, same] });
      api.on("POST /tools/inv_1/invoke", noContent).on("POST /interrupts/int_1/resolve", noContent);
      expect((await belt("agent", "run", "test/agent", "go", "--approve", "all")).code).toBe(0);
      expect(api.count("POST /interrupts/int_1/resolve")).toBe(1);
      expect(api.count("POST /tools/inv_1/invoke")).toBe(1);
    }),
  );

  test(
    "as an authorization cannot be given: nothing waits for it",
    scene(async ({ api, belt }) => {
      describeAgent(api, { tools: [{ name: "mail", type: "mcp" }] });
      api.on("POST /agents/run", api.ok(taken)).on("POST /chats/chat_1/stop", noContent);
      api.on("GET /chats/chat_1/stream", ndjson([event("agent_runs", run("auth_required"))], "open"));
      api.on("GET /chats/chat_1", api.ok(chat("canceled", [userMessage])));
      const { code, stderr } = await belt("agent", "run", "test/agent", "go");
      expect(code).toBe(9);
      expect(stderr).toContain("waits for an authorization");
      expect(api.count("POST /chats/chat_1/stop")).toBe(1);
    }),
  );
});

describe.concurrent("before anything is sent", () => {
  const context = [
    { name: "language", required: true, description: "to answer in" },
    { name: "tone", required: true, default: "calm" },
  ];

  test.each([
    ["context that is missing", [], "language (to answer in)"],
    ["context that is unknown", ["--context", "langage=en"], "did you mean language?"],
    ["context without a value", ["--context", "language"], "write --context name=value"],
    ["a tool that is unknown", ["--context", "language=en", "--tool", "clok=date"], "did you mean clock?"],
    ["a tool without a command", ["--tool", "clock="], "names no command"],
    ["an approval that is unknown", ["--approve", "some"], "write never, ask, all"],
    ["a file that is not there", ["--attach", "nowhere.png"], "there is no such file"],
    ["a file that looks like a secret", ["--attach", ".env"], "--allow-sensitive"],
    ["no chat yet", ["--chat", "@last"], "no chat yet"],
    ["what is no agent", [], "is not the name of an agent"],
  ])("%s is exit 2", (what, flags, words) =>
    scene(async ({ api, home, belt }) => {
      describeAgent(api, { context, tools: [{ name: "clock", type: "client" }] });
      writeFileSync(join(home.dir, ".env"), "KEY=1");
      const agent = what === "what is no agent" ? "a b" : "test/agent";
      const { code, stderr } = await belt("agent", "run", agent, "hi", ...flags);
      expect({ code, sent: api.count("POST /agents/run") }).toEqual({ code: 2, sent: 0 });
      expect(stderr).toContain(words);
    })(),
  );

  test(
    "a cap on costs refuses it: what an agent costs cannot be asked",
    scene(
      async ({ api, belt }) => {
        const { code, stderr } = await belt("agent", "run", "test/agent", "hi");
        expect(code).toBe(7);
        expect(stderr).toContain("BELT_MAX_COST");
        expect(api.requests).toEqual([]);
      },
      { env: { BELT_MAX_COST: "5" } },
    ),
  );

  test(
    "files are uploaded, images apart from the rest; context goes along",
    scene(async ({ api, home, belt }) => {
      describeAgent(api, { context });
      const slots = ["cat.png", "notes.txt"].map((name) => ({
        upload_url: `${api.url}/put/${name}`,
        uri: `https://cdn/${name}`,
      }));
      for (const name of ["cat.png", "notes.txt"]) {
        writeFileSync(join(home.dir, name), name);
        api.on(`PUT /put/${name}`, noContent);
      }
      api.on("POST /files", api.ok(slots));
      api.on("POST /agents/run", ndjson([message("ready", "Nice.")]));
      api.on("GET /chats/chat_1", api.ok(chat("completed", [userMessage, message("ready", "Nice.")])));
      const attached = ["--attach", "cat.png", "--attach", "notes.txt"];
      const { code } = await belt(
        "agent",
        "run",
        "test/agent",
        "look",
        "--context",
        "language=a=b",
        ...attached,
      );
      expect(code).toBe(0);
      const { body } = api.requests.find(({ url }) => url === "/agents/run")!;
      expect(body).toMatchObject({
        context: { language: "a=b" },
        input: { images: ["https://cdn/cat.png"], files: ["https://cdn/notes.txt"] },
      });
      expect(JSON.stringify(api.requests.find(({ method }) => method === "PUT")!.headers)).not.toContain(KEY);
    }),
  );
});
