import { describe, expect, test } from "vitest";
import { usageError } from "../../src/errors.ts";
import { coerce } from "../../src/input/coerce.ts";
import { parseInput } from "../../src/input/parse-input.ts";
import type { Readers } from "../../src/input/read-object.ts";
import { thrownBy } from "./thrown.ts";

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
