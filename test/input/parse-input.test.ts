import { describe, expect, test } from "vitest";
import { usageError } from "../../src/errors.ts";
import { coerce } from "../../src/input/coerce.ts";
import { parseInput, readsStdin } from "../../src/input/parse-input.ts";
import type { Readers } from "../../src/input/read-object.ts";
import { asSchema } from "../../src/input/schema/document.ts";
import { validate } from "../../src/input/validate.ts";
import { stringifyJson } from "../../src/wire/json.ts";
import { thrownBy } from "../support/thrown.ts";

const FILES: Record<string, string | Buffer> = {
  "params.json": '{"prompt":"from json","steps":4,"size":{"w":1,"h":2},"tags":["a","b"]}',
  "params.yaml": "prompt: from yaml\nsteps: 8\nsize:\n  w: 3\n",
  "params.YML": "seed: 1\n",
  "no-extension": '{"seed":2}',
  "with=equals.json": '{"seed":3}',
  "list.json": "[1]",
  "text.yaml": "just text",
  "empty.yaml": "",
  "broken.json": "{",
  "broken.yaml": "a: [",
  "note.txt": "line one\n@ line two\n",
  "empty.txt": "",
  "utf16le.json": Buffer.from('\ufeff{"a":"ü"}', "utf16le"),
  "utf16be.txt": Buffer.from("\ufeffü", "utf16le").swap16(),
  "utf8-mark.yaml": "\ufeffa: 1\n",
  "latin1.txt": Buffer.from("caf\u00e9", "latin1"),
  "secret.json": "hunter2-not-json",
  "secret.yaml": "a: [hunter2",
  "merge.yaml": "base: &b {w: 1, h: 2}\nsize:\n  <<: *b\n  h: 9\n",
  "long.yaml":
    "seed: 6687881544318117707\nlow: -12345678901234567890\npi: 3.14159265358979323846264\nhex: 0x10\n",
  "long.json":
    '{"seed":6687881544318117707,"pi":3.14159265358979323846264,"text":"12345678901234567890","n":1e400}',
  "proto.yaml": "__proto__:\n  polluted: 1\n",
};

function readers(stdin = ""): Readers {
  return {
    async file(path) {
      const text = FILES[path];
      if (text !== undefined) return typeof text === "string" ? Buffer.from(text) : text;
      throw usageError(`cannot read ${path}: there is no such file`);
    },
    stdin: async () => Buffer.from(stdin),
  };
}

async function parse(specs: string[], stdin?: string): Promise<object> {
  return coerce(await parseInput(specs, "--input", readers(stdin)), null).values;
}

async function refusal(...specs: string[]) {
  const error = await thrownBy(() => parse(specs));
  expect(error.exitCode).toBe(2);
  return error;
}

describe("key=text", () => {
  test.each([
    ["prompt=a lighthouse", { prompt: "a lighthouse" }],
    ["steps=4", { steps: "4" }],
    ["on=true", { on: "true" }],
    ["empty=", { empty: "" }],
    ["a=b=c", { a: "b=c" }],
    ["url=https://x.y/z?q=1", { url: "https://x.y/z?q=1" }],
    ["path=/etc/hosts", { path: "/etc/hosts" }],
    ["file=params.json", { file: "params.json" }],
    ["mail=me@example.org", { mail: "me@example.org" }],
    ["space= x ", { space: " x " }],
    ["lines=a\nb", { lines: "a\nb" }],
    ["json={}", { json: "{}" }],
    ["a:b=c", { "a:b": "c" }],
  ])("%j is text", async (spec, input) => {
    expect(await parse([spec])).toEqual(input);
  });
});

describe("key:=json", () => {
  test.each([
    ["steps:=4", { steps: 4 }],
    ["on:=true", { on: true }],
    ["none:=null", { none: null }],
    ['text:="4"', { text: "4" }],
    ["list:=[1,2]", { list: [1, 2] }],
    ['size:={"w":1}', { size: { w: 1 } }],
    ["a.b:=1", { a: { b: 1 } }],
    ["big:=1e3", { big: 1000 }],
    ['at:="@x"', { at: "@x" }],
  ])("%j is that value", async (spec, input) => {
    expect(await parse([spec])).toEqual(input);
  });

  test.each(["steps:=four", "steps:=", "steps:={", "steps:='1'"])("%s is refused by name", async (spec) => {
    const { message } = await refusal(spec);
    expect(message).toContain("--input steps");
    expect(message).toContain("JSON");
  });
});

describe("@ in a value", () => {
  test.each([
    ["key=@@x", { key: "@x" }],
    ["key=@@", { key: "@" }],
    ["key=@@@x", { key: "@@x" }],
  ])("%s is text that begins with @", async (spec, input) => {
    expect(await parse([spec])).toEqual(input);
  });

  test.each([
    ["photo=@cat.png", ["photo"], "cat.png"],
    ["photo=@-", ["photo"], "-"],
    ["photo=@a=b@c.png", ["photo"], "a=b@c.png"],
    ["a.photo=@cat.png", ["a", "photo"], "cat.png"],
    ["photos[]=@cat.png", ["photos", 0], "cat.png"],
  ])("%s is an upload", async (spec, path, file) => {
    const { uploads } = coerce(await parseInput([spec], "--input", readers()), null);
    expect(uploads).toEqual([{ path, field: path, file }]);
  });

  test("an upload that something later replaces is none", async () => {
    for (const later of ["photo=text", "photo:=null", '{"photo":1}', "photo=@dog.png"]) {
      const tree = await parseInput(["photo=@cat.png", later], "--input", readers());
      expect(coerce(tree, null).uploads).not.toContainEqual(expect.objectContaining({ file: "cat.png" }));
    }
  });

  test("@ alone names no file", async () => {
    const { message, facts } = await refusal("photo=@");
    expect(message).toContain("--input photo");
    expect(facts.hint).toContain("@@");
  });
});

describe("key@=file", () => {
  test.each([
    ["prompt@=note.txt", { prompt: "line one\n@ line two\n" }],
    ["prompt@=empty.txt", { prompt: "" }],
    ["prompt@=utf16be.txt", { prompt: "ü" }],
    ["a.b@=note.txt", { a: { b: "line one\n@ line two\n" } }],
    ["tags[]@=note.txt", { tags: ["line one\n@ line two\n"] }],
    ["prompt@=-", { prompt: "typed" }],
  ])("%s is the text of the file, as it is", async (spec, input) => {
    expect(await parse([spec], "typed")).toEqual(input);
  });

  test.each([
    ["prompt@=missing.txt", "missing.txt"],
    ["prompt@=", "prompt@="],
    ["prompt@=latin1.txt", "latin1.txt is not text in UTF-8 or UTF-16"],
  ])("%s is refused by name", async (spec, named) => {
    expect((await refusal(spec)).message).toContain(named);
  });

  test.each([
    ["@-", true],
    ["a@=-", true],
    ["a=@-", true],
    ["a@=x", false],
    ["a:=@-", false],
    ["a=-", false],
  ])("%s reads standard input: %s", (spec, expected) => {
    expect(readsStdin(spec)).toBe(expected);
  });
});

describe("what cannot be read", () => {
  test.each(["@secret.json", "@secret.yaml", "secret.json"])("%s is not quoted", async (spec) => {
    const { message, facts } = await refusal(spec);
    expect(`${message} ${facts.hint}`).not.toContain("hunter");
    expect(message).toContain(spec.replace("@", ""));
  });

  test("says where it breaks off", async () => {
    expect((await refusal("@broken.json")).message).toMatch(
      /broken\.json: not valid JSON(: it ends too early|, line 1, column 2)/,
    );
  });

  test("is guessed at where a shell took the quotes", async () => {
    const { message, facts } = await refusal("{prompt:x}");
    expect(message).toContain("its names have no quotes");
    expect(facts.hint).toMatch(/prompt=….*@file\.json/);
  });
});

describe("numbers keep their digits", () => {
  const sent = async (...specs: string[]) => stringifyJson(await parse(specs));

  test.each([
    ["seed:=6687881544318117707", '{"seed":6687881544318117707}'],
    ["seed:=-6687881544318117707", '{"seed":-6687881544318117707}'],
    ['{"a":[{"seed":6687881544318117707}]}', '{"a":[{"seed":6687881544318117707}]}'],
    ["n:=1e400", '{"n":1e400}'],
    ["n:=0.1", '{"n":0.1}'],
    ["n:=3.14159265358979323846264", '{"n":3.14159265358979323846264}'],
    ['t:="6687881544318117707"', '{"t":"6687881544318117707"}'],
    ["@long.json", FILES["long.json"] as string],
    [
      "@long.yaml",
      '{"seed":6687881544318117707,"low":-12345678901234567890,"pi":3.14159265358979323846264,"hex":16}',
    ],
  ])("%s", async (spec, json) => {
    expect(await sent(spec)).toBe(json);
  });

  test.each([
    ["6687881544318117707", "6687881544318117707"],
    ["+6687881544318117707", "6687881544318117707"],
    ["006687881544318117707", "6687881544318117707"],
    [".12345678901234567890123", "0.12345678901234567890123"],
    ["5.", "5"],
    ["-0.5", "-0.5"],
  ])("%s typed for a number", async (text, json) => {
    const schema = asSchema({ type: "object", properties: { n: { type: "number" } } });
    const { values } = coerce(await parseInput([`n=${text}`], "--input", readers()), schema);
    expect(stringifyJson(values)).toBe(`{"n":${json}}`);
  });

  test("and are checked as numbers, whole ones too", async () => {
    const properties = { n: { type: "integer", minimum: 0 }, m: { type: "integer", maximum: 9 } };
    const schema = asSchema({ type: "object", properties })!;
    const coerced = coerce(
      await parseInput(["n=6687881544318117707", "m=6687881544318117707"], "--input", readers()),
      schema,
    );
    const told = (await validate(coerced, schema)).map(({ path, message }) => [...path, message].join(" "));
    expect(told).toEqual(["m must be at most 9, not 6687881544318117707"]);
  });
});

describe("nested keys", () => {
  test.each([
    [["a.b=1"], { a: { b: "1" } }],
    [["a.b=1", "a.c=2"], { a: { b: "1", c: "2" } }],
    [["a.0=x", "a.1=y"], { a: ["x", "y"] }],
    [["tags[]=x", "tags[]=y"], { tags: ["x", "y"] }],
    [["a.0.b=x", "a.0.c=y", "a.1.b=z"], { a: [{ b: "x", c: "y" }, { b: "z" }] }],
    [["a[].b=x", "a[].b=y"], { a: [{ b: "x" }, { b: "y" }] }],
    [["a[].x=1", "a[].y=2", "a[].x=3"], { a: [{ x: "1", y: "2" }, { x: "3" }] }],
    [["a[].p.x=1", "a[].p.y=2", "a[].p.x=3"], { a: [{ p: { x: "1", y: "2" } }, { p: { x: "3" } }] }],
    [["a[].n=1", "a[].t[]=u", "a[].t[]=v"], { a: [{ n: "1", t: ["u", "v"] }] }],
    [["a:=[{}]", "a[].x=1"], { a: [{}, { x: "1" }] }],
    [["a.b[]=x"], { a: { b: ["x"] } }],
    [["a\\.b=1"], { "a.b": "1" }],
    [["a\\.b.c=1"], { "a.b": { c: "1" } }],
    [["a:=[1,2]", "a.0:=9"], { a: [9, 2] }],
    [["a:=[1]", "a[]:=2"], { a: [1, 2] }],
    [["a:={}", "a.0=x"], { a: { "0": "x" } }],
  ])("%j", async (specs, input) => {
    expect(await parse(specs)).toEqual(input);
  });

  test.each([
    [["a..b=1"], "a..b"],
    [[".a=1"], ".a"],
    [["a.=1"], "a."],
    [["[]=1"], "[]"],
    [["a=1", "a.b=2"], "a.b=2"],
    [["a=1", "a[]=2"], "a[]=2"],
    [["a:={}", "a[]=2"], "a[]=2"],
    [["a:=[]", "a.b=2"], "a.b=2"],
    [["a:=[]", "a.1=2"], "a.1=2"],
    [["a:=[]", "a.-1=2"], "a.-1=2"],
    [["a:=[1]", "a.length=0"], "a.length=0"],
  ])("%j is refused, and the error says which", async (specs, named) => {
    expect((await refusal(...specs)).message).toContain(named);
  });
});

describe("objects", () => {
  test.each([
    ['{"a":1}', { a: 1 }],
    [' { "a": {"b": [1]} } ', { a: { b: [1] } }],
    ["{}", {}],
    ["@params.yaml", { prompt: "from yaml", steps: 8, size: { w: 3 } }],
    ["@params.YML", { seed: 1 }],
    ["@no-extension", { seed: 2 }],
    ["@with=equals.json", { seed: 3 }],
    ["params.yaml", { prompt: "from yaml", steps: 8, size: { w: 3 } }],
    ["@utf16le.json", { a: "ü" }],
    ["@utf8-mark.yaml", { a: 1 }],
    ["@merge.yaml", { base: { w: 1, h: 2 }, size: { w: 1, h: 9 } }],
  ])("%s", async (spec, input) => {
    expect(await parse([spec])).toEqual(input);
  });

  test("a JSON file is read with @ and without", async () => {
    const expected = JSON.parse(String(FILES["params.json"]));
    expect(await parse(["@params.json"])).toEqual(expected);
    expect(await parse(["params.json"])).toEqual(expected);
  });

  test("@- is standard input", async () => {
    expect(await parse(["@-"], ' {"a":1}\n')).toEqual({ a: 1 });
  });

  test.each([
    ["{", "--input {"],
    ['{"a":}', '--input {"a":}'],
    ["@list.json", "list.json"],
    ["@text.yaml", "text.yaml"],
    ["@empty.yaml", "empty.yaml"],
    ["@broken.json", "broken.json"],
    ["@broken.yaml", "broken.yaml"],
    ["@missing.json", "missing.json"],
    ["missing.yml", "missing.yml"],
    ["@", "@"],
    ["@-", "@-"],
    ["prompt", "prompt"],
    ["=text", "=text"],
    [":=1", ":=1"],
    ["", '""'],
    ["[1]", "[1]"],
  ])("%s is refused, and the error names it", async (spec, named) => {
    const { message } = await refusal(spec);
    expect(message).toContain("--input");
    expect(message).toContain(named);
  });

  test("a file that is not there is said in words", async () => {
    expect((await refusal("@missing.json")).message).toMatch(/no such file/);
  });

  test("the flag in the error is the one that was used", async () => {
    const error = await thrownBy(() => parseInput(["x"], "--setup", readers()));
    expect(error.message).toContain("--setup");
  });
});

describe("merged left to right, later wins", () => {
  test.each([
    [["a=1", "a=2"], { a: "2" }],
    [["a=1", '{"a":2}'], { a: 2 }],
    [['{"a":2}', "a=1"], { a: "1" }],
    [['{"a":{"b":1,"c":2}}', '{"a":{"c":3,"d":4}}'], { a: { b: 1, c: 3, d: 4 } }],
    [['{"a":{"b":1}}', "a.c=2"], { a: { b: 1, c: "2" } }],
    [["a.c=2", '{"a":{"b":1}}'], { a: { c: "2", b: 1 } }],
    [['{"a":[1,2]}', '{"a":[3]}'], { a: [3] }],
    [['{"a":{"b":1}}', '{"a":7}'], { a: 7 }],
    [['{"a":7}', '{"a":{"b":1}}'], { a: { b: 1 } }],
    [['{"a":{"b":1}}', "a:={}"], { a: {} }],
    [['{"a":{"b":1}}', '{"a":null}'], { a: null }],
    [["a:=null", "a.b=1"], { a: { b: "1" } }],
    [
      ["@params.json", "seed:=7", "@params.yaml", "size.h:=9"],
      { prompt: "from yaml", steps: 8, size: { w: 3, h: 9 }, tags: ["a", "b"], seed: 7 },
    ],
    [[], {}],
  ])("%j", async (specs, input) => {
    expect(await parse(specs)).toEqual(input);
  });
});

describe("keys that every object has are keys like any other", () => {
  test.each([
    ["__proto__=x", "__proto__"],
    ["__proto__.polluted=1", "__proto__"],
    ["__proto__[]=1", "__proto__"],
    ["a.__proto__.polluted=1", "a"],
    ['{"__proto__":{"polluted":1}}', "__proto__"],
    ['a:={"__proto__":{"polluted":1}}', "a"],
    ["constructor.prototype.polluted=1", "constructor"],
    ['{"constructor":{"prototype":{"polluted":1}}}', "constructor"],
    ["toString=x", "toString"],
    ["@proto.yaml", "__proto__"],
  ])("%s", async (spec, key) => {
    const input = await parse([spec]);
    expect(Object.keys(input)).toEqual([key]);
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(typeof {}.toString).toBe("function");
  });

  test("they arrive in the request", async () => {
    expect(JSON.stringify(await parse(["__proto__.a=1", '{"__proto__":{"b":2}}', "__proto__.c=3"]))).toBe(
      '{"__proto__":{"a":"1","b":2,"c":"3"}}',
    );
    expect(JSON.stringify(await parse(["constructor.name=x", "toString=y"]))).toBe(
      '{"constructor":{"name":"x"},"toString":"y"}',
    );
  });

  test("a list has no such keys", async () => {
    expect((await refusal("a:=[]", "a.__proto__.x=1")).message).toContain("a.__proto__.x=1");
  });
});
