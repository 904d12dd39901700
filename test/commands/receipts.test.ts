import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { put, RECEIPT, RUN, receiptIn, serve, sha256 } from "../support/receipt-scene.ts";
import { patientScene as scene } from "../support/scene.ts";

describe.concurrent("run --receipt", () => {
  test(
    "names version, input and files, each with its hash",
    scene(async (one) => {
      serve(one.api);
      put(one, "cat.png", "a cat");
      const { code, stdout } = await one.belt(
        ...RUN,
        "-i",
        "image=@cat.png",
        "-i",
        "seed=12345678901234567890",
      );
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ saved: ["out/image.png"], receipt: RECEIPT });
      expect(readFileSync(join(one.home.dir, RECEIPT), "utf8")).toContain('"seed": 12345678901234567890');
      expect(receiptIn(one)).toMatchObject({
        schema: 1,
        api: one.api.url,
        task_id: "task_1",
        app: "infsh/paint",
        version: { id: "ver_long_1", short_id: "v1" },
        given: { input: { image: "@cat.png" }, setup: null },
        sent: { input: { image: "https://cdn.test/in.png" } },
        redacted: [],
        status: "completed",
        estimate: { confidence: "exact", max_usd: "0.01" },
        files: {
          in: [{ field: ["input", "image"], path: "cat.png", size: 5, sha256: sha256("a cat") }],
          out: [{ field: ["image"], name: "image.png", size: 6, sha256: sha256("pixels") }],
        },
      });
    }),
  );

  test(
    "holds no canary: of variables, keys, profiles, secret fields, webhooks, folders",
    scene(
      async (one) => {
        serve(one.api);
        const folder = join(one.home.dir, "canary-folder");
        mkdirSync(folder);
        writeFileSync(join(folder, "cat.png"), "a cat");
        const secrets = [
          "code",
          "hf_api_token",
          "apiKey",
          "nested.a.client_secret",
          "nested.token.0",
          "list[].password",
        ];
        const specs = secrets.flatMap((key) => ["-i", `${key}=canary-${key}`]);
        const { code } = await one.belt(
          ...RUN,
          ...specs,
          ...["-i", "pin=31337", "-i", "max_tokens=512", "--setup", "db_password=canary-setup"],
          ...["-i", `image=@${folder}/cat.png`, "--worker", "canary-worker"],
          ...["--webhook", "https://canary.test/hook"],
          ...["-i", "prompt=inf_canary_key"],
        );
        expect(code).toBe(0);
        const kept = [RECEIPT, "state/journal.ndjson"].map((name) =>
          readFileSync(join(one.home.dir, name), "utf8"),
        );
        expect(kept.filter((text) => /canary|31337/.test(text))).toEqual([]);
        const receipt = receiptIn(one);
        expect(receipt.given.input).toMatchObject({ max_tokens: 512, image: "@cat.png", pin: "<redacted>" });
        expect(receipt.files.in).toMatchObject([{ name: "cat.png", path: null }]);
        expect(receipt.redacted).toEqual([
          ...["input.code", "input.hf_api_token", "input.apiKey", "input.nested.a.client_secret"],
          ...["input.nested.token.0", "input.list.0.password", "input.pin", "setup.db_password"],
        ]);
      },
      { env: { INFSH_API_KEY: "inf_canary_key", INFERENCE_API_KEY: "canary-other", CANARY: "canary-env" } },
    ),
  );

  test(
    "a version that nobody tells is null, and said; nothing saved and sessions have no receipt",
    scene(async (one) => {
      serve(one.api, { version: null });
      const { stderr } = await one.belt(...RUN);
      expect(stderr).toContain("does not tell which version ran");
      expect(receiptIn(one).version).toEqual({ id: null, short_id: null });
      const taken = readdirSync(join(one.home.dir, "out"));
      serve(one.api, { task: { session_id: "s1" } });
      one.api.on("GET /sessions/s1", one.api.ok({ id: "s1", status: "ended" }));
      const inSession = await one.belt(...RUN, "--session", "new");
      expect(inSession.code).toBe(0);
      expect(inSession.stderr).toContain("cannot be repeated");
      serve(one.api, { task: { output: { n: 1 } } });
      expect((await one.belt(...RUN)).stderr).toContain("there is no receipt: no file was saved");
      expect(readdirSync(join(one.home.dir, "out")).sort()).toEqual([...taken, "image-1.png"].sort());
      expect((await one.belt("run", "infsh/paint", "--receipt")).code).toBe(2);
    }),
  );
});
