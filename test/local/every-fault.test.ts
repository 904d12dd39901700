/** Every request that a scenario can name, and every way in which it can be kept from its answer. */
import { expect, test } from "vitest";
import { TRIGGERS, type Trigger } from "../../src/local/faults/scenario.ts";
import { until } from "../support/belt.ts";
import { type Json, rehearse, type TestServer } from "./server-fixture.ts";

/** What the requests are about, made before the first of them is met. */
interface Scene {
  server: TestServer;
  held: string;
  session: string;
  file: Json;
}

interface Asked {
  ask(scene: Scene): Promise<{ status: number }>;
  /** Of the answer that comes at last, 200 unless told. */
  last?: number;
  /** Whether the work has been done; without it there is none. */
  done?(scene: Scene): Promise<boolean>;
}

const counted = async ({ server }: Scene, list: string) =>
  (await server.call("POST", list, {})).body.items.length as number;
const task = (method: string, path = ""): Asked => ({
  ask: ({ server, held }) => server.call(method, `/tasks/${held}${path}`),
});
const HELD = { app: "infsh/echo", input: { text: "held" } };

const REQUESTS: Partial<Record<Trigger, Asked>> = {
  submit: {
    ask: ({ server }) => server.call("POST", "/run?wait=false", HELD),
    done: async (scene) => (await counted(scene, "/tasks/list")) > 1,
  },
  "session.new": {
    ask: ({ server }) => server.call("POST", "/run?wait=false", { ...HELD, session: "new" }),
    done: async (scene) => (await counted(scene, "/tasks/list")) > 1,
  },
  "session.call": {
    ask: async ({ server, session }) => server.call("POST", "/run?wait=false", { ...HELD, session }),
    done: async (scene) => (await counted(scene, "/tasks/list")) > 2,
  },
  get: task("GET"),
  status: task("GET", "/status"),
  logs: task("GET", "/logs"),
  stream: {
    ask: async ({ server, held }) => {
      const headers = { Authorization: `Bearer ${server.key}` };
      const response = await fetch(`${server.url}/tasks/${held}/stream`, { headers });
      await response.body?.cancel();
      return response;
    },
  },
  cancel: {
    ...task("POST", "/cancel"),
    done: async ({ server, held }) =>
      (await server.call("GET", `/tasks/${held}`)).body.status_text !== "queued",
  },
  upload: { ask: ({ server }) => server.call("POST", "/files", { files: [{ filename: "b.txt" }] }) },
  put: {
    ask: ({ file }) => fetch(file.upload_url, { method: "PUT", body: "new" }),
    done: async ({ file }) => (await (await fetch(file.uri)).text()) === "new",
  },
  download: {
    ask: async ({ file }) => {
      const response = await fetch(file.uri);
      await response.text();
      return response;
    },
  },
  "session.keepalive": {
    ask: ({ server, session }) => server.call("POST", `/sessions/${session}/keepalive`),
  },
  "session.end": {
    ask: ({ server, session }) => server.call("DELETE", `/sessions/${session}`),
    // The lost answer was to its end.
    last: 410,
    done: async ({ server, session }) =>
      (await server.call("GET", `/sessions/${session}`)).body.status !== "active",
  },
  estimate: {
    ask: ({ server }) => server.call("POST", "/store/apps/infsh%2Fecho/estimate", { input: {} }),
  },
  agent: {
    ask: async ({ server }) => {
      const body = { agent: "infsh/guide", input: { text: "hello" }, stream: true };
      const headers = { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" };
      const response = await fetch(`${server.url}/agents/run`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      await response.body?.cancel();
      return response;
    },
    done: async (scene) => (await counted(scene, "/chats/list")) > 0,
  },
};
/** As what it is under any name; whether it is done cannot be asked without meeting a fault. */
const ANY: Asked = { ask: REQUESTS.submit!.ask };

const WAYS = ["status: 503", "problem: {status: 402}", "answer: reset", "answer: drop"];
const OUTCOMES = [503, 402, "fetch failed", "fetch failed"];

/** How many requests of this name the scene itself makes. */
const OWN: Partial<Record<Trigger, number>> = {
  ...{ submit: 1, upload: 1, put: 1, any: 3 },
};

async function sceneFor(on: Trigger): Promise<Scene> {
  const nth = (OWN[on] ?? 0) + 1;
  const steps = WAYS.map((way) => `  - {on: ${on}, match: {nth: ${nth}}, do: {${way}}}`).join("\n");
  const held = "  - {on: task, match: {input: {text: held}}, times: always, do: {phase: queued, hold: 1h}}";
  const server = await rehearse(`steps:\n${held}\n${steps}\n`);
  const { id } = await server.submit(HELD);
  const session = /^session\.(call|keepalive|end)$/.test(on) ? await openSession(server) : "";
  const [file] = (await server.call("POST", "/files", { files: [{ filename: "a.txt" }] })).body;
  await fetch(file.upload_url, { method: "PUT", body: "old" });
  return { server, held: id, session, file };
}

async function openSession(server: TestServer): Promise<string> {
  const { id, session_id } = await server.submit({ app: "infsh/echo", input: { text: "x" }, session: "new" });
  await server.finished(id);
  return session_id;
}

test.each(TRIGGERS.filter((on) => on !== "task" && on !== "webhook"))(
  "%s is refused twice, lost before and after its work, and then answered",
  async (on) => {
    const scene = await sceneFor(on);
    const { ask, last = 200, done } = REQUESTS[on] ?? ANY;
    for (const outcome of OUTCOMES) {
      if (done) expect(await done(scene)).toBe(false);
      const answer = await ask(scene).catch((error: Error) => error.message);
      expect(typeof answer === "string" ? answer : answer.status).toBe(outcome);
    }
    if (done) await until(() => done(scene));
    expect((await ask(scene)).status).toBe(last);
    const hits = scene.server.rehearsal()!.steps.map((step) => step.hits);
    expect(hits).toEqual([expect.any(Number), 1, 1, 1, 1]);
  },
);
