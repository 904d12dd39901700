import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Receipt } from "../../src/commands/run/receipt-document.ts";
import { type BatchScene, batchScene } from "../support/batch-scene.ts";
import { writtenIn } from "../support/belt.ts";
import { APP, sha256 } from "../support/receipt-scene.ts";
import type { TaskServerOptions } from "../support/task-server.ts";

/** An app that puts out one file, and what it was given. */
const KNOWN: TaskServerOptions = {
  app: () => APP,
  fields: { app_version_id: "ver_long_1" },
  output: (input, { url }) => ({ image: { uri: `${url}/out/${input["n"] ?? 0}.png` }, of: input }),
};

const SAVE = (scene: BatchScene) => [scene.path("rows.jsonl"), "--save", scene.path("out"), "--receipt"];

const receiptOf = (scene: BatchScene, name: string) =>
  JSON.parse(scene.read(`out/${name}.belt.json`)) as Receipt;

describe.concurrent("a receipt of each row", () => {
  it(
    "stands beside its first file, and names version, input and files by their hashes",
    batchScene(async (scene) => {
      scene.write("in/photo.png", "PHOTO");
      scene.write("in/rows.jsonl", '{"id":"fog","input":{"n":1,"image":"photo.png"}}\n{"n":2}\n');
      const args = [scene.path("in/rows.jsonl"), "--upload", "image", "--infra", "private"];
      const { code, stderr } = await scene.belt([...args, "--save", scene.path("out"), "--receipt"]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(readdirSync(scene.path("out")).toSorted()).toEqual([
        "2-image.png",
        "2-image.png.belt.json",
        "fog-image.png",
        "fog-image.png.belt.json",
      ]);
      const { task_id } = scene.results("in/rows.results.ndjson").find(({ id }) => id === "fog")!;
      expect(receiptOf(scene, "fog-image.png")).toMatchObject({
        api: scene.server.url,
        task_id,
        app: "a/b",
        version: { id: "ver_long_1", short_id: "v1" },
        infra: "private",
        given: { input: { n: 1, image: "@photo.png" }, setup: null },
        sent: { input: { n: 1, image: "https://files.example/0-0" } },
        estimate: { confidence: "unknown" },
        files: {
          in: [{ field: ["input", "image"], path: "in/photo.png", size: 5, sha256: sha256("PHOTO") }],
          out: [{ field: ["image"], name: "fog-image.png", sha256: sha256("bytes of 1.png") }],
        },
      });
    }, KNOWN),
  );

  it(
    "of one that is followed again is the same",
    batchScene(async (scene) => {
      scene.write("photo.png", "PHOTO");
      scene.write("rows.jsonl", '{"n":1,"image":"photo.png"}\n');
      const args = [...SAVE(scene), "--upload", "image"];
      expect((await scene.belt([...args, "--infra", "private"])).code).toBe(0);
      const before = scene.read("out/1-image.png.belt.json");
      // As after a kill -9 between the receipt and the line.
      scene.write("rows.results.ndjson", "");
      expect((await scene.belt([...args, "--infra", "cloud"])).code).toBe(0);
      expect(scene.server.submits).toBe(1);
      expect(scene.read("out/1-image.png.belt.json")).toBe(before);
      expect(readdirSync(scene.path("out"))).toHaveLength(2);
    }, KNOWN),
  );

  it(
    "goes only with --save",
    batchScene(async (scene) => {
      scene.rows(1);
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--receipt"]);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("--save") });
      expect(scene.server.submits).toBe(0);
    }),
  );

  it.each([
    ["no file was saved", { output: () => ({ text: "no file" }) }],
    ["a run in a session cannot be repeated", { fields: { session_id: "s1" } }],
  ])("is not there where %s, which is told once", async (reason, options) => {
    await batchScene(
      async (scene) => {
        scene.rows(3);
        const { code, stderr } = await scene.belt(SAVE(scene));
        expect(code).toBe(0);
        expect(stderr).toContain(`3 rows: there is no receipt: ${reason}`);
        expect(stderr.match(/no receipt/g)).toHaveLength(1);
        expect(scene.results().every(({ error }) => error === null)).toBe(true);
      },
      { ...KNOWN, ...options },
    )();
  });

  it(
    "a version that nobody tells is null, and said once",
    batchScene(
      async (scene) => {
        scene.rows(2);
        const { stderr } = await scene.belt(SAVE(scene));
        expect(stderr).toContain("2 rows: the API does not tell which version ran");
        expect(receiptOf(scene, "1-image.png").version).toEqual({ id: null, short_id: null });
      },
      { ...KNOWN, fields: {} },
    ),
  );
});

const CANARY = "canary-of-a-field";

describe.concurrent("what is secret", () => {
  it.each([
    ["a profile", {}],
    ["a variable", { INFSH_API_KEY: "inf_canary_of_a_variable" }],
  ])("in a row, and the key of %s, stand in nothing that is written", async (_whose, env) => {
    await batchScene(
      async (scene) => {
        delete scene.env["INFSH_API_KEY"];
        Object.assign(scene.env, env, {
          INFERENCE_API_KEY: "canary-of-another",
          CANARY: "canary-of-the-rest",
        });
        scene.profile({ name: "current", key: "inf_canary_of_a_profile" });
        const row = {
          ...{ code: `${CANARY}-1`, pin: 31337, hf_api_token: "canary", max_tokens: 512 },
          nested: { token: [`${CANARY}-2`], "x-api-key": "canary-7" },
          prompt: "inf_canary_of_a_profile and inf_canary_of_a_variable",
        };
        scene.write(
          "rows.jsonl",
          [1, 2, 3, 4].map((n) => JSON.stringify({ id: `r${n}`, input: { n, ...row } })).join("\n"),
        );
        const shared = ["--setup", `db_password=${CANARY}-3`, "-i", `nested.client_secret=${CANARY}-4`];
        const { code } = await scene.belt([...SAVE(scene), ...shared]);
        expect(code).toBe(9);
        // One that is followed again is no other.
        scene.write("rows.results.ndjson", "");
        await scene.belt([...SAVE(scene), ...shared]);
        const kept = writtenIn(scene.home).filter(({ path }) => !/profiles\.json$|rows\.jsonl$/.test(path));
        expect(kept.map(({ path }) => path)).toEqual(
          expect.arrayContaining([
            expect.stringContaining("state/journal.ndjson"),
            expect.stringContaining("rows.results.ndjson"),
            expect.stringContaining("rows.results.ndjson.journal"),
            expect.stringContaining("out/r1-image.png.belt.json"),
          ]),
        );
        const own = ["variable", "profile"].filter((name) => name === "profile" || "INFSH_API_KEY" in env);
        const inForce = own.includes("variable") ? "inf_canary_of_a_variable" : "inf_canary_of_a_profile";
        const inPrompt = row.prompt.split(" and ").filter((key) => key !== inForce);
        for (const { path, text } of kept) {
          const left = inPrompt.reduce((rest, key) => rest.replaceAll(key, ""), text);
          expect(left.match(/canary[^"]{0,40}|31337/g), path).toBe(null);
        }
        const done = scene.results().find(({ status }) => status === "completed")!;
        expect(done.output).toMatchObject({
          of: { max_tokens: 512, pin: "<redacted>", code: "<redacted>", nested: { token: ["<redacted>"] } },
        });
        expect(scene.results().find(({ status }) => status === "failed")!.error).toContain("<redacted>");
        expect(receiptOf(scene, "r1-image.png").redacted).toContain("input.nested.x-api-key");
      },
      {
        ...KNOWN,
        fails: ({ n, code, nested }) => (n === 2 ? `no ${code} ${JSON.stringify(nested)}` : null),
        refuses: ({ n, code }) => (n === 3 ? { status: 422, body: { detail: `what is ${code}?` } } : null),
      },
    )();
  });

  it(
    "of a profile stands in no receipt and no journal of run either",
    batchScene(async (scene) => {
      scene.profile({ name: "current", key: "inf_canary_of_a_profile" });
      const inputs = [
        "code=canary-1",
        "pin=31337",
        "hf_api_token=canary-2",
        "prompt=inf_canary_of_a_profile",
      ];
      const specs = inputs.flatMap((spec) => ["-i", spec]);
      delete scene.env["INFSH_API_KEY"];
      const { code } = await scene.command(["run", "a/b", ...specs, "--save", "out", "--receipt"]);
      expect(code).toBe(0);
      const kept = writtenIn(scene.home).filter(({ path }) => !path.endsWith("profiles.json"));
      expect(kept.map(({ path }) => path)).toContain(scene.path("out/image.png.belt.json"));
      expect(kept.filter(({ text }) => /canary|31337/.test(text))).toEqual([]);
    }, KNOWN),
  );

  it(
    "is no word that merely stands in what an app puts out",
    batchScene(
      async (scene) => {
        scene.write("rows.jsonl", '{"n":1,"hf_api_token":"a cat"}\n');
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect(scene.results()[0]!.output).toEqual({
          text: "a cat sat",
          token: "<redacted>",
          other: "a cat",
        });
      },
      { ...KNOWN, output: () => ({ text: "a cat sat", token: "a cat", other: "a cat" }) },
    ),
  );
});
