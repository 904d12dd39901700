import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Home } from "../support/belt.ts";
import { type DevProcess, spawnDev } from "./dev-process.ts";
import { type Json, ROOT } from "./server-fixture.ts";

const home = new Home();
let server: DevProcess;
let Inference: new (config: Json) => Json;

beforeAll(async () => {
  const outfile = join(home.dir, "sdk.mjs");
  const entry = join(ROOT, "test", "local", "sdk", "client.ts");
  await build({ entryPoints: [entry], bundle: true, platform: "node", format: "esm", outfile });
  ({ Inference } = await import(pathToFileURL(outfile).href));
  server = await spawnDev(home, [join(ROOT, "test/local/agents/helper"), "--port", "0"]);
});

afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.child;
  home.remove();
});

const client = (config = {}) => new Inference({ apiKey: server.key, baseUrl: server.url, ...config });
const helper = (config = {}, context: Json = { language: "en" }) => {
  return client(config).agents.create("test/helper", { context });
};

/** Sends a message and gathers what the callbacks hear. */
async function send(agent: Json, text: string, onTool: (call: Json) => Json = () => "", options: Json = {}) {
  const heard = { messages: [] as Json[], chats: [] as Json[], deltas: [] as Json[], calls: [] as Json[] };
  const sent = await agent.sendMessage(text, {
    onMessage: (message: Json) => heard.messages.push(message),
    onChat: (chat: Json) => heard.chats.push(chat),
    onDelta: (delta: Json) => heard.deltas.push(delta),
    onToolCall: async (call: Json) => {
      heard.calls.push(call);
      await agent.submitToolResult(call.id, onTool(call));
    },
    ...options,
  });
  agent.disconnect();
  return { ...heard, sent };
}

const textOf = (message: Json) =>
  message.content
    .filter(({ type }: Json) => type === "text")
    .map(({ text }: Json) => text)
    .join("");
const answersOf = async (agent: Json) =>
  (await agent.getChat()).chat_messages.filter(({ role }: Json) => role === "assistant").map(textOf);

test("the official SDK sends a message, streams the answer, and goes on with the chat", async () => {
  const agent = helper();
  const { messages, deltas, sent } = await send(agent, "hi");
  expect(sent.userMessage).toMatchObject({ role: "user", content: [{ type: "text", text: "hi" }] });
  expect(sent.assistantMessage.chat_id).toBe(agent.currentChatId);
  // A client that opens the stream after the first words has them in the message.
  expect(deltas.length).toBeGreaterThan(1);
  expect("Hello in en, calm.").toContain(deltas.at(-1).output.response);
  expect(messages.at(-1)).toMatchObject({ status: "ready", role: "assistant" });
  expect(textOf(messages.at(-1))).toBe("Hello in en, calm.");
  const again = await send(agent, "and you?");
  expect(textOf(again.messages.at(-1))).toBe("Hello again: and you?");
  expect(await answersOf(agent)).toEqual(["Hello in en, calm.", "Hello again: and you?"]);
});

test("the official SDK polls, and gets structured output", async () => {
  const agent = helper({ stream: false, pollIntervalMs: 20 });
  expect(await agent.run("a number, please")).toEqual({ answer: 42 });
  const { messages } = await send(agent, "hi", undefined, { stream: false, pollIntervalMs: 20 });
  expect(textOf(messages.at(-1))).toContain("Hello");
});

test.each([
  ["by its stream", {}],
  ["by polling", { stream: false, pollIntervalMs: 20 }],
])("the official SDK runs client tools, %s", async (_name, options) => {
  const agent = helper();
  const { calls } = await send(agent, "what time is it?", () => ({ time: "noon" }) as Json, options);
  expect(calls).toMatchObject([{ name: "clock", args: { zone: "en" } }]);
  expect(await answersOf(agent)).toEqual(["Let me look. ", "It is noon."]);
});

test("the official SDK sees apps called, as tasks", async () => {
  const agent = helper();
  await send(agent, "echo some words");
  const { chat_messages: messages } = await agent.getChat();
  const [
    {
      tool_invocations: [call],
      task_id: task,
    },
  ] = messages.filter(({ role }: Json) => role === "assistant");
  expect(call).toMatchObject({ type: "app", status: "completed", function: { name: "echo" } });
  expect((await client().getTask(call.execution_id)).data).toMatchObject({ app: "infsh/echo", status: 10 });
  expect((await client().getTask(task)).data).toMatchObject({ app: "test/helper", status: 10 });
  expect((await answersOf(agent)).at(-1)).toBe("The app said some words.");
});

test("the official SDK stops an answer", async () => {
  const agent = helper();
  const sending = send(agent, "slow, please");
  while (!agent.currentChatId) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await agent.stopChat();
  await sending;
  const chat = await agent.getChat();
  expect(chat).toMatchObject({ status: "idle", active_run: { state: "canceled" } });
  expect(chat.chat_messages.at(-1)).toMatchObject({ status: "cancelled" });
});

test("the official SDK approves and rejects through interrupts", async () => {
  for (const [decision, last] of [
    ["allow", "Published."],
    ["deny", "Published."],
  ]) {
    const agent = helper();
    let status = "";
    await send(agent, "publish it", undefined, {
      onChat: async (chat: Json) => {
        const [interrupt] = chat.pending_interrupts ?? [];
        if (!interrupt || status) return;
        status = chat.status;
        await client().agents.resolveInterrupt(interrupt.id, decision);
      },
    });
    expect(status).toBe("awaiting_input");
    const messages = (await agent.getChat()).chat_messages;
    const call = messages.flatMap(({ tool_invocations: calls }: Json) => calls ?? [])[0];
    expect(call.status).toBe(decision === "allow" ? "completed" : "cancelled");
    expect((await answersOf(agent)).at(-1)).toBe(last);
  }
});

test("the official SDK hears what is missing, and of a failed run", async () => {
  await expect(helper({}, {}).sendMessage("hi")).rejects.toThrow("context.language is required");
  const agent = helper();
  await send(agent, "fail");
  expect(await agent.getChat()).toMatchObject({
    status: "idle",
    active_run: { state: "failed", error: "the model is overloaded" },
  });
});

test("the official SDK lists and reads agents and chats", async () => {
  const { data } = await client().agents.getByName("test", "helper");
  expect(data).toMatchObject({ namespace: "test", name: "helper" });
  expect(data.version.context[0]).toMatchObject({ name: "language", required: true });
  expect((await client().agents.list()).data.items.map(({ name }: Json) => name)).toEqual([
    "helper",
    "guide",
  ]);
  const [chat] = (await client().chats.list({ limit: 1 })).data.items;
  expect((await client().chats.getStatus(chat.id)).data.status).toBe("idle");
});
