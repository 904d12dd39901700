import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../support/alive.ts";
import { copyOfProbe, createTestClock, type Json, startServer, until } from "./server-fixture.ts";

const set = (value: number, session: string) => ({ function: "set_value", input: { value }, session });
const get = (session: string) => ({ function: "get_value", session });

async function refusal(server: Awaited<ReturnType<typeof startServer>>, fields: Record<string, unknown>) {
  const { status, body } = await server.call("POST", "/run", { app: "test/probe", input: {}, ...fields });
  return { status, code: body.code, detail: body.detail };
}

test("a session keeps the state of one instance, and nobody else sees it", async () => {
  const server = await startServer();
  const opened = await server.run(set(5, "new"));
  const session = opened.session_id;
  expect(session).toMatch(/^sess_/);
  expect(await server.run(get(session))).toMatchObject({ output: { value: 5 }, session_id: session });
  expect((await server.run({ function: "get_value" })).output.value).toBe(0);
  const { body } = await server.call("GET", `/sessions/${session}`);
  expect(body).toMatchObject({
    id: session,
    app_id: "test/probe",
    app_version_id: opened.app_version_id,
    worker_id: opened.worker_id,
    status: "active",
    idle_timeout: 60,
    call_count: 2,
  });
  expect((await server.call("GET", "/sessions")).body.map((one: Json) => one.id)).toEqual([session]);
});

test("ending a session answers 204, ends its process, and is final", async () => {
  const server = await startServer();
  const { session_id: session } = await server.run(set(1, "new"));
  const { pid } = (await server.run(get(session))).output;
  expect(await server.call("DELETE", `/sessions/${session}`)).toMatchObject({ status: 204, body: undefined });
  await until(() => !isAlive(pid));
  expect(await refusal(server, get(session))).toMatchObject({ status: 410, code: "SESSION_ENDED" });
  expect(await server.call("POST", `/sessions/${session}/keepalive`)).toMatchObject({ status: 410 });
  expect(await server.call("DELETE", `/sessions/${session}`)).toMatchObject({ status: 410 });
  expect((await server.call("GET", `/sessions/${session}`)).body.status).toBe("ended");
  expect((await server.call("GET", "/sessions")).body).toEqual([]);
});

test("a session expires to the second, each call and keepalive begins the time anew", async () => {
  const clock = createTestClock();
  const server = await startServer({ clock });
  const { session_id: session } = await server.run({ ...set(1, "new"), session_timeout: 30 });
  clock.advance(29_999);
  expect(await server.run(get(session))).toMatchObject({ status_text: "completed" });
  clock.advance(29_999);
  const kept = await server.call("POST", `/sessions/${session}/keepalive`);
  expect(kept.body).toMatchObject({
    status: "active",
    expires_at: new Date(clock.now() + 30_000).toISOString(),
  });
  clock.advance(29_999);
  expect((await server.call("GET", `/sessions/${session}`)).body.status).toBe("active");
  clock.advance(1);
  expect((await server.call("GET", `/sessions/${session}`)).body.status).toBe("expired");
  expect(await refusal(server, get(session))).toMatchObject({ status: 410, code: "SESSION_EXPIRED" });
  await server.emitted((event) => event.type === "worker" && event.state === "stopped");
});

test("a session does not expire while a task of it runs", async () => {
  const clock = createTestClock();
  const server = await startServer({ clock, taskTimeoutMs: 3_600_000 });
  const task = await server.submit({
    function: "act",
    input: { act: "until cancelled" },
    session: "new",
    session_timeout: 1,
  });
  await server.emitted((event) => event.type === "task" && event.status === "running");
  clock.advance(60_000);
  const path = `/sessions/${task.session_id}`;
  expect((await server.call("GET", path)).body.status).toBe("active");
  await server.call("POST", `/tasks/${task.id}/cancel`);
  await server.finished(task.id);
  clock.advance(999);
  expect((await server.call("GET", path)).body.status).toBe("active");
  clock.advance(1);
  expect((await server.call("GET", path)).body.status).toBe("expired");
});

test("unknown sessions, other apps and leased workers are refused by their codes", async () => {
  const server = await startServer();
  expect(await refusal(server, get("sess_none"))).toMatchObject({ status: 404, code: "SESSION_NOT_FOUND" });
  const opened = await server.run(set(1, "new"));
  const other = await refusal(server, { app: "infsh/flux", session: opened.session_id });
  expect(other).toMatchObject({ status: 400, code: "APP_MISMATCH" });
  expect(other.detail).toContain(opened.session_id);
  const leased = await refusal(server, { workers: [opened.worker_id] });
  expect(leased).toMatchObject({ status: 409, code: "WORKER_LEASED" });
  expect(await server.run({ ...get(opened.session_id), workers: [opened.worker_id] })).toMatchObject({
    error: null,
  });
});

test("an edit makes the session's version another; a pin still reaches it", async () => {
  const dir = copyOfProbe();
  const server = await startServer({ appDirs: [dir] });
  const opened = await server.run(set(1, "new"));
  writeFileSync(join(dir, "note.txt"), "an edit");
  expect(await refusal(server, get(opened.session_id))).toMatchObject({
    status: 400,
    code: "VERSION_MISMATCH",
  });
  const pinned = { ...get(opened.session_id), app: `test/probe@${opened.app_version_id}` };
  expect((await server.run(pinned)).output.value).toBe(1);
  const fresh = await server.run({ function: "get_value" });
  expect(fresh.app_version_id).not.toBe(opened.app_version_id);
  await server.call("DELETE", `/sessions/${opened.session_id}`);
  await server.emitted((event) => event.type === "worker" && event.state === "stopped");
  const gone = await server.call("POST", "/run", { app: `probe@${opened.app_version_id}`, input: {} });
  expect(gone).toMatchObject({ status: 404, body: { code: "not_found" } });
});

test("a worker that dies takes its session with it", async () => {
  const server = await startServer();
  const { session_id: session } = await server.run(set(1, "new"));
  // It is not to die before both wait for it.
  const holding = await server.submit({ function: "act", input: { act: "until cancelled" }, session });
  const crashing = await server.submit({ function: "act", input: { act: "exit" }, session });
  const waiting = await server.submit(get(session));
  await server.call("POST", `/tasks/${holding.id}/cancel`);
  expect((await server.finished(crashing.id)).error).toMatch(
    /^WORKER_LOST: the app called process\.exit\(7\) at \S+:\nthere is no disk left\nso I leave$/,
  );
  expect((await server.finished(waiting.id)).error).toContain("WORKER_LOST");
  expect(await refusal(server, get(session))).toMatchObject({ status: 500, code: "WORKER_LOST" });
  expect(await server.call("POST", `/sessions/${session}/keepalive`)).toMatchObject({ status: 500 });
  expect((await server.call("GET", `/sessions/${session}`)).body.status).toBe("ended");
});

test("a session begins with an instance nobody has used", async () => {
  const server = await startServer();
  await server.run({ function: "set_value", input: { value: 8 } });
  expect((await server.run(get("new"))).output.value).toBe(0);
  expect((await server.run({ function: "get_value" })).output.value).toBe(8);
});

test("idle sessions leave the workers to others", async () => {
  const server = await startServer({ workers: 1 });
  const sessions = [];
  for (let n = 0; n < 4; n += 1) sessions.push((await server.run(set(n, "new"))).session_id);
  expect(await server.run({})).toMatchObject({ status_text: "completed" });
  const values = await Promise.all(sessions.map((session) => server.run(get(session))));
  expect(values.map(({ output }) => output.value)).toEqual([0, 1, 2, 3]);
});

test("calls of sessions and other tasks together work on no more workers than allowed", async () => {
  const server = await startServer({ workers: 2 });
  const opened = await Promise.all([0, 1, 2].map((n) => server.run(set(n, "new"))));
  const nap = (session?: string) => server.submit({ function: "count", input: { to: 10 }, session });
  const tasks = await Promise.all([...opened.map(({ session_id }) => nap(session_id)), nap(), nap(), nap()]);
  await Promise.all(tasks.map(({ id }) => server.finished(id)));
  let most = 0;
  const running = new Set<string>();
  for (const event of server.events) {
    if (event.type !== "task") continue;
    if (event.status === "dispatched") running.add(event.id);
    if (event.status === "completed") running.delete(event.id);
    most = Math.max(most, running.size);
  }
  expect(most).toBe(2);
});

test("a session that must wait for the end of another says so, and other tasks pass by", async () => {
  const server = await startServer({ workers: 1, idleSessions: 2 });
  const [first] = [await server.run(get("new")), await server.run(get("new"))];
  const waiting = await server.submit(get("new"));
  expect((await server.run({})).status_text).toBe("completed");
  const { logs, status_text } = (await server.call("GET", `/tasks/${waiting.id}`)).body;
  expect(status_text).toBe("queued");
  expect(logs.map((log: Json) => log.content)).toEqual([
    "there may be no more sessions at a time; this one begins when another ends",
  ]);
  await server.call("DELETE", `/sessions/${first?.session_id}`);
  expect((await server.finished(waiting.id)).status_text).toBe("completed");
});

test("a call of a session begins when the one before has given the worker back: its log is whole", async () => {
  const server = await startServer();
  const { session_id: session } = await server.run(get("new"));
  const calls = await Promise.all(Array.from({ length: 20 }, () => server.submit({ input: {}, session })));
  for (const { id } of calls) {
    const { logs } = await server.finished(id);
    expect(logs.map((log: Json) => log.content)).toEqual([expect.stringMatching(/^run \d+$/)]);
  }
});

test("a session whose app could not be set up is ended", async () => {
  const server = await startServer();
  const failed = await server.run({ ...get("new"), setup: { greeting: 1 } });
  expect(failed.error).toContain("invalid setup");
  expect(await refusal(server, get(failed.session_id))).toMatchObject({ status: 410, code: "SESSION_ENDED" });
});

test("a failure of the app leaves the session as it is", async () => {
  const server = await startServer();
  const { session_id: session } = await server.run(set(3, "new"));
  const failed = await server.run({ function: "act", input: { act: "fail" }, session });
  expect(failed.status_text).toBe("failed");
  expect((await server.run(get(session))).output.value).toBe(3);
});

test("ten clients that interleave calls on five sessions see only their own state, in order", async () => {
  const server = await startServer({ workers: 5 });
  const add = (client: number, session: string) => ({
    function: "act",
    input: { act: `note ${client}` },
    session,
  });
  const sessions = await Promise.all(
    Array.from({ length: 5 }, async () => (await server.run(get("new"))).session_id as string),
  );
  const sent: Promise<Json>[] = [];
  const order: string[][] = sessions.map(() => []);
  for (let round = 0; round < 6; round += 1) {
    for (let client = 0; client < 10; client += 1) {
      const at = client % 5;
      order[at]!.push(String(client));
      // Each is taken before the next is sent, so that the order of arrival is known.
      sent.push(server.finished((await server.submit(add(client, sessions[at]!))).id));
    }
  }
  const seen = (await Promise.all(sent)).map(({ output }) => output.notes);
  seen.forEach((notes, index) => {
    const at = (index % 10) % 5;
    expect(notes).toEqual(order[at]!.slice(0, notes.length));
  });
  const all = await Promise.all(sessions.map((session) => server.run(add(99, session))));
  expect(all.map(({ output }) => output.notes)).toEqual(order.map((notes) => [...notes, "99"]));
});
