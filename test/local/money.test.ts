/** Prices, credit and usage of the local server, and a script that spends all it has. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Home, spawnBelt } from "../support/belt.ts";
import { spawnDev } from "./dev-process.ts";
import { cleanup, copyOfProbe, startServer } from "./server-fixture.ts";

const APP = "test/priced";

/** A folder with an app of this price. */
function appWith(price: string, defaultFunction = "count"): string {
  const dir = copyOfProbe();
  const lines = [
    "namespace: test",
    "name: priced",
    "kernel: node-22",
    `default_function: ${defaultFunction}`,
  ];
  writeFileSync(join(dir, "inf.yml"), [...lines, price, ""].join("\n"));
  writeFileSync(
    join(dir, "inference.js"),
    `import { z } from "zod";
    export const CountInput = z.object({
      steps: z.number().int().min(1).max(20).optional(),
      size: z.number().default(2),
      open: z.number().optional(),
      fail: z.boolean().default(false),
    });
    export const CountOutput = z.object({ steps: z.number() });
    export class App {
      async count({ steps = 0, fail }) {
        if (fail) throw new Error("on request");
        return { steps };
      }
    }`,
  );
  return dir;
}

const PRICE = "belt: {price: {run: 0.003, per: {steps: 0.001}}}";

test("a script spends its balance to the last run, and then exit 7 says what is left", async () => {
  const home = new Home();
  cleanup(() => home.remove());
  const server = await spawnDev(home, [appWith(PRICE), "--port", "0", "--balance", "0.02"]);
  cleanup(async () => {
    server.child.kill("SIGTERM");
    await server.child;
  });
  const belt = (...argv: string[]) => spawnBelt([...argv, "--local", "--json"], home);
  const run = (...more: string[]) => belt("run", APP, "--input", "steps=5", ...more);
  const balance = async () => JSON.parse((await belt("balance")).stdout);

  // 0.003 USD a run and 0.001 USD a step: 0.008 USD.
  expect(JSON.parse((await run("--dry-run")).stdout).estimate).toEqual({
    confidence: "exact",
    min_usd: "0.008",
    max_usd: "0.008",
    depends_on: [],
    description: "0.003 USD a run, and 0.001 USD for each of steps",
  });

  const tooDear = await run("--max-cost", "0.007");
  expect(tooDear.exitCode).toBe(7);
  expect(tooDear.stderr).toContain("may cost 0.008 USD, more than the cap of 0.007 USD");
  expect(await balance()).toEqual({ balance_usd: "0.02", microcents: 2_000_000 });

  expect((await run("--max-cost", "0.008")).exitCode).toBe(0);
  expect(await balance()).toEqual({ balance_usd: "0.012", microcents: 1_200_000 });
  expect((await run()).exitCode).toBe(0);
  expect(await balance()).toEqual({ balance_usd: "0.004", microcents: 400_000 });

  const spent = await run("--max-cost", "1");
  expect(spent.exitCode).toBe(7);
  expect(spent.stdout).toBe("");
  expect(JSON.parse(spent.stderr.trim().split("\n").at(-1)!).error).toMatchObject({
    code: "payment_required",
    http_status: 402,
    message: "this run costs 0.008 USD, which the credit does not cover (HTTP 402); the balance is 0.004 USD",
    hint: "the credit of a local server is what it is started with: belt dev --balance '<usd>'".replaceAll(
      "'",
      "",
    ),
  });

  const today = new Date().toISOString().slice(0, 10);
  const usage = JSON.parse((await belt("usage", "--range", "1d")).stdout);
  expect(usage).toMatchObject({
    total_usd: "0.016",
    apps: [{ app: APP, calls: 2, usd: "0.016" }],
    days: [{ date: today, usd: "0.016" }],
  });
  expect(Date.parse(usage.to) - Date.parse(usage.from)).toBe(24 * 3_600_000);
});

describe("an estimate", () => {
  const estimates = async (price: string, input: object, more: object = {}) => {
    const server = await startServer({ appDirs: [appWith(price)] });
    const answer = await server.call("POST", `/store/apps/${encodeURIComponent(APP)}/estimate`, {
      input,
      ...more,
    });
    return answer.body;
  };

  test.each([
    ["of a fixed price", "belt: {price: {run: 0.003}}", {}, { confidence: "exact", microcents: 300_000 }],
    ["of what is given", PRICE, { steps: 4 }, { confidence: "exact", microcents: 700_000 }],
    ["of a default", "belt: {price: {per: {size: 1}}}", {}, { confidence: "exact", microcents: 200_000_000 }],
    [
      "of what is left open, within its bounds",
      PRICE,
      {},
      { confidence: "range", min: 400_000, max: 2_300_000, depends_on: ["steps"] },
    ],
    [
      "of what has no bound",
      "belt: {price: {per: {open: 1}}}",
      {},
      { confidence: "unknown", depends_on: ["open"] },
    ],
    ["of what is no number", PRICE, { steps: "many" }, { confidence: "unknown", depends_on: ["steps"] }],
    ["of an app without a price", "category: other", {}, { confidence: "unknown", depends_on: [] }],
    ["of a price of nothing", "belt: {price: {run: 0}}", {}, { confidence: "exact", microcents: 0 }],
  ])("%s", async (_what, price, input, told) => {
    const body = await estimates(price, input);
    expect(body).toMatchObject(told);
    if (told.confidence === "unknown") expect(body).not.toHaveProperty("microcents");
  });

  test("of an unknown app is 404, without an input 400", async () => {
    const server = await startServer();
    const path = (app: string) => `/v1/store/apps/${encodeURIComponent(app)}/estimate`;
    expect((await server.call("POST", path("no/such"), { input: {} })).status).toBe(404);
    expect((await server.call("POST", path("test/probe"), {})).status).toBe(400);
    expect((await server.call("POST", path("infsh/flux"), { input: {} })).body).toMatchObject({
      confidence: "exact",
      microcents: 0,
    });
  });
});

test.each([
  ["belt: {price: {run: cheap}}", "belt.price.run must be an amount in USD"],
  ["belt: {price: {run: -1}}", "belt.price.run must be an amount in USD"],
  ["belt: {price: 3}", "belt.price must be written like"],
  ["belt: {price: {per: {steps: x}}}", "belt.price.per.steps must be an amount in USD"],
  ["belt: {price: {each: 1}}", "belt.price has each"],
])("a price such as %s is told", async (price, problem) => {
  const server = await startServer({ appDirs: [appWith(price)] });
  const { status, body } = await server.call("POST", "/run", { app: APP, input: {} });
  expect(status).toBe(422);
  expect(body.detail).toContain(problem);
});

test("what fails, or is cancelled, costs nothing; what runs is taken at once", async () => {
  const server = await startServer({ appDirs: [appWith("belt: {price: {run: 1}}")], balance: 150_000_000 });
  const balance = async () => (await server.call("GET", "/billing/balance")).body;
  const failed = await server.submit({ app: APP, input: { fail: true } });
  expect(await balance()).toEqual({ balance: 50_000_000 });
  const refused = await server.call("POST", "/run", { app: APP, input: {}, session: "new" });
  expect(refused).toMatchObject({ status: 402, body: { code: "payment_required" } });
  expect((await server.call("GET", "/sessions")).body).toEqual([]);
  await server.finished(failed.id);
  expect(await balance()).toEqual({ balance: 150_000_000 });
  expect((await server.call("GET", "/usage/breakdown")).body).toMatchObject({ total_cost: 0, per_model: [] });
});

test("usage comes from the records, in steps that fit the time asked for", async () => {
  let now = Date.parse("2026-05-28T10:20:30Z");
  const clock = { now: () => now, after: () => () => {} };
  const server = await startServer({ appDirs: [appWith("belt: {price: {run: 0.5}}")], clock });
  await server.run({ app: APP, input: {} });
  now += 3 * 3_600_000;
  await server.run({ app: APP, input: {} });
  await server.run({ app: "infsh/echo", input: { text: "hi" } });
  const usage = async (range: string) => (await server.call("GET", `/usage/breakdown?range=${range}`)).body;
  expect(await usage("1h")).toMatchObject({
    total_cost: 50_000_000,
    timeseries: [{ date: "2026-05-28T13:20:00.000Z", per_app: { [APP]: 50_000_000, "infsh/echo": 0 } }],
    period_start: "2026-05-28T12:20:30.000Z",
  });
  expect((await usage("1d")).timeseries.map(({ date }: { date: string }) => date)).toEqual([
    "2026-05-28T10:00:00.000Z",
    "2026-05-28T13:00:00.000Z",
  ]);
  expect(await usage("7d")).toMatchObject({
    total_cost: 100_000_000,
    timeseries: [{ date: "2026-05-28" }],
    per_model: [
      { app_endpoint: APP, call_count: 2, cost: 100_000_000 },
      { app_endpoint: "infsh/echo", call_count: 1, cost: 0 },
    ],
  });
  expect((await server.call("GET", "/usage/breakdown?range=2d")).status).toBe(400);
});

test("runs submitted at the same time never take more than there is", async () => {
  const server = await startServer({ appDirs: [appWith(PRICE)], balance: 1_000_000 });
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => server.call("POST", "/apps/run", { app: APP, input: { steps: 1 } })),
  );
  // 0.004 USD each, of 0.01 USD.
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 402, 402, 402, 402, 402, 402]);
});
