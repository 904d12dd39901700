/** What belt and the official SDK do in each scenario that comes with belt. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUILT_IN } from "../../src/local/faults/built-in.ts";
import { belt, Home, ROOT, spawnBelt } from "../support/belt.ts";
import { spawnDev } from "./dev-process.ts";
import { cleanup, type Json, startServer } from "./server-fixture.ts";

const home = new Home();
let Inference: new (config: Json) => Json;

beforeAll(async () => {
  const outfile = join(home.dir, "sdk.mjs");
  const entryPoints = [join(ROOT, "test/local/sdk/client.ts")];
  await build({ entryPoints, bundle: true, platform: "node", format: "esm", outfile });
  ({ Inference } = await import(pathToFileURL(outfile).href));
  writeFileSync(join(home.dir, "large.txt"), "x".repeat(200_000));
});

afterAll(() => home.remove());

const RUN = ["run", "infsh/echo", "-i", "text=hello"];
const UPLOAD = [...RUN, "-i", "text=@large.txt"];

describe("belt", () => {
  test.each([
    ["rate-limited", RUN, 0, "trying again"],
    ["lost-answer", RUN, 11, "the run may have started"],
    ["dropped-stream", RUN, 0, ""],
    ["slow-queue", RUN, 0, ""],
    ["worker-crash", RUN, 3, "the worker was ended by SIGKILL"],
    ["no-credit", RUN, 7, "there is no credit left"],
    ["flaky-upload", UPLOAD, 0, ""],
  ])("in %s: %j ends with %i", async (scenario, argv, code, said) => {
    const outcome = await belt([...argv, "--local", "--scenario", scenario], { home });
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(said);
    expect(outcome.stderr).toMatch(/ {2}acted {2}step 1 /);
  });

  test("in expired-session: the second call ends with 5 and says how to go on", async () => {
    const server = await spawnDev(home, ["--port", "0", "--scenario", "expired-session"]);
    cleanup(() => server.child.kill("SIGKILL"));
    const call = (session: string) =>
      spawnBelt(["run", "infsh/counter", "--session", session, "--local", "--json"], home);
    const alone = ["run", "infsh/echo", "-i", "text=hi", "--local"];
    expect((await spawnBelt(alone, home)).exitCode).toBe(0);
    expect((await call("new")).exitCode).toBe(0);
    expect((await spawnBelt(alone, home)).exitCode).toBe(0);
    const { exitCode, stderr } = await call("@last");
    expect(exitCode).toBe(5);
    const { error } = JSON.parse(stderr.trim().split("\n").at(-1)!);
    expect(error).toMatchObject({
      code: "SESSION_EXPIRED",
      hint: "belt run --local infsh/counter --session new",
    });
  });
});

describe("the official SDK", () => {
  const run = (client: Json) => client.run({ app: "infsh/echo", input: { text: "hello", seconds: 0.3 } });
  const upload = (client: Json) => client.uploadFile(new Blob(["x".repeat(200_000)]), { filename: "x.txt" });
  const inSession = async (client: Json) => {
    const call = (session: string) => client.run({ app: "infsh/counter", input: {}, session });
    return await call((await call("new")).session_id);
  };

  test.each([
    ["rate-limited", "HTTP 429: refused by the scenario", run],
    ["lost-answer", "fetch failed", run],
    ["dropped-stream", "terminated", run],
    ["slow-queue", null, run],
    ["worker-crash", "the worker was ended by SIGKILL", run],
    ["expired-session", "HTTP 410: the session expired", inSession],
    ["no-credit", "HTTP 402: there is no credit left", run],
    ["flaky-upload", "fetch failed", upload],
  ])("in %s throws %j", async (scenario, message, act) => {
    const server = await startServer({ scenario: { given: scenario, file: scenario } });
    const outcome = act(new Inference({ apiKey: server.key, baseUrl: server.url }));
    if (message === null) expect(await outcome).toMatchObject({ status: 10, output: { text: "hello" } });
    else await expect(outcome).rejects.toThrow(message);
    for (const { hits } of server.rehearsal()!.steps) expect(hits).toBeGreaterThan(0);
  });
});

test("there are no other scenarios", () => {
  expect(Object.keys(BUILT_IN)).toHaveLength(8);
});
