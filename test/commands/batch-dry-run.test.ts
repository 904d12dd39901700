import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type BatchScene, batchScene, KNOWN } from "../support/batch-scene.ts";

const plan = async (scene: BatchScene, ...args: string[]) => {
  const { stdout } = await scene.belt([scene.path("rows.jsonl"), ...args, "--dry-run", "--json"]);
  const { to_run, run_again, to_follow, to_save, done, failed, in_doubt } = JSON.parse(stdout);
  const counts = { to_run, run_again, to_follow, to_save, done, failed, in_doubt };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
};

describe.concurrent("batch --dry-run", () => {
  it(
    "tells rows, repeats and uploads, and writes and sends nothing",
    batchScene(async (scene) => {
      scene.write("photo.png", "PHOTO");
      scene.write("rows.jsonl", '{"prompt":"a","image":"photo.png"}\n{"prompt":"a","image":"photo.png"}\n');
      const args = [scene.path("rows.jsonl"), "--upload", "image", "--dry-run"];
      const { code, stdout } = await scene.belt([...args, "--json"]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        rows: 2,
        repeats: 1,
        to_run: 2,
        done: 0,
        uploads: { files: 1, bytes: 5 },
      });
      const { stdout: text } = await scene.belt(args);
      expect(text).toContain("2 rows, 1 of them repeated\n2 to run\n1 file to upload, 5 B\n");
      expect(scene.server.submits).toBe(0);
      expect(existsSync(scene.path("rows.results.ndjson"))).toBe(false);
    }, KNOWN),
  );

  it("tells what the same command would do, with --again, too", async () => {
    let dropping = true;
    await batchScene(
      async (scene) => {
        scene.write("rows.jsonl", '{"n":1}\n{"n":2}\n{"n":3}\n{"n":3}\n{"n":4}\n');
        const patience = ["--request-timeout", "300ms"];
        expect((await scene.belt([scene.path("rows.jsonl"), ...patience])).code).toBe(11);
        scene.write("rows.jsonl", `${scene.read("rows.jsonl")}{"n":5}\n`);
        const before = readdirSync(scene.home.dir).map((name) => [name]);
        const journal = scene.read("rows.results.ndjson.journal");
        const stand = { to_run: 1, done: 2, failed: 1, in_doubt: 2 };
        expect(await plan(scene)).toEqual(stand);
        const { in_doubt, ...rest } = stand;
        expect(await plan(scene, "--again", "in-doubt")).toEqual({ ...rest, to_run: 3, run_again: 2 });
        expect(await plan(scene, "--again", "failed")).toEqual({
          ...{ to_run: 2, run_again: 1, done: 2 },
          in_doubt,
        });
        expect(await plan(scene, "--again", "all")).toEqual({ to_run: 6, run_again: 5 });
        expect(await plan(scene, "--save", scene.path("out"))).toEqual({
          ...{ to_run: 1, to_save: 2, failed: 1 },
          in_doubt,
        });
        const { stdout } = await scene.belt([scene.path("rows.jsonl"), "--dry-run", "--again", "failed"]);
        expect(stdout).toContain("2 to run, 1 of them again, 2 done, 2 in doubt\n");
        expect(stdout).toContain("2 that got no answer are looked for");
        expect(readdirSync(scene.home.dir).map((name) => [name])).toEqual(before);
        expect(scene.read("rows.results.ndjson.journal")).toBe(journal);
        dropping = false;
        const { submits } = scene.server;
        await scene.belt([scene.path("rows.jsonl"), "--again", "failed", ...patience]);
        expect(scene.server.submits - submits).toBe(2);
        expect(await plan(scene, "--again", "failed")).toEqual({
          to_run: 1,
          run_again: 1,
          done: 3,
          in_doubt: 2,
        });
      },
      { drops: ({ n }) => dropping && n === 3, fails: ({ n }) => (n === 4 ? "no" : null) },
    )();
  });

  it("tells that rows follow, and a new version, and refuses files of another account", async () => {
    let version = "v1";
    await batchScene(
      async (scene) => {
        scene.rows(6);
        await scene.belt([scene.path("rows.jsonl")]);
        // As after a kill -9 before the first line was written.
        scene.write("rows.results.ndjson", "");
        scene.rows(8);
        expect(await plan(scene)).toEqual({ to_run: 2, to_follow: 6 });
        await scene.belt([scene.path("rows.jsonl")]);
        version = "v2";
        const { stderr } = await scene.belt([scene.path("rows.jsonl"), "--dry-run"]);
        expect(stderr).toMatch(/a\/b has a new version, v2: 8 rows/);
        scene.env["INFSH_API_KEY"] = "inf_key_of_another";
        const other = await scene.belt([scene.path("rows.jsonl"), "--dry-run"]);
        expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("another account") });
      },
      { app: () => ({ id: "app_1", version: { id: version } }) },
    )();
  });
});
