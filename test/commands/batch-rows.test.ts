import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { batchScene, KNOWN } from "../support/batch-scene.ts";

describe.concurrent("rows", () => {
  it(
    "are JSON lines with byte order mark, Windows line ends and blank lines",
    batchScene(async (scene) => {
      scene.write(
        "rows.jsonl",
        '\ufeff{"a":1}\r\n\r\n{"id":"x","input":{"a":2},"function":"other"}\r\n{"a":3}',
      );
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "-j", "1"]);
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
      const { code, stderr } = await scene.belt([scene.path("rows.csv"), "-i", "steps:=9", "-j", "1"]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(scene.server.tasks.map(({ input }) => input)).toEqual([
        { prompt: "two\r\nlines", steps: 4, deep: { x: 1.5 } },
        { prompt: "plain", steps: 9 },
      ]);
      expect(existsSync(scene.path("rows.results.ndjson"))).toBe(true);
    }, KNOWN),
  );

  it(
    "are CSV with line ends of several kinds, which are no part of a cell",
    batchScene(async (scene) => {
      scene.write("rows.csv", "prompt,steps\na,4\r\n\r\nb,\n\r\nc\r\n");
      expect((await scene.belt([scene.path("rows.csv"), "-j", "1"])).code).toBe(0);
      expect(scene.server.tasks.map(({ input }) => input)).toEqual([
        { prompt: "a", steps: 4 },
        { prompt: "b" },
        { prompt: "c" },
      ]);
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
      expect((await scene.belt([...args, "-j", "1"])).code).toBe(0);
      expect(scene.server.tasks.map(({ input }) => input)).toEqual(
        [1, 2, 3].flatMap((steps) => ["fog", "a,b"].map((prompt) => ({ steps, prompt }))),
      );
      scene.write("rows.jsonl", '{"prompt":"x"}\n{"prompt":"y"}\n');
      expect((await scene.belt([scene.path("rows.jsonl"), "--vary", "steps=7..8"])).code).toBe(0);
      expect(
        scene
          .results()
          .map(({ row }) => row)
          .sort(),
      ).toEqual([1, 2, 3, 4]);
    }, KNOWN),
  );

  it(
    "are all checked before anything is sent, each told with its line",
    batchScene(async (scene) => {
      scene.write(
        "rows.jsonl",
        '{"prompt":"ok"}\n{"promt":"x"}\n[1]\n{"prompt":"y","steps":0}\nnot json\n{"prompt":"z","image":"none.png"}\n{"id":"a","prompt":"z"}\n',
      );
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--upload", "image"]);
      expect(code).toBe(2);
      for (const [line, what] of [
        [2, "did you mean prompt"],
        [3, "is not an object"],
        [4, "steps"],
        [5, "is not JSON"],
        [6, "there is no such file"],
        [7, 'id is unknown.*; a row with an id is {"id":"…","input":{…}}'],
      ])
        expect(stderr).toMatch(new RegExp(`rows.jsonl:${line}: .*${what}`));
      expect(scene.server.submits).toBe(0);
      expect(existsSync(scene.path("rows.results.ndjson"))).toBe(false);
    }, KNOWN),
  );

  it.each([
    ["rows.jsonl", '[1]\n{"prompt":"b\xff"}\n', ["1: is not an object", "2: is not text in UTF-8 or UTF-16"]],
    ["rows.jsonl", '{"prompt":"é"}\n{"prompt":"b\xc3', ["2: is not text"]],
    ["rows.csv", "prompt,steps\nb,0\nc,1\n\xff,1\n", ["2: steps", "4: is not text"]],
    ["rows.csv", `prompt\n${`${"é".repeat(300)}\n`.repeat(500)}\xff\n`, ["502: is not text"]],
  ])(
    "that are not text are told with their line, as what is wrong before them: %s",
    async (name, text, told) => {
      await batchScene(async (scene) => {
        scene.write(name, Buffer.from(text.replaceAll("é", "\xc3\xa9"), "latin1"));
        const { code, stderr } = await scene.belt([scene.path(name)]);
        expect(code).toBe(2);
        for (const each of told) expect(stderr).toContain(`${name}:${each}`);
        expect(scene.server.submits).toBe(0);
      }, KNOWN)();
    },
  );

  it.each([
    ["a,a\n1,2\n", "1: is the header, and names a twice"],
    ["a,\n1,2\n", "1: is the header, and a cell of it is empty"],
    ["text..x,b\n1,2\n", '1: is the header, and "text..x" is not a key'],
    ["a,a.b,text\n1,2,3\n", "1: is the header, and a.b is within another key"],
    ["a.b,a,text\n1,2,3\n", "1: is the header, and a.b is within another key"],
    ["a[],a.k\n1,2\n", '2: a.k: "k" is no place in a list'],
    ["a,b\n1,2,3\n", "2: has 3 cells, and the header has 2"],
    ['a,b\n1,"2\n', "2: a quote is never closed"],
    ['a,b\n\n\n"1\n', "4: a quote is never closed"],
    ["\na,b\n\n1,2\n\n\n1,2,3\n", "7: has 3 cells"],
    ['a,b\r\n"1\r\n2",3\r\n\r\n1,2,3\r\n', "5: has 3 cells"],
    ['a,b\r\n1,"2\n3"\n\r\n1,2,3\n', "5: has 3 cells"],
    ["a,b\n", "there are no rows"],
  ])("of a CSV file that is not in order are refused: %j", async (text, told) => {
    await batchScene(async (scene) => {
      scene.write("rows.csv", text);
      const { code, stderr } = await scene.belt([scene.path("rows.csv")]);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
      expect(stderr).toContain(told.startsWith("there") ? told : `rows.csv:${told}`);
      expect(scene.server.submits).toBe(0);
    })();
  });

  it(
    "of a CSV file whose header is wrong in many ways are refused with all of them",
    batchScene(async (scene) => {
      scene.write("rows.csv", "a..b,c,c,,d,d.e\n1,2,3,4,5,6\n");
      const { code, stderr } = await scene.belt([scene.path("rows.csv")]);
      expect(code).toBe(2);
      expect(stderr.match(/rows\.csv:1: is the header/g)).toHaveLength(4);
    }),
  );

  it.each([
    ["repeat=1,2", "repeat=3,4", "--vary repeat: "],
    ["text=a", "text.b=c", "--vary text.b: "],
    ["text.b=c", "text=a", "--vary text.b: "],
  ])("varied by %s and %s are refused", async (one, other, told) => {
    await batchScene(async (scene) => {
      const args = ["--vary", one, "--vary", other, "--out", scene.path("o.ndjson")];
      for (const more of [[], ["--dry-run"]])
        expect(await scene.belt([...args, ...more])).toMatchObject({
          code: 2,
          stderr: expect.stringContaining(told),
        });
      expect(scene.server.submits).toBe(0);
    })();
  });

  it(
    "varied in what is appended, or side by side in one object, are run",
    batchScene(async (scene) => {
      const vary = ["tags[]=a,b", "tags[]=c", "deep.x=1", "deep.y=2"].flatMap((spec) => ["--vary", spec]);
      expect((await scene.belt([...vary, "--out", scene.path("o.ndjson"), "-j", "1"])).code).toBe(0);
      expect(scene.server.tasks.map(({ input }) => input)).toEqual(
        ["a", "b"].map((tag) => ({ tags: ["c", tag], deep: { x: "1", y: "2" } })),
      );
    }),
  );

  it(
    "out of a pipe need --out, and are run with it",
    batchScene(async (scene) => {
      const fifo = scene.path("rows.fifo");
      execFileSync("mkfifo", [fifo]);
      for (const rows of [fifo, "/dev/stdin", "/dev/fd/0"])
        for (const more of [[], ["--dry-run"]])
          expect(await scene.belt([rows, ...more])).toMatchObject({
            code: 2,
            stderr: expect.stringContaining(`--out is needed with rows from ${rows}`),
          });
      const running = scene.belt([fifo, "--out", scene.path("o.ndjson")]);
      await writeFile(fifo, '{"a":1}\n{"a":2}\n');
      expect(await running).toMatchObject({ code: 0 });
      expect(scene.results("o.ndjson")).toHaveLength(2);
    }),
  );

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

  it.each([
    ["imge", [], "--upload imge: no row has it; did you mean image?"],
    ["deep.imge", [], "--upload deep.imge: no row has it; did you mean deep.image?"],
    ["imge", ["--vary", "prompt=a,b"], "did you mean image?"],
  ])("with --upload %s, which none has, are refused (%j)", async (key, args, told) => {
    await batchScene(async (scene) => {
      scene.write("photo.png", "PHOTO");
      scene.write(
        "rows.jsonl",
        '{"prompt":"a","image":"photo.png","deep":{"image":"photo.png"}}\n{"prompt":"b"}\n',
      );
      for (const more of [[], ["--dry-run"]]) {
        const { code, stderr } = await scene.belt([
          scene.path("rows.jsonl"),
          ...["--upload", "image", "--upload", key],
          ...args,
          ...more,
        ]);
        expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(told) });
      }
      expect([scene.server.submits, scene.server.uploads]).toEqual([0, []]);
    })();
  });

  it.each(["", "a\u0000b", 5, { uri: "a.png" }])("with %j as a path are refused", async (image) => {
    await batchScene(async (scene) => {
      scene.write("rows.jsonl", JSON.stringify({ prompt: "a", image }));
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--upload", "image"]);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("1: image is not a path"),
      });
    }, KNOWN)();
  });

  it(
    "with an --upload key that -i or --vary alone gives are run",
    batchScene(async (scene) => {
      scene.write("photo.png", "PHOTO");
      scene.rows(1);
      const uploads = ["--upload", "shared", "--upload", "varied"];
      const given = ["-i", "shared=https://x.example/y.png", "--vary", "varied=photo.png"];
      expect((await scene.belt([scene.path("rows.jsonl"), ...uploads, ...given])).code).toBe(0);
      expect(scene.server.uploads).toEqual(["PHOTO"]);
    }),
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
