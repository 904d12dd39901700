import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { batchScene, KNOWN, SCHEMA } from "../support/batch-scene.ts";
import { until } from "../support/belt.ts";

describe.concurrent("the same command", () => {
  it(
    "runs nothing again, whatever the order of the rows; new rows run, and equal ones are counted apart",
    batchScene(async (scene) => {
      scene.write("rows.jsonl", '{"a":1,"b":2}\n{"a":2}\n{"a":2}\n');
      await scene.belt([scene.path("rows.jsonl")]);
      expect(scene.server.submits).toBe(3);
      scene.write("rows.jsonl", '{"a":2}\n{"a":9}\n{"b":2,"a":1}\n{"a":2}\n{"a":2}\n');
      const { code } = await scene.belt([scene.path("rows.jsonl"), "-j", "1"]);
      expect(code).toBe(0);
      expect(scene.server.tasks.slice(3).map(({ input }) => input)).toEqual([{ a: 9 }, { a: 2 }]);
      expect(scene.results().filter(({ key }) => key.endsWith("#3"))).toHaveLength(1);
    }),
  );

  it(
    "counts a file by what is in it",
    batchScene(async (scene) => {
      scene.write("photo.png", "ONE");
      scene.write("rows.jsonl", '{"prompt":"a","image":"photo.png"}\n');
      const run = () => scene.belt([scene.path("rows.jsonl"), "--upload", "image"]);
      await run();
      await run();
      expect(scene.server.submits).toBe(1);
      scene.write("photo.png", "TWO");
      await run();
      expect(scene.server.submits).toBe(2);
    }, KNOWN),
  );

  it("tells a new version with its count before it runs rows again", async () => {
    let version = "v1";
    const app = () => ({ id: "app_1", version: { id: version, input_schema: SCHEMA } });
    await batchScene(
      async (scene) => {
        scene.write("rows.jsonl", '{"prompt":"a"}\n{"prompt":"b"}\n');
        await scene.belt([scene.path("rows.jsonl")]);
        version = "v2";
        const { stderr } = await scene.belt([scene.path("rows.jsonl")]);
        expect(stderr).toMatch(/a\/b has a new version, v2: 2 rows .* a\/b@v1 keeps to that/);
        expect(scene.server.submits).toBe(4);
        const pinned = await scene.belt([scene.path("rows.jsonl")]);
        expect(pinned.stderr).not.toContain("new version");
        expect(scene.server.submits).toBe(4);
      },
      { app },
    )();
  });

  it(
    "tells an id that has new content",
    batchScene(async (scene) => {
      scene.write("rows.jsonl", '{"id":"x","input":{"a":1}}\n');
      await scene.belt([scene.path("rows.jsonl")]);
      scene.write("rows.jsonl", '{"id":"x","input":{"a":2}}\n');
      const { stderr } = await scene.belt([scene.path("rows.jsonl")]);
      expect(stderr).toMatch(/done .*\nthe id x has new content, and is run as new; .*\n1 row: 1 done/);
      expect(scene.lines().map(({ id, output }) => [id, output])).toEqual([
        ["x", { of: { a: 1 } }],
        ["x", { of: { a: 2 } }],
      ]);
    }),
  );

  it(
    "finds out what became of submitted rows when the results file is gone, without a second submit",
    batchScene(async (scene) => {
      scene.rows(5);
      await scene.belt([scene.path("rows.jsonl")]);
      scene.write("rows.results.ndjson", "");
      const { code } = await scene.belt([scene.path("rows.jsonl")]);
      expect({ code, submits: scene.server.submits }).toEqual({ code: 0, submits: 5 });
      expect(scene.results()).toHaveLength(5);
    }),
  );

  it(
    "refuses files of another account, another API, another app and something else",
    batchScene(async (scene) => {
      scene.rows(1);
      await scene.belt([scene.path("rows.jsonl")]);
      const journal = scene.read("rows.results.ndjson.journal");
      expect(journal).not.toContain("inf_key");
      for (const [from, to, told] of [
        ['"key":"', '"key":"0', "another account"],
        ['"app":"a/b"', '"app":"c/d"', "the app c/d, not a/b"],
        ['"api":"http', '"api":"https', "the API"],
      ] as const) {
        scene.write("rows.results.ndjson.journal", journal.replace(from, to));
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl")]);
        expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
      }
      scene.write("notes.txt", "my notes\n");
      const other = await scene.belt([scene.path("rows.jsonl"), "--out", scene.path("notes.txt")]);
      expect(other.code).toBe(2);
      expect(scene.read("notes.txt")).toBe("my notes\n");
      for (const end of ["", ".journal", ".lock"]) {
        scene.rows(1, `o.ndjson${end}`);
        const itself = await scene.belt([scene.path(`o.ndjson${end}`), "--out", scene.path("o.ndjson")]);
        expect(itself).toMatchObject({ code: 2, stderr: expect.stringContaining("holds the rows") });
        expect(scene.read(`o.ndjson${end}`)).toBe('{"n":1}\n');
        rmSync(scene.path(`o.ndjson${end}`));
      }
      expect(scene.server.submits).toBe(1);
    }),
  );
});

describe.concurrent("files beside a batch", () => {
  it(
    "are in a folder that is made for them",
    batchScene(async (scene) => {
      scene.rows(1);
      const { code } = await scene.belt([scene.path("rows.jsonl"), "--out", scene.path("new/sub/o.ndjson")]);
      expect(code).toBe(0);
      expect(scene.results("new/sub/o.ndjson")).toHaveLength(1);
    }),
  );

  it(
    "such as belt's own journal, that cannot be written are told once",
    batchScene(async (scene) => {
      scene.rows(6);
      scene.write("state", "no folder");
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl")]);
      expect(code).toBe(0);
      expect(stderr.match(/could not note/g)).toHaveLength(1);
      expect(stderr).toContain("6 rows: could not note its task: ");
    }),
  );
});

describe.concurrent("how rows end", () => {
  it("is one line each, in --json on stdout, too; failures are told by cause, and run again with --again failed", async () => {
    let broken = true;
    await batchScene(
      async (scene) => {
        scene.rows(6);
        const { code, stdout, stderr } = await scene.belt([scene.path("rows.jsonl"), "--json"]);
        expect(code).toBe(9);
        const told = stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        expect(told).toEqual(scene.lines());
        expect(Object.keys(told[0])).toEqual(
          "row id key status task_id output error attempts estimate saved".split(" "),
        );
        expect(stderr).toContain("4  out of luck");
        expect(stderr).toContain("--again failed");
        broken = false;
        const same = await scene.belt([scene.path("rows.jsonl")]);
        expect({ code: same.code, submits: scene.server.submits }).toEqual({ code: 9, submits: 6 });
        const again = await scene.belt([scene.path("rows.jsonl"), "--again", "failed"]);
        expect({ code: again.code, submits: scene.server.submits }).toEqual({ code: 0, submits: 10 });
        expect(scene.results().filter(({ attempts }) => attempts === 2)).toHaveLength(4);
        const all = await scene.belt([scene.path("rows.jsonl"), "--again", "all"]);
        expect({ code: all.code, submits: scene.server.submits }).toEqual({ code: 0, submits: 16 });
      },
      { fails: ({ n }) => (broken && Number(n) > 2 ? "out of luck" : null) },
    )();
  });

  it(
    "stops after so many failures in a row",
    batchScene(
      async (scene) => {
        scene.rows(40);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--max-failures", "5"]);
        expect(code).toBe(9);
        expect(stderr).toContain("stopped after 5 failures in a row");
        expect(scene.server.submits).toBeLessThan(20);
      },
      { fails: () => "always" },
    ),
  );

  it.each([
    [402, 7],
    [401, 4],
    [403, 4],
    [404, 5],
  ])("HTTP %i on a submit stops the batch with exit %i, and its row is not lost", async (status, exit) => {
    let refusing = true;
    await batchScene(
      async (scene) => {
        scene.rows(12);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl")]);
        expect({ code, stderr }).toMatchObject({ code: exit, stderr: expect.stringContaining("not run") });
        expect(scene.results().every((line) => line.status === "completed")).toBe(true);
        refusing = false;
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect(scene.results()).toHaveLength(12);
        expect(scene.server.tasks).toHaveLength(12);
      },
      { refuses: ({ n }) => (refusing && Number(n) > 5 ? { status } : null) },
    )();
  });

  it(
    "a refused row has failed, and is not tried again",
    batchScene(
      async (scene) => {
        scene.rows(3);
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(9);
        expect(scene.server.submits).toBe(3);
        expect(scene.results().find(({ row }) => row === 2)).toMatchObject({
          status: "failed",
          task_id: null,
          attempts: 1,
        });
      },
      { refuses: ({ n }) => (n === 2 ? { status: 422, body: { detail: "no such thing" } } : null) },
    ),
  );

  it(
    "a submit whose answer was lost is looked for, and adopted when it is there alone",
    batchScene(
      async (scene) => {
        scene.rows(8);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl")]);
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(scene.server.submits).toBe(8);
        expect(scene.results().every(({ status }) => status === "completed")).toBe(true);
        expect(scene.lines().filter(({ status }) => status === "unknown")).toHaveLength(2);
      },
      { drops: ({ n }) => n === 3 || n === 6 },
    ),
  );

  it(
    "a task that the API has lost stays in doubt, and only --again in-doubt runs its row anew",
    batchScene(
      async (scene) => {
        scene.rows(1);
        const rows = scene.path("rows.jsonl");
        const left = scene.belt([rows, "--on-interrupt", "detach"]);
        await until(() => scene.server.unfinished === 1);
        left.signal("SIGINT");
        expect((await left).code).toBe(130);
        scene.server.tasks.length = 0;
        expect((await scene.belt([rows])).code).toBe(11);
        expect(scene.results()).toMatchObject([
          { status: "unknown", task_id: "task_1", error: "task task_1 is not known to the API" },
        ]);
        expect(scene.server.submits).toBe(1);
        expect((await scene.belt([rows, "--again", "in-doubt"])).code).toBe(0);
        expect(scene.results()).toMatchObject([{ status: "completed", attempts: 2 }]);
      },
      { takes: () => 500 },
    ),
  );

  it("a lost submit that cannot be told apart stays in doubt, and only --again in-doubt runs it", async () => {
    let dropping = true;
    await batchScene(
      async (scene) => {
        scene.write("rows.jsonl", '{"a":1}\n{"a":1}\n');
        const patience = ["--request-timeout", "300ms"];
        const first = await scene.belt([scene.path("rows.jsonl"), ...patience]);
        expect(first.code).toBe(11);
        expect(scene.results().map(({ status }) => status)).toEqual(["unknown", "unknown"]);
        dropping = false;
        const same = await scene.belt([scene.path("rows.jsonl"), ...patience]);
        expect({ code: same.code, submits: scene.server.submits }).toEqual({ code: 11, submits: 2 });
        const again = await scene.belt([scene.path("rows.jsonl"), ...patience, "--again", "in-doubt"]);
        expect({ code: again.code, submits: scene.server.submits }).toEqual({ code: 0, submits: 4 });
      },
      { drops: () => dropping },
    )();
  });

  it("submits that a kill has left in doubt, however many, keep no other row from being run", async () => {
    let dropping = true;
    await batchScene(
      async (scene) => {
        scene.rows(12);
        const args = [scene.path("rows.jsonl"), "--max-failures", "20"];
        expect((await scene.belt(args)).code).toBe(11);
        // As if it had been killed before any of them arrived, and before it knew.
        scene.write("rows.results.ndjson", "");
        dropping = false;
        scene.rows(15);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl")]);
        expect({ code, stderr }).toMatchObject({
          code: 11,
          stderr: expect.stringContaining("3 done, 12 in doubt"),
        });
      },
      { drops: (_input, { tasks }) => dropping && tasks.pop() !== undefined },
    )();
  });
});
