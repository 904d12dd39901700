import { describe, expect, it } from "vitest";
import { type BatchScene, batchScene } from "../support/batch-scene.ts";

const TAGS = ["-i", "tags=a", "-i", "tags=b"];
const TOLD =
  "--input tags is given more than once, and what a/b takes there is not known: the last counts; tags[]=…";

const run = (scene: BatchScene, ...inputs: string[]) => scene.command(["run", "a/b", ...inputs]);

describe.concurrent("an input that is given more than once", () => {
  it(
    "is the last one where no schema is known, and that is told",
    batchScene(async (scene) => {
      const { code, stderr } = await run(scene, ...TAGS);
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(TOLD) });
      scene.write("rows.jsonl", '{"n":1}\n{"n":2,"tags":"c"}\n');
      const batch = await scene.belt([scene.path("rows.jsonl"), "-j", "1", ...TAGS]);
      expect(batch.stderr.match(/more than once/g)).toHaveLength(1);
      expect(scene.server.tasks.map(({ input }) => input["tags"])).toEqual(["b", "b", "c"]);
    }),
  );

  it(
    "makes a list with [], and overrides a file, without a word",
    batchScene(async (scene) => {
      scene.write("all.json", '{"tags":"c"}');
      expect((await run(scene, "-i", "tags[]=a", "-i", "tags[]=b")).stderr).not.toContain("more than once");
      expect((await run(scene, "-i", "@all.json", "-i", "tags=d")).stderr).not.toContain("more than once");
      expect(scene.server.tasks.map(({ input }) => input["tags"])).toEqual([["a", "b"], "d"]);
    }),
  );

  it.each([
    [{ type: "array", items: { type: "string" } }, ["a", "b"]],
    [{ type: "string" }, "b"],
  ])("is what the schema says: %j", async (schema, sent) => {
    await batchScene(
      async (scene) => {
        expect((await run(scene, ...TAGS)).stderr).not.toContain("more than once");
        expect(scene.server.tasks[0]!.input["tags"]).toEqual(sent);
      },
      {
        app: () => ({
          id: "1",
          version: { id: "v", input_schema: { type: "object", properties: { tags: schema } } },
        }),
      },
    )();
  });
});
