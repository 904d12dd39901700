import { describe, expect, it } from "vitest";
import { batchScene } from "../support/batch-scene.ts";
import { type ServedTask, shortId, type TaskServerOptions } from "../support/task-server.ts";

const LONG = ({ id }: ServedTask) => ({ id });
const SHORT = ({ id }: ServedTask) => ({ id: shortId(id) });
const BOTH = ({ id }: ServedTask) => ({ id, short_id: shortId(id) });
const ONLY_SHORT = ({ id }: ServedTask) => ({ id: undefined, short_id: shortId(id) });

/** How an API names tasks in its answers to submits, in lists, and when it is asked for one. */
const NAMES: Record<string, Record<string, (task: ServedTask) => object>> = {
  "one id": { submit: LONG, list: LONG, task: LONG },
  "both everywhere": { submit: BOTH, list: BOTH, task: BOTH },
  "a short one alone": { submit: ONLY_SHORT, list: ONLY_SHORT, task: ONLY_SHORT },
  "a short one at the submit": { submit: SHORT, list: BOTH, task: BOTH },
  "only a short_id at the submit": { submit: ONLY_SHORT, list: BOTH, task: BOTH },
  "a short one in lists": { submit: LONG, list: SHORT, task: BOTH },
  "only a short_id in lists": { submit: BOTH, list: ONLY_SHORT, task: BOTH },
};

function naming(names: string): TaskServerOptions {
  return { fields: (task, where) => ({ ...NAMES[names]![where]!(task) }) };
}

describe.concurrent("a lost submit, where the API names tasks by", () => {
  it.each(Object.keys(NAMES))("%s, is adopted when it is there alone", async (names) => {
    await batchScene(
      async (scene) => {
        scene.rows(4);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl")]);
        expect({ code, stderr }).toMatchObject({
          code: 0,
          stderr: expect.stringContaining("row 2: its submit got"),
        });
        expect(scene.results().map(({ status, output }) => [status, output])).toEqual(
          expect.arrayContaining([1, 2, 3, 4].map((n) => ["completed", { of: { n } }])),
        );
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect(scene.server.submits).toBe(4);
      },
      { ...naming(names), drops: ({ n }) => n === 2 },
    )();
  });

  it.each(Object.keys(NAMES))("%s, is not the task of another row that is equal to it", async (names) => {
    await batchScene(
      async (scene) => {
        scene.write("rows.jsonl", '{"n":1}\n{"n":1}\n');
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "-j", "1"]);
        expect({ code, stderr }).toMatchObject({
          code: 11,
          stderr: expect.stringContaining("1 done, 1 in doubt"),
        });
        // The same once more, as after a kill -9 before either line was written.
        scene.write("rows.results.ndjson", "");
        expect((await scene.belt([scene.path("rows.jsonl")])).stderr).toContain("1 done, 1 in doubt");
        expect(scene.server.submits).toBe(2);
      },
      { ...naming(names), drops: (_input, { submits, tasks }) => submits === 2 && tasks.pop() !== undefined },
    )();
  });
});

it("--timeout bounds the look for lost submits, too", async () => {
  await batchScene(
    async (scene) => {
      scene.rows(2);
      const begun = Date.now();
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--timeout", "2s"]);
      expect(Date.now() - begun).toBeLessThan(10_000);
      expect({ code, stderr }).toMatchObject({
        code: 11,
        stderr: expect.stringMatching(/out of time(.|\n)*2 rows: 1 done, 1 in doubt/),
      });
    },
    { drops: ({ n }) => n === 2, waits: (path) => (path === "/tasks/list" ? new Promise(() => {}) : null) },
  )();
});

it("Ctrl-C while lost submits are looked for leaves with the report", async () => {
  let leave = () => {};
  await batchScene(
    async (scene) => {
      scene.rows(2);
      const running = scene.belt([scene.path("rows.jsonl")]);
      leave = () => running.signal("SIGINT");
      expect(await running).toMatchObject({
        code: 130,
        stderr: expect.stringContaining("2 rows: 1 done, 1 in doubt"),
      });
      expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
      expect(scene.server.submits).toBe(2);
    },
    {
      drops: ({ n }) => n === 2,
      waits: async (path) => {
        if (path !== "/tasks/list") return;
        leave();
        leave = () => {};
      },
    },
  )();
});
