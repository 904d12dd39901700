import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { put, RUN, serve, withReceipt } from "../support/receipt-scene.ts";
import { lastError, type Scene, patientScene as scene } from "../support/scene.ts";

/** A server that tells of another version, and only once the task has ended. */
function serveOtherAtTheEnd({ api }: Scene): void {
  serve(api, { version: "ver_long_2", task: { input: { seed: 7 }, function: "run" } });
  api.on("POST /run", api.ok(api.task("queued")));
}

const files = ({ home }: Scene) => readdirSync(home.dir, { recursive: true }).map(String).sort();

describe.concurrent("rerun, answered with another version", () => {
  test.for([
    ["saved", ["--save", "new", "--receipt"]],
    ["saved, for programs", ["--save", "new", "--receipt", "--json"]],
    ["printed", []],
    ["printed for programs", ["--json"]],
  ] as const)("that only the ended task tells of, is refused before anything is %s", async ([_how, more]) => {
    await scene(async (one) => {
      await withReceipt(one);
      serveOtherAtTheEnd(one);
      const { code, stdout, stderr } = await one.belt("rerun", "r.json", "--yes", ...more);
      expect({ code, stdout, stderr }).toMatchObject({ code: 5, stdout: "" });
      expect(stderr).toContain("version ver_long_2 of infsh/paint was started, not ver_long_1");
      expect(files(one).filter((name) => name.startsWith("new/"))).toEqual([]);
      expect(one.api.count("GET /out.png")).toBe(0);
    })();
  });

  test(
    "names the receipt with all that was typed, and nothing secret",
    scene(async (one) => {
      await withReceipt(one);
      serveOtherAtTheEnd(one);
      put(one, "dog.png", "a dog");
      const typed = ["-i", "image=@dog.png", "-i", "hf_api_token=one", "-i", "pin=1234", "-i", "prompt=a b"];
      const more = ["--setup", "db_password=three", "-i", '{"code":"five"}', "-i", "list[].secret=six"];
      const rest = ["--yes", "--max-cost", "5", "--save", "new", "--receipt", "--json"];
      const { code, stderr } = await one.belt("rerun", "r.json", ...typed, ...more, ...rest);
      expect({ code, stderr }).toMatchObject({ code: 5 });
      const { hint } = lastError(stderr);
      expect(hint).toContain("r.json --latest -i image=@dog.png");
      expect(hint).toContain('-i prompt="a b"');
      expect(hint).toMatch(/hf_api_token="?…/);
      expect(hint).toMatch(/--max-cost 5(\.00)? --save new --receipt --yes/);
      expect(stderr).not.toMatch(/=one|1234|three|five|six/);
    }),
  );

  test(
    "names the task that @last was",
    scene(async (one) => {
      serve(one.api, { task: { input: { seed: 7 }, function: "run" } });
      expect((await one.belt(...RUN, "-i", "seed=7")).code).toBe(0);
      one.api.on(
        "GET /tasks/task_1",
        one.api.ok(
          one.api.task("completed", {
            app: "infsh/paint",
            app_version_id: "ver_long_1",
            input: { seed: 7 },
            function: "run",
          }),
        ),
      );
      one.api.on("POST /run", one.api.ok(one.api.task("queued", { app_version_id: "ver_long_2" })));
      const { code, stderr } = await one.belt("rerun", "@last", "-i", "seed=8", "--json");
      expect({ code, stderr }).toMatchObject({ code: 5 });
      expect(lastError(stderr).hint).toMatch(/rerun .*task_1 --latest -i seed=8 runs today's version/);
    }),
  );
});
