/** An app that ends its process: who is told, of what, and where. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../support/belt.ts";
import { type Json, startServer, type TestServer, temporaryFolder, until } from "./server-fixture.ts";

const HEAD = `import { z } from "zod";
export const RunInput = z.any(), RunOutput = z.any(), WellInput = z.any(), WellOutput = z.any();
`;

async function serve(run: string, head = HEAD): Promise<{ file: string; server: TestServer }> {
  const dir = join(temporaryFolder(), "mine");
  mkdirSync(dir);
  const file = join(dir, "inference.js");
  writeFileSync(join(dir, "package.json"), '{"type":"module"}');
  writeFileSync(join(dir, "inf.yml"), "namespace: test\nname: mine\n");
  writeFileSync(file, `${head}export class App {\n  run() { ${run} }\n  well() { return "well"; }\n}\n`);
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  return { file, server: await startServer({ appDirs: [dir], workers: 1 }) };
}

const BODY = { app: "test/mine", function: "run" };

async function logOf(server: TestServer, id: string): Promise<string[]> {
  const { logs } = (await server.call("GET", `/tasks/${id}/logs`)).body;
  return logs.map(({ content }: Json) => content);
}

const diedAfter = (server: TestServer) =>
  server.emitted((event) => event.type === "worker" && event.error !== null);

const FRAMES_OF_OTHERS = /worker\/main\.js|node:internal/;

const LATE = [
  [
    "a rejection",
    'Promise.reject(new TypeError("late"))',
    /^the app crashed: TypeError: late \(.*inference\.js:4\)$/,
  ],
  ["a throw", '{ throw new Error("late") }', /^the app crashed: late \(.*inference\.js:4\)$/],
  ["a rejection with nothing", "Promise.reject()", /^the app crashed: .*undefined/],
  ["an exit", "process.exit(4)", /^the app called process\.exit\(4\) at .*inference\.js:4$/],
] as const;

test.each(LATE)(
  "%s after the result is told with its worker, and in the log of its task",
  async (_, code, said) => {
    const { file, server } = await serve(`setTimeout(() => ${code}, 20); return "done";`);
    const first = await server.run(BODY);
    expect(first).toMatchObject({ status_text: "completed", output: "done" });
    const told = (await diedAfter(server)) as Json;
    expect(told).toMatchObject({ state: "stopped", id: first.worker_id, app: "test/mine" });
    expect(told.error).toMatch(said);
    if (!code.includes("reject()")) expect(told.place).toBe(`${file}:4`);
    await until(() =>
      server.events.some((event) => event.type === "log" && event.text.startsWith("after this")),
    );
    const log = await logOf(server, first.id);
    expect(log.at(-1)).toBe(`after this task: ${told.error}`);
    expect(log.join("\n")).not.toMatch(FRAMES_OF_OTHERS);
    const next = await server.run({ ...BODY, function: "well" });
    expect(next).toMatchObject({ status_text: "completed", output: "well" });
    expect(await logOf(server, next.id)).toEqual([]);
  },
);

test("a session that is lost between two calls tells why", async () => {
  const { file, server } = await serve(
    'setTimeout(() => { throw new Error("no memory left") }, 20); return "";',
  );
  const { session_id: session } = await server.run({ ...BODY, session: "new" });
  await server.emitted((event) => event.type === "session" && event.state === "lost");
  const { body } = await server.call("POST", "/run", { ...BODY, input: {}, session });
  expect(body).toMatchObject({ code: "WORKER_LOST" });
  const reason = `the app crashed: no memory left (${file}:4)`;
  expect(body.detail).toBe(`session ${session} was lost with its worker: ${reason}`);
});

test("an exit and a throw outside of the call fail the task that runs, with the place", async () => {
  const exits = await serve('console.error("no disk"); process.exit(3);');
  const exited = await exits.server.run(BODY);
  expect(exited.error).toBe(`the app called process.exit(3) at ${exits.file}:4:\nno disk`);
  const throws = await serve("setTimeout(() => missing(), 1); return new Promise(() => {});");
  const crashed = await throws.server.run(BODY);
  expect(crashed.error).toBe(`the app crashed: ReferenceError: missing is not defined (${throws.file}:4)`);
  expect(throws.server.events).toContainEqual(
    expect.objectContaining({ type: "task", status: "failed", place: `${throws.file}:4` }),
  );
  expect((await logOf(throws.server, crashed.id)).join("\n")).toMatch(/ReferenceError.*\n.*inference\.js:4/);
});

test("an error of setup is told as one, with its place", async () => {
  const { file, server } = await serve('return "";\n  }\n  setup() {\n    throw new Error("no model");');
  const { error } = await server.run(BODY);
  expect(error).toBe(`setup failed: no model (${file}:7)`);
  expect(server.events).toContainEqual(expect.objectContaining({ status: "failed", place: `${file}:7` }));
});

test("an app that was never set up is not unloaded, and one that was is", async () => {
  const methods =
    'return "";\n  }\n  setup() { this.it = {}; }\n  unload() { console.log("left", this.it.x); }\n  more() {';
  const { server } = await serve(methods);
  await server.apps();
  await server.close();
  const left = server.events.filter((event) => event.type === "log");
  expect(left).toEqual([]);
  const again = await serve(methods);
  await again.server.run(BODY);
  await again.server.close();
  expect(again.server.events).toContainEqual(
    expect.objectContaining({ type: "log", text: "left undefined" }),
  );
});

test("an app that hears of what nobody caught goes on", async () => {
  const { server } = await serve(
    'setTimeout(() => { throw new Error("heard") }, 1); return new Promise((done) => setTimeout(done, 40, "on"));',
    `${HEAD}process.on("uncaughtException", ({ message }) => console.log(message));\n`,
  );
  const task = await server.run(BODY);
  expect(task).toMatchObject({ status_text: "completed", output: "on" });
  expect(await logOf(server, task.id)).toEqual(["heard"]);
});

test.each([
  ["lacks a schema", "export const RunInput = 1;\n", "these zod schemas are not exported", null],
  ["throws", `${HEAD}[].x.y;\n`, "TypeError: Cannot read properties of undefined (reading 'y')", 3],
  ["cannot be parsed", `${HEAD}let a b;\n`, "SyntaxError: Unexpected identifier", 3],
  ["imports what is not there", 'import { x } from "zod";\n', "does not provide an export named 'x'", 1],
  ["exits", `${HEAD}process.exit(0);\n`, "the app called process.exit(0) at ", 3],
])("an app that %s is broken, and says it without a line of belt's", async (_, head, said, line) => {
  const { file, server } = await serve('return "";', head);
  const [summary] = await server.apps();
  expect(summary?.problem?.message).toContain(said);
  expect(summary?.problem?.message).not.toContain("\n");
  expect(summary?.problem).toMatchObject({ file: line === null ? null : file, line });
  const { id, error } = await server.run(BODY);
  expect(error).toContain(said);
  const log = (await logOf(server, id)).join("\n");
  expect(log).not.toMatch(FRAMES_OF_OTHERS);
  expect(log.split("\n").every((one) => one.length < 300)).toBe(true);
});
