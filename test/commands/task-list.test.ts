import { describe, expect, it } from "vitest";
import { STATUS_WORDS } from "../../src/wire/status.ts";
import { belt } from "../support/belt.ts";
import { json, type Request, type Step } from "../support/scripted-api.ts";
import { api, home, setStage, task } from "../support/stage.ts";

setStage({ words: true });

describe("task list", () => {
  it("reads page by page up to the limit", async () => {
    const page = (from: number, next: string | null) =>
      api.ok({
        items: [0, 1].map((n) => ({ id: `t${from + n}`, status: "completed" })),
        next_cursor: next,
        has_next: next !== null,
      });
    api.offer("POST /tasks/list", page(0, "c1"), page(2, "c2"), page(4, null));
    const { stdout } = await task(["list", "--limit", "3", "-q"]);
    expect(stdout).toBe("t0\nt1\nt2\n");
    expect(api.requests.map(({ body }) => body)).toEqual([{ limit: 3 }, { limit: 1, cursor: "c1" }]);
  });

  describe("--status and --app", () => {
    /** Pages of ten tasks whose every tenth failed, all of them of two apps in turn. */
    const pages = (count: number, bodies: unknown[]): Step[] =>
      Array.from({ length: count }, (_, page) => ({ body }, response) => {
        bodies.push(body);
        const items = Array.from({ length: 10 }, (_, at) =>
          api.task(at === 9 ? "failed" : "completed", {
            id: `t${page}${at}`,
            app: `a/${page % 2 ? "odd@1" : "even"}`,
          }),
        );
        json(200, { data: { items, next_cursor: `c${page}`, has_next: true } })({} as Request, response);
      });

    it("come before the limit", async () => {
      const bodies: unknown[] = [];
      api.offer("POST /tasks/list", ...pages(10, bodies));
      const failed = await task(["list", "--status", "failed", "-L", "3", "-q"]);
      expect(failed).toEqual({ code: 0, stdout: "t09\nt19\nt29\n", stderr: "" });
      expect(bodies).toHaveLength(3);
      expect(bodies[2]).toMatchObject({ cursor: "c1" });
    });

    it.each([
      ["a/odd", 2],
      ["odd", 2],
      ["a/odd@1", 2],
      ["a/odd@2", 0],
      ["a/od", 0],
      ["b/odd", 0],
    ])("--app %s", async (app, count) => {
      api.offer("POST /tasks/list", ...pages(10, []));
      const { stdout } = await task(["list", "--app", app, "--status", "failed", "-L", "2", "--json"]);
      const found = JSON.parse(stdout);
      expect(found).toHaveLength(count);
      for (const { status, app } of found) expect([status, app]).toEqual(["failed", "a/odd@1"]);
    });

    it("--status active is every state in which a task has not ended", async () => {
      const items = STATUS_WORDS.map((word) => api.task(word, { id: word }));
      api.on("POST /tasks/list", api.ok({ items, has_next: false }));
      const { stdout } = await task(["list", "--status", "active", "-q"]);
      const ended = ["completed", "failed", "cancelled"];
      expect(stdout.trim().split("\n")).toEqual(STATUS_WORDS.filter((word) => !ended.includes(word)));
    });

    it("look through ten pages and no more, and say so", async () => {
      const bodies: unknown[] = [];
      api.offer("POST /tasks/list", ...pages(12, bodies));
      const { code, stderr } = await task(["list", "--status", "queued"]);
      expect([code, bodies.length]).toEqual([0, 10]);
      expect(stderr).toBe("looked through the newest 100 tasks; older ones were not asked for\n");
    });

    it("refuse a word that is no status, and --status what the journal does not know", async () => {
      expect((await task(["list", "--status", "done"])).code).toBe(2);
      const { code, stderr } = await task(["list", "--status", "failed", "--journal"]);
      expect([code, stderr]).toEqual([2, expect.stringContaining("--status does not go with --journal")]);
      expect(api.requests).toEqual([]);
    });
  });

  it("shows the first words of the input, and a column for them only where there are any", async () => {
    const inputs = [
      { image: "https://x.example/a.png", prompt: "a lighthouse\nat dusk", seed: 7 },
      { by: 5, image: "data:image/png;base64,AAAA" },
      {},
      null,
    ];
    const items = inputs.map((input, at) => api.task("completed", { id: `t${at}`, app: "a/b", input }));
    api.on("POST /tasks/list", api.ok({ items }));
    const lines = (await task(["list"])).stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/CREATED {2}INPUT$/);
    expect(lines[1]).toMatch(/ a lighthouse at dusk$/);
    expect(lines[2]).toMatch(/ by=5 image=data:image\/png;base64,…$/);
    api.on("POST /tasks/list", api.ok({ items: items.slice(2) }));
    expect((await task(["list"])).stdout).not.toContain("INPUT");
  });

  it("prints an empty array when there is none", async () => {
    api.on("POST /tasks/list", api.ok({ items: null, has_next: false }));
    expect((await task(["list", "--json"])).stdout).toBe("[]\n");
  });

  it("--journal shows what this machine submitted, without asking anyone", async () => {
    api.on("POST /run", api.ok({ id: "first", status: 1 }), api.ok({ id: "second", status: 1 }));
    const run = () =>
      belt(["run", "infsh/flux", "--no-wait"], { home, env: { INFSH_API_KEY: "k", BELT_API_URL: api.url } });
    await run();
    await run();
    const asked = api.requests.length;
    expect((await task(["list", "--journal", "-q"])).stdout).toBe("second\nfirst\n");
    expect((await task(["list", "--journal", "--field", "app"])).stdout).toBe("infsh/flux\ninfsh/flux\n");
    expect(api.requests).toHaveLength(asked);
  });
});
