import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { put, RECEIPT, RUN, sentBody, serve, withReceipt } from "../support/receipt-scene.ts";
import { lastError, patientScene as scene } from "../support/scene.ts";

describe.concurrent("rerun", () => {
  test(
    "sends the same to the same version, with what is given over it",
    scene(async (one) => {
      await withReceipt(one);
      const same = await one.belt("rerun", "./r.json", "--yes", "--expect-same");
      expect(same).toMatchObject({ code: 0 });
      expect(sentBody(one)).toEqual({
        app: "infsh/paint@v1",
        input: { image: "https://cdn.test/in.png?sig=abc", seed: 7, prompt: "fog" },
      });
      const other = await one.belt(
        "rerun",
        "r.json",
        "-i",
        "image=https://x.test/y.png",
        "-i",
        "seed=8",
        "--latest",
      );
      expect(other.code).toBe(0);
      expect(other.stderr).toContain("differs: seed is 8, was 7");
      expect(sentBody(one)).toEqual({
        app: "infsh/paint",
        input: { image: "https://x.test/y.png", seed: 8, prompt: "fog" },
      });
    }),
  );

  test(
    "takes what is typed for what it was where no schema is known",
    scene(async (one) => {
      await withReceipt(one);
      one.api.on(
        "GET /apps/infsh/paint",
        one.api.ok({ id: "app_1", version: { id: "ver_2", short_id: "v2" } }),
      );
      await one.belt("rerun", "r.json", "--yes", "-i", "seed=8", "-i", "prompt=9");
      expect(sentBody(one)?.input).toMatchObject({ seed: 8, prompt: "9" });
    }),
  );

  test(
    "a file is asked for, must be there and must be what it was",
    scene(async (one) => {
      await withReceipt(one);
      const unasked = await one.belt("rerun", "r.json", "--json");
      expect(unasked.code).toBe(2);
      expect(lastError(unasked.stderr)).toMatchObject({ hint: expect.stringContaining("--yes") });
      expect(lastError(unasked.stderr).message).toContain("cat.png");
      put(one, "cat.png", "a bat");
      const flipped = await one.belt("rerun", "r.json", "--yes", "--json");
      expect(flipped.code).toBe(2);
      expect(lastError(flipped.stderr).message).toContain("cat.png is not the file that was uploaded");
      expect(lastError(flipped.stderr).hint).toContain("-i image=@<path>");
      rmSync(join(one.home.dir, "cat.png"));
      const missing = await one.belt("rerun", "r.json", "--yes", "--json", "--dry-run");
      expect(missing.code).toBe(2);
      expect(lastError(missing.stderr).message).toContain("cat.png: there is no such file");
      expect(one.api.requests).toEqual([]);
      put(one, "dog.png", "a dog");
      expect((await one.belt("rerun", "r.json", "-i", "image=@dog.png")).code).toBe(0);
    }),
  );

  test(
    "what was redacted must be given again",
    scene(async (one) => {
      serve(one.api);
      await one.belt(
        ...RUN,
        "-i",
        "hf_api_token=one",
        "-i",
        "nested.a\\.b.secret=two",
        "--setup",
        "db_password=three",
      );
      one.api.requests.length = 0;
      const { code, stderr } = await one.belt("rerun", RECEIPT, "--json");
      expect(code).toBe(2);
      expect(lastError(stderr).hint).toBe(
        "add -i hf_api_token=… -i nested.a\\.b.secret=… --setup db_password=…",
      );
      expect(one.api.requests).toEqual([]);
      const given = [
        "-i",
        "hf_api_token=one",
        "-i",
        "nested.a\\.b.secret=two",
        "--setup",
        "db_password=three",
      ];
      const again = await one.belt("rerun", RECEIPT, ...given);
      expect(again.code).toBe(0);
      expect(sentBody(one)).toMatchObject({
        input: { hf_api_token: "one", nested: { "a.b": { secret: "two" } } },
        setup: { db_password: "three" },
      });
      expect(again.stderr).not.toMatch(/one|two|three/);
    }),
  );

  test(
    "another version than the one asked for is cancelled and refused; one that is gone is refused",
    scene(async (one) => {
      await withReceipt(one);
      serve(one.api, { version: "ver_long_2" });
      one.api.on(
        "GET /tasks/task_1",
        one.api.ok(one.api.task("running")),
        one.api.ok(one.api.task("cancelled")),
      );
      const other = await one.belt("rerun", "r.json", "--yes", "--json");
      expect(other.code).toBe(5);
      expect(one.api.count("POST /tasks/task_1/cancel")).toBe(1);
      expect(lastError(other.stderr).message).toContain(
        "ver_long_2 of infsh/paint was started, not ver_long_1",
      );
      expect(lastError(other.stderr).message).toContain("was cancelled");
      expect(lastError(other.stderr).hint).toContain("rerun r.json --latest");
      one.api.on("POST /run", one.api.error(404, "not_found", "no such version"));
      one.api.on("POST /apps/list", one.api.ok({ items: [] }));
      const gone = await one.belt("rerun", "r.json", "--yes", "--json");
      expect(gone.code).toBe(5);
      expect(lastError(gone.stderr).hint).toContain("rerun r.json --latest");
    }),
  );

  test(
    "a cancel that fails is told as a task that may still be running",
    scene(async (one) => {
      await withReceipt(one);
      serve(one.api, { version: "ver_long_2" });
      one.api.on("GET /tasks/task_1", one.api.ok(one.api.task("running")));
      one.api.on("POST /tasks/task_1/cancel", one.api.error(403, "forbidden", "no"));
      const { code, stderr } = await one.belt("rerun", "r.json", "--yes", "--json");
      expect(code).toBe(8);
      expect(lastError(stderr)).toMatchObject({ task_id: "task_1", retryable: false });
      expect(lastError(stderr).message).toContain("may still be running");
    }),
  );

  test.for([
    ["other bytes", { bytes: "pixelz" }, "image has SHA-256"],
    ["another value", { task: { output: { image: { uri: "/out.png" }, seed: 8 } } }, "the values beside"],
    ["no file", { task: { output: { seed: 7 } } }, "image is gone"],
  ] as const)("--expect-same is exit 1 for %s, saved or not", async ([_name, served, message]) => {
    await scene(async (one) => {
      await withReceipt(one);
      const task: Record<string, unknown> = "task" in served ? structuredClone(served.task) : {};
      const image = (task["output"] as { image?: { uri: string } })?.image;
      if (image) image.uri = one.api.url + image.uri;
      serve(one.api, { ...served, task });
      for (const more of [[], ["--save", "again"]]) {
        const { code, stderr } = await one.belt(
          "rerun",
          "r.json",
          "--yes",
          "--expect-same",
          "--json",
          ...more,
        );
        expect(code).toBe(1);
        expect(lastError(stderr).message).toContain(message);
      }
    })();
  });

  test(
    "a task's id takes what the API recorded, and says what it does not tell",
    scene(async (one) => {
      serve(one.api, {
        task: { input: { seed: 7, prompt: "fog" }, function: "run", setup: { db_password: "x" } },
      });
      const { code, stderr } = await one.belt("rerun", "task_1", "--expect-same", "--dry-run");
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toContain("does not tell of task task_1: variant, infra");
      expect((await one.belt("rerun", "task_1", "--expect-same")).code).toBe(0);
      expect(sentBody(one)).toEqual({
        app: "infsh/paint@v1",
        input: { seed: 7, prompt: "fog" },
        function: "run",
        setup: { db_password: "x" },
      });
      expect((await one.belt("rerun", "@last", "--dry-run")).code).toBe(0);
      serve(one.api, { task: { input: {}, session_id: "s1" } });
      expect((await one.belt("rerun", "task_1")).stderr).toContain("ran in a session");
      serve(one.api, { task: { input: { seed: 7 } }, status: "failed" });
      expect((await one.belt("rerun", "task_1", "--expect-same")).code).toBe(2);
    }),
  );

  test(
    "a cap holds here, too",
    scene(async (one) => {
      await withReceipt(one);
      expect((await one.belt("rerun", "r.json", "--yes", "--max-cost", "0.001")).code).toBe(7);
      expect(one.api.count("POST /run") + one.api.count("POST /files")).toBe(0);
    }),
  );
});
