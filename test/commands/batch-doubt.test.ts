import { describe, expect, it } from "vitest";
import { type BatchScene, batchScene, KNOWN } from "../support/batch-scene.ts";
import { until } from "../support/belt.ts";
import type { TaskServerOptions } from "../support/task-server.ts";

/** The first submit of each is lost and has never arrived. */
const LOST: TaskServerOptions = {
  drops: (_input, { submits, tasks }) => submits === 1 && tasks.pop() !== undefined,
};

/** Leaves one row in doubt, tries it again as told, and finds it as before: run again only where that is asked for. */
function staysInDoubt(
  tryAgain: (scene: BatchScene, args: string[]) => Promise<unknown>,
  {
    canArrive = "300ms",
    more = [],
    ...options
  }: TaskServerOptions & { canArrive?: string; more?: string[] } = {},
) {
  return batchScene(
    async (scene) => {
      scene.write("a.png", "A");
      scene.write("rows.jsonl", '{"prompt":"x","image":"a.png"}\n');
      const args = [scene.path("rows.jsonl"), "--upload", "image", ...more];
      expect((await scene.belt([...args, "--request-timeout", canArrive])).code).toBe(11);
      await tryAgain(scene, args);
      scene.write("a.png", "A");
      const { code, stderr } = await scene.belt(args);
      expect({ code, stderr }).toMatchObject({ code: 11, stderr: expect.stringContaining("1 in doubt") });
      expect(scene.server.submits).toBe(1);
    },
    { ...LOST, ...(!options.price && KNOWN), ...options },
  );
}

describe.concurrent("a row in doubt that is to be run again stays in doubt", () => {
  it(
    "when Ctrl-C comes while its lost submit may still arrive",
    staysInDoubt(
      async (scene, args) => {
        const running = scene.belt([...args, "--again", "in-doubt", "-v"]);
        await until(() => running.stderrSoFar().includes("/tasks/list"));
        await until(() => /cannot arrive any more, in \S+/.test(running.stderrSoFar()));
        running.signal("SIGINT");
        expect((await running).code).toBe(130);
      },
      { canArrive: "60s" },
    ),
  );

  it(
    "when it is beyond the cap, with what its lost submit may have cost",
    staysInDoubt(
      async (scene, args) => {
        const short = args.map((arg) => (arg === "0.5" ? "0.15" : arg));
        expect((await scene.belt([...short, "--again", "in-doubt", "--request-timeout", "20s"])).code).toBe(
          7,
        );
      },
      { price: () => 10_000_000, more: ["--max-cost", "0.5"] },
    ),
  );

  it("when its file changes as it is uploaded", async () => {
    let meet = () => {};
    await staysInDoubt(
      async (scene, args) => {
        meet = () => scene.write("a.png", "B");
        const { code, stderr } = await scene.belt([...args, "--again", "in-doubt"]);
        expect({ code, stderr }).toMatchObject({
          code: 11,
          stderr: expect.stringContaining("it stays in doubt"),
        });
        meet = () => {};
      },
      { waits: async (path) => path === "/files" && meet() },
    )();
  });
});
