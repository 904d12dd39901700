import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { belt, until } from "../support/belt.ts";
import { FAULT_NAMES, FAULTS } from "../support/faults.ts";
import { randomFrom } from "../support/random.ts";
import { lastError, scene } from "../support/scene.ts";
import { json, ndjson, type ScriptedApi, type Step, silence } from "../support/scripted-api.ts";
import { api, home, setStage } from "../support/stage.ts";

const PLACEHOLDER = "https://example.invalid/file";
const ESTIMATE = "POST /store/apps/app%3A1%2Fx/estimate";
const RUN = ["run", "infsh/paint", "--input", "image=@cat.png"];

/** An app that takes a file, with a price that each test sets. */
function withApp(api: ScriptedApi, estimate: Step): void {
  api
    .offer("GET /apps/infsh/paint", api.ok({ id: "app:1/x", namespace: "infsh", name: "paint" }))
    .offer(ESTIMATE, estimate)
    .offer("POST /files", api.ok([{ upload_url: `${api.url}/put`, uri: "https://cdn.test/cat.png" }]))
    .offer("PUT /put", api.ok(null))
    .offer("POST /run", api.ok(api.task("queued")))
    .offer("GET /tasks/task_1", api.ok(api.task("completed", { output: "a cat" })))
    .offer("GET /tasks/task_1/stream", ndjson([api.task("completed", { output: "a cat" })]));
}

describe("random estimates and caps", () => {
  setStage({ words: true }, () => {
    writeFileSync(join(home.dir, "cat.png"), "not really a picture");
  });

  test("nothing is submitted that could pass its cap, nothing is uploaded when refused", async () => {
    const random = randomFrom(2026);
    const seen = { submitted: 0, refused: 0 };
    for (let round = 0; round < 120; round++) {
      const { step, bound, told } = randomEstimate(api, random);
      const cap = random(60);
      const allows = random(4) === 0;
      const byVariable = random(2) === 0;
      withApp(api, step);
      api.requests.length = 0;
      const amount = `0.${String(cap).padStart(8, "0")}`;
      const argv = [...RUN, "--json", ...(byVariable ? [] : ["--max-cost", amount])];
      const env = { INFSH_API_KEY: "k", BELT_API_URL: api.url, ...(byVariable && { BELT_MAX_COST: amount }) };
      const all = allows ? [...argv, "--allow-unknown-cost"] : argv;
      const { code, stderr } = await belt(all, {
        home,
        env,
        policy: { estimate: told === "hang" ? 150 : 10_000 },
      });

      const may = bound === null ? allows : bound <= cap;
      const about = `round ${round}: ${told}, cap ${cap}, unknown ${allows}`;
      expect({ about, code, stderr }).toMatchObject({ about, code: may ? 0 : 7 });
      expect({ about, submitted: api.count("POST /run") }).toEqual({ about, submitted: may ? 1 : 0 });
      expect({ about, uploaded: api.count("POST /files") + api.count("PUT /put") }).toEqual({
        about,
        uploaded: may ? 2 : 0,
      });
      expect(api.count(ESTIMATE)).toBe(1);
      expect(api.requests.find(({ url }) => url.includes("estimate"))?.body).toEqual({
        input: { image: PLACEHOLDER },
      });
      if (may)
        expect(api.requests.find(({ url }) => url.startsWith("/run"))?.body).toMatchObject({
          input: { image: "https://cdn.test/cat.png" },
        });
      else expect(lastError(stderr)).toMatchObject({ code: "over_budget" });
      seen[may ? "submitted" : "refused"]++;
    }
    expect(Math.min(seen.submitted, seen.refused)).toBeGreaterThan(30);
  }, 60_000);
});

interface RandomEstimate {
  step: Step;
  /** The most that the run may cost, in microcents; null when nobody can know. */
  bound: number | null;
  told: string;
}

function randomEstimate(api: ScriptedApi, random: (limit: number) => number): RandomEstimate {
  const [low, more] = [random(50), random(30)];
  const say = (answer: object, bound: number | null) => ({
    step: api.ok(answer),
    bound,
    told: JSON.stringify(answer),
  });
  switch (random(8)) {
    case 0:
    case 1:
      return say({ confidence: "exact", microcents: low }, low);
    case 2:
      return say({ confidence: "range", min: low, max: low + more }, low + more);
    case 3:
      return say({ confidence: "range", max: more }, more);
    case 4:
      return say({ confidence: "unknown", depends_on: ["output"], microcents: 0 }, null);
    case 5:
      return say({ confidence: "exact" }, null);
    case 6:
      return say({ confidence: "range", min: low }, null);
    default: {
      const fault = FAULT_NAMES[random(FAULT_NAMES.length)]!;
      return { step: FAULTS[fault], bound: null, told: fault };
    }
  }
}

describe.concurrent("what is said of the cost", () => {
  const TEXT = ["run", "infsh/paint", "--input", "prompt=fog"];
  const exact = json(200, { data: { confidence: "exact", microcents: 12_000_000 } });
  test(
    "a refusal names both numbers and what allows it",
    scene(async ({ api, belt }) => {
      withApp(api, exact);
      const { code, stderr } = await belt(...TEXT, "--max-cost", "0.10");
      expect({ code, stderr }).toEqual({
        code: 7,
        stderr:
          "error: infsh/paint may cost 0.12 USD, more than the cap of 0.10 USD (--max-cost) allows; nothing was uploaded or submitted\n" +
          "hint: --max-cost 0.12 allows it\n",
      });
    }),
  );

  test(
    "what is not known says why, and is never 0",
    scene(async ({ api, belt }) => {
      withApp(api, api.ok({ confidence: "unknown", estimate_error: "no such variable: seconds" }));
      const { code, stderr } = await belt(...TEXT, "--max-cost", "5");
      expect(code).toBe(7);
      expect(stderr).toContain("what infsh/paint costs is not known (no such variable: seconds)");
      expect(stderr).toContain("cap of 5.00 USD");
      expect(stderr).toContain("hint: --allow-unknown-cost");
      expect(stderr).not.toContain("0.00");
    }),
  );

  test(
    "the closing line tells the estimate, where one was asked",
    scene(async ({ api, belt }) => {
      withApp(api, exact);
      expect((await belt(...TEXT, "--max-cost", "1")).stderr).toMatch(
        /completed in \w+, estimated at 0\.12 USD/,
      );
      api.requests.length = 0;
      expect((await belt(...TEXT)).stderr).not.toMatch(/USD|cost/);
      expect(api.count(ESTIMATE)).toBe(0);
    }),
  );

  test(
    "a key that is refused is exit 4, not an unknown cost",
    scene(async ({ api, belt }) => {
      withApp(api, api.error(401, "unauthorized", "bad key"));
      expect((await belt(...TEXT, "--max-cost", "1")).code).toBe(4);
    }),
  );

  test(
    "an estimate that does not come can be left, and is bounded by --timeout",
    scene(
      async ({ api, belt }) => {
        withApp(api, silence);
        const running = belt(...TEXT, "--max-cost", "1");
        await until(() => api.count(ESTIMATE) === 1);
        running.signal("SIGINT");
        expect((await running).code).toBe(130);
        expect((await belt(...TEXT, "--max-cost", "1", "--timeout", "300ms")).code).toBe(6);
        expect(api.count("POST /run")).toBe(0);
      },
      { policy: { estimate: 60_000 } },
    ),
  );

  test(
    "--dry-run tells the estimate, and ends as the run would",
    scene(async ({ api, belt }) => {
      withApp(api, exact);
      const dry = await belt(...TEXT, "--dry-run", "--json");
      expect(dry.code).toBe(0);
      expect(JSON.parse(dry.stdout).estimate).toEqual({
        confidence: "exact",
        min_usd: "0.12",
        max_usd: "0.12",
        depends_on: [],
        description: null,
      });
      const refused = await belt(...TEXT, "--dry-run", "--json", "--max-cost", "0.11");
      expect(refused.code).toBe(7);
      expect(JSON.parse(refused.stdout)).toEqual(JSON.parse(dry.stdout));
      expect(api.count("POST /run")).toBe(0);
    }),
  );

  test(
    "--dry-run without a route for estimates: not known",
    scene(async ({ api, belt }) => {
      withApp(api, api.error(404, "not_found", "no such route"));
      const { code, stdout } = await belt(...TEXT, "--dry-run", "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout).estimate).toMatchObject({ confidence: "unknown", max_usd: null });
    }),
  );

  test(
    "--dry-run without a key asks nothing",
    scene(
      async ({ api, belt }) => {
        const { code, stdout } = await belt(...TEXT, "--dry-run", "--json");
        expect(code).toBe(0);
        expect(JSON.parse(stdout).estimate).toBeNull();
        expect(api.requests).toEqual([]);
      },
      { env: { INFSH_API_KEY: "" } },
    ),
  );

  test.each(["abc", "-1", "1e3", "$2"])("a cap of %s is exit 2, whoever names it", (cap) =>
    scene(
      async ({ api, belt }) => {
        for (const argv of [
          [...TEXT],
          [...TEXT, "--dry-run"],
          ["session", "exec", "infsh/paint", "--", "true"],
          ["api", "POST", "/run"],
        ]) {
          const { code, stderr } = await belt(...argv);
          expect({ argv, code }).toEqual({ argv, code: 2 });
          expect(stderr).toContain(`BELT_MAX_COST: "${cap}" is not an amount`);
        }
        expect((await belt(...TEXT, `--max-cost=${cap}`)).code).toBe(2);
        expect(api.requests).toEqual([]);
      },
      { env: { BELT_MAX_COST: cap } },
    )(),
  );

  test(
    "a 402 tells the balance, and where credit is added",
    scene(async ({ api, belt }) => {
      withApp(api, exact);
      api
        .on("POST /run", api.error(402, "payment_required", "insufficient balance"))
        .on("GET /billing/balance", api.ok({ balance: 250_000_000 }));
      const { code, stderr } = await belt(...TEXT);
      expect(code).toBe(7);
      expect(stderr).toContain("insufficient balance (HTTP 402); the balance is 2.50 USD");
      expect(stderr).toMatch(/hint: add credit at https:\S+; belt balance /);
    }),
  );

  test(
    "a 402 stays one where the balance cannot be had",
    scene(async ({ api, belt }) => {
      withApp(api, exact);
      api
        .on("POST /files", api.error(402, "payment_required", "insufficient balance"))
        .on("GET /billing/balance", api.error(403, "forbidden", "needs billing:read"));
      const { code, stderr } = await belt("api", "POST", "/files");
      expect(code).toBe(7);
      expect(stderr).toContain("error: insufficient balance (HTTP 402)\nhint: add credit");
    }),
  );
});

describe.concurrent("runs whose cost cannot be asked", () => {
  const env = { BELT_MAX_COST: "1.5" };

  test.each([
    "/run",
    "/run/",
    "/v1/run",
    "/apps/run",
    "/v1/apps/run?wait=false",
    "/run?a=/tasks",
    "/tasks/../run",
    "/%72un",
    "/apps%2Frun",
    "/agents/run",
    "/RUN",
  ])("POST %s is refused under a cap, unless that is allowed", (path) =>
    scene(
      async ({ api, belt }) => {
        const { code, stderr } = await belt("api", "post", path, "--input", "app=a/b");
        expect({ code, requests: api.requests.length }).toEqual({ code: 7, requests: 0 });
        expect(stderr).toContain("cap of 1.50 USD (BELT_MAX_COST)");
        api.on(`POST ${new URL(path, api.url).pathname}`, api.ok({ id: "task_1" }));
        const allowed = await belt("api", "post", path, "--allow-unknown-cost");
        expect({ code: allowed.code, requests: api.requests.length }).toEqual({ code: 0, requests: 1 });
      },
      { env },
    )(),
  );

  test(
    "what starts no run is not",
    scene(
      async ({ api, belt }) => {
        api.on("POST /tasks/list", api.ok({ items: [] })).on("GET /run", api.ok({}));
        expect((await belt("api", "POST", "/tasks/list")).code).toBe(0);
        expect((await belt("api", "GET", "/run")).code).toBe(0);
      },
      { env },
    ),
  );

  test(
    "the first call of `session exec` is a run",
    scene(
      async ({ api, belt }) => {
        withApp(api, api.ok({ confidence: "exact", microcents: 150_000_001 }));
        const { code, stderr } = await belt("session", "exec", "infsh/paint", "--", "true");
        expect(code).toBe(7);
        expect(stderr).toContain("may cost 1.50000001 USD, more than the cap of 1.50 USD");
        expect(api.count("POST /run")).toBe(0);
      },
      { env },
    ),
  );
});

describe.concurrent("belt balance and belt usage", () => {
  test(
    "the balance, in a sentence, bare, and as a document",
    scene(async ({ api, belt }) => {
      api.on("GET /billing/balance", api.ok({ balance: 250_000_000 }));
      expect((await belt("balance")).stdout).toBe("the balance is 2.50 USD\n");
      expect((await belt("balance", "-q")).stdout).toBe("2.50\n");
      expect((await belt("balance", "--json")).stdout).toBe(
        '{"balance_usd":"2.50","microcents":250000000}\n',
      );
    }),
  );

  test(
    "a balance that cannot be read is an error, not 0",
    scene(async ({ api, belt }) => {
      api.on("GET /billing/balance", api.ok({ balance: null }));
      expect(await belt("balance")).toMatchObject({ code: 1, stdout: "" });
    }),
  );

  test(
    "the usage of the range that is asked for",
    scene(async ({ api, belt }) => {
      api.on(
        "GET /usage/breakdown",
        api.ok({
          timeseries: [{ date: "2026-05-28", per_app: { "infsh/\u001b[2Jflux": 250_000_000 } }],
          per_model: [{ app_endpoint: "infsh/\u001b[2Jflux", call_count: 42, cost: 250_000_000 }],
          total_cost: 250_000_000,
          period_start: "2026-05-28T00:00:00Z",
          period_end: "2026-05-29T00:00:00Z",
        }),
      );
      expect((await belt("usage")).stdout.split("\n")).toEqual([
        "spent 2.50 USD since 2026-05-28T00:00:00Z",
        "",
        "APP         CALLS   USD",
        "infsh/flux     42  2.50",
        "",
        "DAY          USD",
        "2026-05-28  2.50",
        "",
      ]);
      expect((await belt("usage", "--range", "30d", "-q")).stdout).toBe("2.50\n");
      expect(api.requests.map(({ url }) => url)).toEqual([
        "/usage/breakdown?range=7d",
        "/usage/breakdown?range=30d",
      ]);
      expect((await belt("usage", "--range", "2d")).code).toBe(2);
    }),
  );
});
