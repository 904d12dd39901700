import { describe, expect, it } from "vitest";
import { type BatchScene, batchScene } from "../support/batch-scene.ts";
import { changingApp, NAMINGS, type Naming, SHORT } from "../support/changing-app.ts";
import type { ServedTask, TaskServer } from "../support/task-server.ts";

/** Version 2 comes with the third task. */
const third = (n: number) => (n < 3 ? 1 : 2);

const ran = ({ server }: BatchScene) => server.tasks.map(({ input }) => input["n"]);

/** What the app is said to be each time that it is asked for. */
function toldInTurn(naming: Naming, ...versions: number[]) {
  let asked = 0;
  return () => ({ id: "app_1", version: naming.app(versions[asked++] ?? versions.at(-1)!) });
}

/** Tells version 1 for the first such task, and version 2 for all others, once they have ended. */
function firstOf(isSuch: (task: ServedTask) => boolean) {
  let first: string | null = null;
  return (task: ServedTask) => {
    if (task.status === "running") return {};
    if (isSuch(task)) first ??= task.id;
    return SHORT.task(task.id === first ? 1 : 2, task);
  };
}

/** The first so many tasks end once all of them are there. */
function endingTogether(count: number) {
  return (_input: unknown, server: TaskServer) => {
    if (server.tasks.length === count) setTimeout(() => server.end(), 5);
    return server.tasks.length < count ? Number.POSITIVE_INFINITY : 5;
  };
}

describe.concurrent("a version that comes while a batch runs", () => {
  it.each(Object.keys(NAMINGS))(
    "is noticed, and nothing that ran in it is paid again: %s",
    async (naming) => {
      await batchScene(
        async (scene) => {
          scene.rows(5);
          const args = [scene.path("rows.jsonl"), "-j", "1"];
          const first = await scene.belt(args);
          expect(first).toMatchObject({ code: 9 });
          expect(first.stderr).toMatch(
            /new version: the batch began in v1, and now runs in v2; no more rows/,
          );
          expect(first.stderr).toContain("a/b@v1 keeps");
          expect(first.stderr).toContain("goes on");
          expect(ran(scene)).toEqual([1, 2, 3]);
          const dry = await scene.belt([...args, "--dry-run", "--json"]);
          expect(JSON.parse(dry.stdout)).toMatchObject({ to_run: 4, done: 1 });
          const second = await scene.belt(args);
          expect(second).toMatchObject({ code: 0 });
          expect(second.stderr).toMatch(/2 rows that are done in version v1 will be run again/);
          expect(ran(scene)).toEqual([1, 2, 3, 1, 2, 4, 5]);
          expect(scene.results()).toHaveLength(7);
          expect((await scene.belt(args)).code).toBe(0);
          expect(scene.server.submits).toBe(7);
        },
        changingApp(third, NAMINGS[naming]),
      )();
    },
  );

  it(
    "has each row that ran in it under its own key, equal ones and failed ones too",
    batchScene(
      async (scene) => {
        scene.write("rows.jsonl", '{"n":1}\n{"n":1}\n{"n":2}\n');
        const args = [scene.path("rows.jsonl"), "-j", "3"];
        expect((await scene.belt(args)).code).toBe(9);
        const before = scene.server.submits;
        expect((await scene.belt([...args, "--dry-run", "--json"])).stdout).toContain('"failed":1');
        await scene.belt(args);
        expect(scene.server.submits).toBe(before + 1);
        // Of the two equal rows either may have been first.
        const standing = scene.results().map(({ row, status }) => `${row === 3 ? "n 2" : "n 1"} ${status}`);
        expect(standing.toSorted()).toEqual([
          "n 1 completed",
          "n 1 completed",
          "n 1 completed",
          "n 2 failed",
        ]);
      },
      {
        ...changingApp((n) => (n < 2 ? 1 : 2)),
        fields: firstOf((task) => task.input["n"] === 1),
        takes: endingTogether(3),
        fails: ({ n }) => (n === 2 ? "no" : null),
      },
    ),
  );

  it(
    "and has run the row already keeps both of its results",
    batchScene(
      async (scene) => {
        scene.rows(1);
        const run = () => scene.belt([scene.path("rows.jsonl")]);
        expect((await run()).code).toBe(0);
        // The first version is told again, and the second runs.
        expect(await run()).toMatchObject({
          code: 0,
          stderr: expect.stringMatching(/warning: .* has a new version.*\n.*1 row: 1 done/),
        });
        expect(new Set(scene.results().map(({ key }) => key)).size).toBe(2);
        expect((await run()).code).toBe(0);
        expect(scene.server.submits).toBe(2);
      },
      { ...changingApp(() => 2), app: toldInTurn(SHORT, 2, 1, 2) },
    ),
  );

  it(
    "cannot come for an app that is named with its version",
    batchScene(async (scene) => {
      scene.rows(3);
      const { code, stderr } = await scene.command(["batch", "a/b@v1", scene.path("rows.jsonl"), "-j", "1"]);
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringContaining("version") });
    }, changingApp(third)),
  );
});

describe.concurrent("what runs in a version as the next one comes", () => {
  it.each(Object.entries(NAMINGS))(
    "is followed before the row is run in that, which is told: %s",
    async (_names, naming) => {
      await batchScene(
        async (scene) => {
          scene.rows(1);
          const args = [scene.path("rows.jsonl")];
          expect((await scene.belt([...args, "--timeout", "1s"])).code).toBe(8);
          const dry = await scene.belt([...args, "--dry-run", "--json"]);
          expect(JSON.parse(dry.stdout)).toMatchObject({ to_run: 0, to_follow: 1 });
          scene.server.end();
          const { code, stderr } = await scene.belt(args);
          expect({ code, stderr }).toMatchObject({ code: 0 });
          expect(stderr).toMatch(/task task_1 ran in version v\w*1; it will be run again in v2/);
          expect(scene.results()).toMatchObject([{ task_id: "task_1" }, { task_id: "task_2" }]);
          expect(scene.server.submits).toBe(2);
        },
        {
          ...changingApp((n) => n, naming),
          app: toldInTurn(naming, 1, 2),
          takes: (_input, { tasks }) => (tasks.length === 1 ? Number.POSITIVE_INFINITY : 5),
        },
      )();
    },
  );
});
