import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { batchScene } from "../support/batch-scene.ts";
import { belt } from "../support/belt.ts";

describe.concurrent("leaving", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s cancels what runs; the same command runs it anew", async (signal, exit) => {
    let slow = true;
    await batchScene(
      async (scene) => {
        scene.rows(12);
        const running = scene.belt([scene.path("rows.jsonl")]);
        while (scene.server.unfinished < 4) await new Promise((resolve) => setTimeout(resolve, 5));
        running.signal(signal);
        const { code, stderr } = await running;
        expect({ code, stderr }).toMatchObject({ code: exit, stderr: expect.stringContaining("12 not run") });
        expect(scene.server.cancels).toBe(scene.server.submits);
        slow = false;
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect(scene.results()).toHaveLength(12);
        expect(scene.server.tasks.filter(({ status }) => status === "completed")).toHaveLength(12);
      },
      { takes: () => (slow ? 60_000 : 1) },
    )();
  });

  it(
    "with --on-interrupt detach leaves what runs; the same command follows it",
    batchScene(
      async (scene) => {
        scene.rows(6);
        const running = scene.belt([scene.path("rows.jsonl"), "--on-interrupt", "detach"]);
        while (scene.server.unfinished < 4) await new Promise((resolve) => setTimeout(resolve, 5));
        running.signal("SIGINT");
        expect(await running).toMatchObject({ code: 130, stderr: expect.stringContaining("4 running") });
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect({ submits: scene.server.submits, cancels: scene.server.cancels }).toEqual({
          submits: 6,
          cancels: 0,
        });
      },
      { takes: () => 1_500 },
    ),
  );

  it(
    "--timeout leaves what runs, exit 8; the same command follows it",
    batchScene(
      async (scene) => {
        scene.rows(6);
        const none = await scene.belt([scene.path("rows.jsonl"), "--timeout", "1ms"]);
        expect(none).toMatchObject({ code: 8, stderr: expect.stringContaining("6 not run") });
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--timeout", "2500ms"]);
        expect({ code, stderr }).toMatchObject({ code: 8, stderr: expect.stringContaining("4 running") });
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect(scene.server.submits).toBe(6);
      },
      { takes: () => 4_500 },
    ),
  );

  it(
    "--timeout with rows in doubt ends as they do, exit 11",
    batchScene(
      async (scene) => {
        scene.write("rows.jsonl", '{"same":1}\n{"same":1}\n{"n":1}\n');
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--timeout", "2500ms"]);
        expect({ code, stderr }).toMatchObject({
          code: 11,
          stderr: expect.stringMatching(
            /out of time.*1 running.*2 in doubt|out of time.*2 in doubt.*1 running/,
          ),
        });
      },
      { drops: ({ same }) => same === 1, takes: () => Number.POSITIVE_INFINITY },
    ),
  );

  it(
    "runs of a batch are in the journal, and are not @last",
    batchScene(async (scene) => {
      scene.rows(2);
      await scene.belt([scene.path("rows.jsonl")]);
      const journal = readFileSync(scene.path("state/journal.ndjson"), "utf8").trim().split("\n");
      expect(journal.map((line) => JSON.parse(line).by)).toEqual(["batch", "batch"]);
      const { code, stderr } = await belt(["task", "get", "@last"], scene);
      expect(code).toBe(2);
      expect(stderr).toContain("submitted no task yet, but for those of batches and agents\n");
      expect(stderr).toContain("hint: belt task list --journal");
    }),
  );

  it("the hint that goes on shows no secret that was typed", async () => {
    const properties = { prompt: { type: "string" }, pin: { type: "string", format: "password" } };
    const schema = { type: "object", properties: { ...properties, x_token: { type: "string" } } };
    const app = () => ({ id: "app_1", version: { id: "v1", input_schema: schema } });
    await batchScene(
      async (scene) => {
        scene.write("rows.jsonl", '{"prompt":"fog"}\n');
        const typed = ["-i", "pin=CANARY-1", "-i", "x_token=CANARY-2", "--vary", "pin=CANARY-3,CANARY-4"];
        const { stderr } = await scene.belt([scene.path("rows.jsonl"), ...typed]);
        expect(stderr).toMatch(/hint: .*--input pin="…" --input x_token="…" --vary pin="…"/);
        expect(stderr).not.toContain("CANARY");
      },
      { app, fails: () => "no paint" },
    )();
  });

  it.each(["--session", "--webhook"])("%s is refused with a reason", async (flag) => {
    await batchScene(async (scene) => {
      scene.rows(1);
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), flag, "x"]);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("does not go with batch"),
      });
    })();
  });
});
