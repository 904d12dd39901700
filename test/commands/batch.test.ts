import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { batchScene } from "../support/batch-scene.ts";

const SCHEMA = {
  type: "object",
  properties: {
    prompt: { type: "string" },
    steps: { type: "integer", minimum: 1 },
    image: { type: "string", format: "file" },
    deep: { type: "object", properties: { x: { type: "number" } } },
  },
  required: ["prompt"],
};

const KNOWN = { app: () => ({ id: "app_1", version: { id: "v1", input_schema: SCHEMA } }) };

describe.concurrent("rows", () => {
  it(
    "are JSON lines with byte order mark, Windows line ends and blank lines",
    batchScene(async (scene) => {
      scene.write(
        "rows.jsonl",
        '\ufeff{"a":1}\r\n\r\n{"id":"x","input":{"a":2},"function":"other"}\r\n{"a":3}',
      );
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl")]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(scene.server.tasks.map(({ input, function: name }) => [input, name])).toEqual([
        [{ a: 1 }, null],
        [{ a: 2 }, "other"],
        [{ a: 3 }, null],
      ]);
      expect(scene.results().map(({ row, id }) => [row, id])).toEqual(
        expect.arrayContaining([
          [1, null],
          [2, "x"],
          [3, null],
        ]),
      );
    }),
  );

  it(
    "are UTF-16, too, and keep the digits of long numbers",
    batchScene(async (scene) => {
      const text = '{"seed":12345678901234567890}\n';
      scene.write("rows.jsonl", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]));
      expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
      expect(scene.server.submits).toBe(1);
    }),
  );

  it(
    "are CSV, typed by the schema; an empty cell is absent, quotes hold line ends",
    batchScene(async (scene) => {
      scene.write("rows.csv", '\ufeffid;prompt;steps;deep.x\r\na;"two\r\nlines";4;1.5\r\nb;plain;;\r\n');
      const { code, stderr } = await scene.belt([scene.path("rows.csv"), "-i", "steps:=9"]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(scene.server.tasks.map(({ input }) => input)).toEqual([
        { prompt: "two\r\nlines", steps: 4, deep: { x: 1.5 } },
        { prompt: "plain", steps: 9 },
      ]);
      expect(existsSync(scene.path("rows.results.ndjson"))).toBe(true);
    }, KNOWN),
  );

  it(
    "come from standard input, with --out",
    batchScene(async (scene) => {
      const refused = await scene.belt(["-"], {}, '{"a":1}\n');
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--out") });
      const { code } = await scene.belt(["-", "--out", scene.path("o.ndjson")], {}, '{"a":1}\n{"a":2}\n');
      expect(code).toBe(0);
      expect(scene.results("o.ndjson")).toHaveLength(2);
    }),
  );

  it(
    "are multiplied by --vary, alone or beside a file",
    batchScene(async (scene) => {
      const args = ["--vary", "steps=1..3", "--vary", "prompt=fog,a\\,b", "--out", scene.path("o.ndjson")];
      expect((await scene.belt(args)).code).toBe(0);
      expect(scene.server.tasks.map(({ input }) => input)).toEqual(
        [1, 2, 3].flatMap((steps) => ["fog", "a,b"].map((prompt) => ({ steps, prompt }))),
      );
      scene.write("rows.jsonl", '{"prompt":"x"}\n{"prompt":"y"}\n');
      expect((await scene.belt([scene.path("rows.jsonl"), "--vary", "steps=7..8"])).code).toBe(0);
      expect(scene.results().map(({ row }) => row)).toEqual([1, 2, 3, 4]);
    }, KNOWN),
  );

  it(
    "are all checked before anything is sent, each told with its line",
    batchScene(async (scene) => {
      scene.write(
        "rows.jsonl",
        '{"prompt":"ok"}\n{"promt":"x"}\n[1]\n{"prompt":"y","steps":0}\nnot json\n{"prompt":"z","image":"none.png"}\n',
      );
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--upload", "image"]);
      expect(code).toBe(2);
      for (const [line, what] of [
        [2, "did you mean prompt"],
        [3, "is not an object"],
        [4, "steps"],
        [5, "is not JSON"],
        [6, "there is no such file"],
      ])
        expect(stderr).toMatch(new RegExp(`rows.jsonl:${line}: .*${what}`));
      expect(scene.server.submits).toBe(0);
      expect(existsSync(scene.path("rows.results.ndjson"))).toBe(false);
    }, KNOWN),
  );

  it.each([
    ["a,a\n1,2\n", "1: is the header, and names a twice"],
    ["a,\n1,2\n", "1: is the header, and a cell of it is empty"],
    ["a,b\n1,2,3\n", "2: has 3 cells, and the header has 2"],
    ['a,b\n1,"2\n', "2: a quote is never closed"],
    ["a,b\n", "there are no rows"],
  ])("of a CSV file that is not in order are refused: %j", async (text, told) => {
    await batchScene(async (scene) => {
      scene.write("rows.csv", text);
      const { code, stderr } = await scene.belt([scene.path("rows.csv")]);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
      expect(scene.server.submits).toBe(0);
    })();
  });

  it(
    "upload the fields named by --upload, each file once, and nothing else however it looks",
    batchScene(async (scene) => {
      scene.write("in/photo.png", "PHOTO");
      scene.write(
        "in/rows.jsonl",
        ["a", "b"].map((prompt) => JSON.stringify({ prompt, image: "photo.png" })).join("\n") +
          '\n{"prompt":"@photo.png","image":"https://x.example/y.png"}\n',
      );
      expect((await scene.belt([scene.path("in/rows.jsonl"), "--upload", "image"])).code).toBe(0);
      expect(scene.server.uploads).toEqual(["PHOTO"]);
      expect(scene.server.tasks.map(({ input }) => [input["prompt"], input["image"]]).toSorted()).toEqual([
        ["@photo.png", "https://x.example/y.png"],
        ["a", "https://files.example/0-0"],
        ["b", "https://files.example/0-0"],
      ]);
    }, KNOWN),
  );

  it(
    "never upload what looks like a secret",
    batchScene(async (scene) => {
      scene.write(".env", "KEY=1");
      scene.write("rows.jsonl", '{"prompt":"a","image":".env"}\n');
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--upload", "image"]);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("secrets") });
    }, KNOWN),
  );
});

describe.concurrent("the same command", () => {
  it(
    "runs nothing again, whatever the order of the rows; new rows run, and equal ones are counted apart",
    batchScene(async (scene) => {
      scene.write("rows.jsonl", '{"a":1,"b":2}\n{"a":2}\n{"a":2}\n');
      await scene.belt([scene.path("rows.jsonl")]);
      expect(scene.server.submits).toBe(3);
      scene.write("rows.jsonl", '{"a":2}\n{"a":9}\n{"b":2,"a":1}\n{"a":2}\n{"a":2}\n');
      const { code } = await scene.belt([scene.path("rows.jsonl")]);
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
      expect(stderr).toContain("the id x has new content");
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
      const itself = await scene.belt([scene.path("rows.jsonl"), "--out", scene.path("rows.jsonl")]);
      expect(itself.code).toBe(2);
      expect(scene.server.submits).toBe(1);
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

  it("saves files under the row's id or number, once however often it is killed", async () => {
    await batchScene(async (scene) => {
      scene.write("rows.jsonl", '{"id":"../fog one","input":{"a":1}}\n{"a":2}\n');
      const { code } = await scene.belt([scene.path("rows.jsonl"), "--save", scene.path("out")]);
      expect(code).toBe(0);
      expect(scene.results().map(({ saved }) => saved)).toEqual([[], []]);
    })();
  });
});

describe.concurrent("leaving", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s cancels what runs; the same command runs it anew", async (signal, exit) => {
    let slow = true;
    await batchScene(
      async (scene) => {
        scene.rows(12);
        const running = scene.belt([scene.path("rows.jsonl")]);
        while (scene.server.unfinished < 4) await new Promise((resolve) => setTimeout(resolve, 5));
        running.signal(signal);
        const { code, stderr } = await running;
        expect({ code, stderr }).toMatchObject({ code: exit, stderr: expect.stringContaining("12 not run") });
        expect(scene.server.cancels).toBe(scene.server.submits);
        slow = false;
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect(scene.results()).toHaveLength(12);
        expect(scene.server.tasks.filter(({ status }) => status === "completed")).toHaveLength(12);
      },
      { takes: () => (slow ? 60_000 : 1) },
    )();
  });

  it(
    "with --on-interrupt detach leaves what runs; the same command follows it",
    batchScene(
      async (scene) => {
        scene.rows(6);
        const running = scene.belt([scene.path("rows.jsonl"), "--on-interrupt", "detach"]);
        while (scene.server.unfinished < 4) await new Promise((resolve) => setTimeout(resolve, 5));
        running.signal("SIGINT");
        expect(await running).toMatchObject({ code: 130, stderr: expect.stringContaining("4 running") });
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect({ submits: scene.server.submits, cancels: scene.server.cancels }).toEqual({
          submits: 6,
          cancels: 0,
        });
      },
      { takes: () => 300 },
    ),
  );

  it(
    "--timeout leaves what runs, exit 8; the same command follows it",
    batchScene(
      async (scene) => {
        scene.rows(6);
        const none = await scene.belt([scene.path("rows.jsonl"), "--timeout", "1ms"]);
        expect(none).toMatchObject({ code: 8, stderr: expect.stringContaining("6 not run") });
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--timeout", "1s"]);
        expect({ code, stderr }).toMatchObject({ code: 8, stderr: expect.stringContaining("4 running") });
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect(scene.server.submits).toBe(6);
      },
      { takes: () => 3_000 },
    ),
  );

  it(
    "runs of a batch are in the journal, and are not @last",
    batchScene(async (scene) => {
      scene.rows(2);
      await scene.belt([scene.path("rows.jsonl")]);
      const journal = readFileSync(scene.path("state/journal.ndjson"), "utf8").trim().split("\n");
      expect(journal.map((line) => JSON.parse(line).by)).toEqual(["batch", "batch"]);
    }),
  );

  it.each(["--session", "--webhook"])("%s is refused with a reason", async (flag) => {
    await batchScene(async (scene) => {
      scene.rows(1);
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), flag, "x"]);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("does not go with batch"),
      });
    })();
  });

  it(
    "--dry-run tells rows, repeats and uploads, and writes and sends nothing",
    batchScene(async (scene) => {
      scene.write("photo.png", "PHOTO");
      scene.write("rows.jsonl", '{"prompt":"a","image":"photo.png"}\n{"prompt":"a","image":"photo.png"}\n');
      const args = [scene.path("rows.jsonl"), "--upload", "image", "--dry-run", "--json"];
      const { code, stdout } = await scene.belt(args);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        rows: 2,
        repeats: 1,
        to_run: 2,
        done: 0,
        uploads: { files: 1, bytes: 5 },
      });
      expect(scene.server.submits).toBe(0);
      expect(existsSync(scene.path("rows.results.ndjson"))).toBe(false);
    }, KNOWN),
  );
});
