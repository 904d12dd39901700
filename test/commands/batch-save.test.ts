import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type BatchScene, batchScene } from "../support/batch-scene.ts";
import type { TaskServerOptions } from "../support/task-server.ts";

/** An app that puts out one file. */
const ONE: TaskServerOptions = { output: ({ n }, { url }) => ({ image: { uri: `${url}/out/${n}.png` } }) };

const save = (scene: BatchScene, ...more: string[]) =>
  scene.belt([scene.path("rows.jsonl"), "--save", scene.path("out"), ...more]);

/** What is in the folder, by name. */
function saved(scene: BatchScene): Record<string, string> {
  const names = readdirSync(scene.path("out")).toSorted();
  return Object.fromEntries(names.map((name) => [name, scene.read(`out/${name}`)]));
}

function withIds(scene: BatchScene, ids: unknown[]): void {
  const rows = ids.map((id, index) => JSON.stringify({ id, input: { n: index + 1 } }));
  scene.write("rows.jsonl", rows.join("\n"));
}

describe.concurrent("files of rows", () => {
  it(
    "are named by the row's id, else its number, and the place in the output",
    batchScene(
      async (scene) => {
        withIds(scene, ["fog", null]);
        expect((await save(scene)).code).toBe(0);
        expect(Object.keys(saved(scene))).toEqual(
          ["2", "fog"].flatMap((row) => [`${row}-images-1.png`, `${row}-images-2.png`, `${row}-text.txt`]),
        );
        expect(scene.results().find(({ id }) => id === "fog")!.saved).toEqual(
          ["images-1.png", "images-2.png", "text.txt"].map((name) => scene.path(`out/fog-${name}`)),
        );
      },
      {
        output: ({ n }, { url }) => ({
          images: [1, 2].map((index) => ({ uri: `${url}/out/${n}-${index}.png` })),
          text: { uri: "data:text/plain,words" },
        }),
      },
    ),
  );

  it.each([
    ["../x", "x"],
    ["..\\..\\x", "x"],
    ["/etc/passwd", "etc_passwd"],
    ["cats/001", "cats_001"],
    ["a\u0000b\u001b[31mc\nd", "a_b_31mc_d"],
    ["..", "1"],
    [" ", "1"],
    [".hidden", "hidden"],
    ["con", "con"],
    ["é", "é"],
    [7, "7"],
    ["x".repeat(300), "x".repeat(80)],
    ["語".repeat(300), "語".repeat(26)],
  ])("of the id %j have a name that is safe anywhere", async (id, name) => {
    await batchScene(async (scene) => {
      withIds(scene, [id]);
      expect(await save(scene)).toMatchObject({ code: 0 });
      expect(saved(scene)).toEqual({ [`${name}-image.png`]: "bytes of 1.png" });
    }, ONE)();
  });

  it(
    "have names that file systems can hold, however deep they stand and with a receipt beside them",
    batchScene(
      async (scene) => {
        withIds(scene, ["i".repeat(300)]);
        expect(await save(scene, "--receipt")).toMatchObject({ code: 0 });
        expect(Object.keys(saved(scene))).toHaveLength(2);
      },
      {
        output: (_input, { url }) => ({
          ["k".repeat(200)]: { ["l".repeat(200)]: { uri: `${url}/out/1.safetensors` } },
        }),
      },
    ),
  );

  it(
    "of rows whose ids are the same, or become so, are told apart by the row's number",
    batchScene(async (scene) => {
      withIds(scene, ["a", "A", "a", "../a", "b", "6", null, null]);
      expect((await save(scene)).code).toBe(0);
      expect(saved(scene)).toEqual({
        "a-1-image.png": "bytes of 1.png",
        "A-2-image.png": "bytes of 2.png",
        "a-3-image.png": "bytes of 3.png",
        "a-4-image.png": "bytes of 4.png",
        "b-image.png": "bytes of 5.png",
        "6-image.png": "bytes of 6.png",
        "7-image.png": "bytes of 7.png",
        "8-image.png": "bytes of 8.png",
      });
    }, ONE),
  );

  it(
    "overwrite nothing: no file, folder or link that is there",
    batchScene(async (scene) => {
      withIds(scene, [1, 2, 3, 4]);
      scene.write("out/1-image.png", "mine");
      mkdirSync(scene.path("out/2-image.png"));
      symlinkSync(scene.path("nowhere"), scene.path("out/3-image.png"));
      scene.write("out/4-image.png", "bytes of 4.png");
      expect((await save(scene)).code).toBe(0);
      expect(readdirSync(scene.path("out")).toSorted()).toEqual(
        [1, 2, 3].flatMap((n) => [`${n}-image-1.png`, `${n}-image.png`]).concat("4-image.png"),
      );
      expect(scene.read("out/1-image.png")).toBe("mine");
      // What holds the same already, as after a kill -9, is taken for what was saved.
      scene.write("rows.results.ndjson", "");
      expect((await save(scene)).code).toBe(0);
      expect(readdirSync(scene.path("out"))).toHaveLength(7);
      expect(scene.server.submits).toBe(4);
    }, ONE),
  );

  it("that cannot be fetched are told, exit 9, and fetched by the same command, the others once", async () => {
    let broken = true;
    await batchScene(
      async (scene) => {
        scene.rows(3);
        const first = await save(scene);
        expect(first).toMatchObject({
          code: 9,
          stderr: expect.stringContaining("2 done, 1 done but not saved"),
        });
        expect(scene.results().find(({ row }) => row === 2)).toMatchObject({
          status: "completed",
          error: expect.stringContaining("image: "),
          saved: [scene.path("out/2-text.txt")],
        });
        expect(first.stderr).toContain(`--save ${scene.path("out")} goes on`);
        broken = false;
        expect(await save(scene)).toMatchObject({ code: 0, stderr: expect.stringContaining("3 done") });
        expect(Object.keys(saved(scene))).toHaveLength(6);
        expect({ submits: scene.server.submits, downloads: scene.server.downloads.length }).toEqual({
          submits: 3,
          downloads: 4,
        });
      },
      {
        output: ({ n }, { url }) => ({
          image: { uri: `${url}/out/${n}.png` },
          text: { uri: `data:text/plain,words${n}` },
        }),
        download: (name, response) =>
          void (broken && name === "2.png" ? response.writeHead(404).end() : response.end(name)),
      },
    )();
  });

  it(
    "that cannot be saved time and again stop the batch, before more is paid for nothing",
    batchScene(
      async (scene) => {
        scene.rows(40);
        const { code, stderr } = await save(scene, "-j", "4", "--max-failures", "5");
        expect({ code, stderr }).toMatchObject({
          code: 9,
          stderr: expect.stringContaining("5 failures in a row"),
        });
        expect(scene.server.submits).toBeLessThan(20);
      },
      { ...ONE, download: (_name, response) => void response.writeHead(404).end() },
    ),
  );

  it(
    "are fetched by a later command, too, when the first did not ask for them",
    batchScene(async (scene) => {
      scene.rows(3);
      expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
      const plan = await save(scene, "--dry-run", "--json");
      expect(JSON.parse(plan.stdout)).toMatchObject({ to_run: 0, to_save: 3, done: 0 });
      expect((await save(scene)).code).toBe(0);
      expect(Object.keys(saved(scene))).toHaveLength(3);
      expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
      expect({ submits: scene.server.submits, lines: scene.lines().length }).toEqual({
        submits: 3,
        lines: 6,
      });
    }, ONE),
  );

  it(
    "that were removed since stay away, and that is told",
    batchScene(async (scene) => {
      scene.rows(3);
      await save(scene);
      rmSync(scene.path("out/1-image.png"));
      rmSync(scene.path("out/3-image.png"));
      const { code, stderr } = await save(scene);
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(
          "the files of 2 rows that were done before are not where they were saved",
        ),
      });
      expect(stderr).toMatch(/belt task get task_\d --save \S+ fetches those of row \d/);
      expect(Object.keys(saved(scene))).toEqual(["2-image.png"]);
      expect(scene.server.downloads).toHaveLength(3);
    }, ONE),
  );

  it("that were on their way as belt was killed are fetched again, and nothing of them is left", async () => {
    let tell: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      tell = resolve;
    });
    let holds = true;
    await batchScene(
      async (scene) => {
        scene.rows(3);
        const args = [scene.path("rows.jsonl"), "--save", scene.path("out"), "--receipt"];
        const running = scene.spawn(args);
        await asked;
        running.kill("SIGKILL");
        await running;
        expect(readdirSync(scene.path("out")).some((name) => name.endsWith(".part"))).toBe(true);
        holds = false;
        expect(await scene.spawn(args)).toMatchObject({ exitCode: 0 });
        expect(readdirSync(scene.path("out")).toSorted()).toEqual(
          [1, 2, 3].flatMap((n) => [`${n}-image.png`, `${n}-image.png.belt.json`]),
        );
        expect(readFileSync(scene.path("out/2-image.png"), "utf8")).toBe("whole");
        expect(scene.server.submits).toBe(3);
      },
      {
        ...ONE,
        download: (_name, response) => {
          if (!holds) return void response.end("whole");
          response.writeHead(200, { "content-length": "1000" }).write("half");
          tell();
        },
      },
    )();
  });
});
