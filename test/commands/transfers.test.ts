import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ends, save, saved, savedNames } from "../support/saved-files.ts";
import { lastError, scene } from "../support/scene.ts";
import { json, ndjson, type Step } from "../support/scripted-api.ts";

const ENCODINGS: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: gzipSync,
  "x-gzip": gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  "deflate without its head": deflateRawSync,
  "gzip, br": (bytes) => brotliCompressSync(gzipSync(bytes)),
  GZIP: gzipSync,
  identity: (bytes) => bytes,
  "aws-chunked": (bytes) => bytes,
};

const NAMES = Object.keys(ENCODINGS);

function encoded(name: string, body: string | Buffer, headers: Record<string, string> = {}): Step {
  const bytes = ENCODINGS[name]!(Buffer.from(body));
  return (_request, response) => {
    response.writeHead(200, { "content-encoding": name.split(" without")[0]!, ...headers });
    response.end(bytes);
  };
}

describe.concurrent("Content-Encoding, which nobody asked for", () => {
  const text = `${"the same again, ".repeat(1_000)}${randomBytes(100).toString("hex")}`;

  it.each(NAMES)("%s of a file is undone", (name) =>
    scene(async (one) => {
      one.api.on("GET /f/data.json", encoded(name, text));
      ends(one, { data: { uri: `${one.api.url}/f/data.json`, size: text.length } });
      const { code, stderr } = await save(one);
      expect({ code, stderr: stderr.replace(/.*saved out.*\n/, "") }).toEqual({ code: 0, stderr: "" });
      expect(saved(one, "data.json").toString()).toBe(text);
    })(),
  );

  it.each(NAMES)("%s of an answer and of a stream is undone", (name) =>
    scene(async (one) => {
      const { api } = one;
      const done = api.task("completed", { output: { text } });
      const lines = [api.task("running"), done].map((task) => `${JSON.stringify(task)}\n`).join("");
      const type = { "content-type": "application/x-ndjson" };
      api
        .on("POST /run", encoded(name, JSON.stringify({ data: api.task("queued") })))
        .on("GET /tasks/task_1/stream", encoded(name, lines, type))
        .on("GET /tasks/task_1", encoded(name, JSON.stringify({ data: done })));
      const { code, stdout } = await one.belt("run", "infsh/flux", "--field", "output.text");
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${text}\n` });
      expect(api.count("GET /tasks/task_1/stream")).toBe(1);
    })(),
  );

  it("of an error is undone", () =>
    scene(async (one) => {
      const body = gzipSync(JSON.stringify({ title: "no such task", status: 404 }));
      one.api.on("GET /tasks/task_1", (_request, response) => {
        response.writeHead(404, { "content-encoding": "gzip" }).end(body);
      });
      const { code, stderr } = await one.belt("task", "get", "task_1", "--json");
      expect(code).toBe(5);
      expect(lastError(stderr).message).toBe("no such task (HTTP 404)");
    })());

  it("of an empty answer is nothing", () =>
    scene(async (one) => {
      one.api.on("DELETE /sessions/s", (_request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end();
      });
      expect((await one.belt("session", "end", "s")).code).toBe(0);
    })());

  it.each([
    ["damaged", { "content-encoding": "gzip" }, gzipSync(Buffer.alloc(9_999)).fill(7, 20), "unpacked"],
    [
      "cut short",
      { "content-encoding": "gzip" },
      gzipSync(randomBytes(9_999)).subarray(0, 99),
      "unexpected end",
    ],
    ["not what it says", { "content-encoding": "br" }, Buffer.from("plain"), "unpacked"],
    ["unknown", { "content-encoding": "rot13" }, Buffer.from("cynva"), '"rot13", which belt does not read'],
    ["piled up", { "content-encoding": "gzip,".repeat(99) }, Buffer.from("x"), "which belt does not read"],
  ])("that is %s is told, for a file and for an answer", (_name, headers, body, words) =>
    scene(async (one) => {
      const broken: Step = (_request, response) => void response.writeHead(200, headers).end(body);
      one.api.on("GET /f/a.bin", broken);
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      const download = await save(one);
      expect(download.code).toBe(9);
      expect(lastError(download.stderr).message).toContain(words);
      expect(savedNames(one)).toEqual([]);
      one.api.on("GET /tasks/task_2", broken);
      const answer = await one.belt("task", "get", "task_2", "--json");
      expect(answer.code).toBe(1);
      expect(lastError(answer.stderr).message).toContain(words);
    })(),
  );

  it("of a submit that cannot be read leaves it in doubt", () =>
    scene(async (one) => {
      one.api.on("POST /run", (_request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end("not at all");
      });
      expect((await one.belt("run", "infsh/flux")).code).toBe(11);
      expect(one.api.count("POST /run")).toBe(1);
    })());

  it("does not get around the bound of an answer", () =>
    scene(async (one) => {
      const member = gzipSync(Buffer.alloc(2 ** 20, " "));
      const bomb = Buffer.concat(Array.from({ length: 300 }, () => member));
      one.api.on("GET /tasks/task_1", (_request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
      });
      const { code, stderr } = await one.belt("task", "get", "task_1", "--json");
      expect(code).toBe(1);
      expect(lastError(stderr).code).toBe("answer_too_large");
    })());
});

describe.concurrent("what a file's address may be", () => {
  it.each([
    ["data:image/png;base64,iVBORw0KGgo=", "image.png", "\u0089PNG\r\n\u001a\n"],
    ["data:text/plain,gr%C3%BC%C3%9Fe", "image.txt", "grÃ¼Ã\u009fe"],
    ["DATA:application/json,%7B%7D", "image.json", "{}"],
    ["data:,", "image.txt", ""],
  ])("%s", (uri, name, bytes) =>
    scene(async (one) => {
      ends(one, { image: { uri } });
      expect((await save(one)).code).toBe(0);
      expect(savedNames(one)).toEqual([name]);
      expect(saved(one, name).toString("latin1")).toBe(bytes);
    })(),
  );

  it("a data: address in a field that the schema calls a file", () =>
    scene(async (one) => {
      const properties = { pic: { type: "string", format: "file" }, text: { type: "string" } };
      one.api.on(
        "GET /apps/infsh/flux",
        one.api.ok({ version: { output_schema: { type: "object", properties } } }),
      );
      const output = { pic: "data:text/csv,a", text: "data:text/csv,b" };
      one.api.on("GET /tasks/task_1", one.api.ok(one.api.task("completed", { app: "infsh/flux", output })));
      expect((await save(one)).code).toBe(0);
      expect(savedNames(one)).toEqual(["pic.csv"]);
    })());

  it("is no data: address that cannot be read", () =>
    scene(async (one) => {
      ends(one, { image: { uri: "data:image/png;base64,%%%" } });
      const { code, stderr } = await save(one);
      expect(code).toBe(9);
      expect(lastError(stderr)).toMatchObject({ retryable: false });
      expect(savedNames(one)).toEqual([]);
    })());

  it("is one of the API's own, without its host", () =>
    scene(async (one) => {
      one.api.on("GET /f/a.bin", (_request, response) => void response.end("whole"));
      ends(one, { data: { uri: "/f/a.bin" } });
      expect((await save(one)).code).toBe(0);
      expect(saved(one, "data.bin").toString()).toBe("whole");
      expect(one.api.requests.at(-1)!.headers.authorization).toBeUndefined();
    })());

  it.each([
    ["model", "x/model.safetensors", "application/octet-stream", "model.safetensors"],
    ["bundle", "x/bundle.tar.gz", "application/gzip", "bundle.tar.gz"],
    ["bundle", "x/bundle.tar.gz", "application/x-tar", "bundle.tar.gz"],
    ["scan", "scan.nii.gz?sig=1", "", "scan.nii.gz"],
    ["image", "image.png", "image/jpeg", "image.jpg"],
  ])("%s at %s of the type %j is saved as it is called", (key, place, type, name) =>
    scene(async (one) => {
      one.api.on(`GET /${place.split("?")[0]}`, (_request, response) => {
        response.writeHead(200, type === "" ? {} : { "content-type": type }).end("x");
      });
      ends(one, { [key]: { uri: `${one.api.url}/${place}` } });
      expect((await save(one)).code).toBe(0);
      expect(savedNames(one)).toEqual([name]);
    })(),
  );
});

describe.concurrent("the address for an upload", () => {
  const slot = (upload_url: unknown) => ({ uri: "https://f/a", upload_url });

  it.each(["/put/a?sig=1", "put/a?sig=1", "./put/a?sig=1"])("may be relative: %s", (place) =>
    scene(async (one) => {
      one.api.on("POST /files", one.api.ok([slot(place)])).on("PUT /put/a", json(200, {}));
      writeFileSync(join(one.home.dir, "a.txt"), "bytes");
      expect(await one.belt("file", "upload", "a.txt")).toMatchObject({ code: 0, stdout: "https://f/a\n" });
      const put = one.api.requests.at(-1)!;
      expect(put).toMatchObject({ url: "/put/a?sig=1", body: "bytes" });
      expect(put.headers.authorization).toBeUndefined();
    })(),
  );

  it.each(["http://", "ftp://x/y", "", "javascript:x", 7, null, { toString: 1 }])(
    "that is none ends the upload at once: %j",
    (place) =>
      scene(async (one) => {
        one.api.on("POST /files", one.api.ok([slot(place)]));
        writeFileSync(join(one.home.dir, "a.txt"), "bytes");
        const { code, stderr } = await one.belt("file", "upload", "a.txt");
        expect(code).toBe(1);
        expect(stderr).toContain("does not say where to upload");
      })(),
  );
});

it("a stream is followed to where it has moved", () =>
  scene(async (one) => {
    const { api } = one;
    const done = api.task("completed", { output: { n: 1 } });
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", (_request, response) => {
        response.writeHead(307, { location: "/moved" }).end();
      })
      .on("GET /moved", ndjson([done]))
      .on("GET /tasks/task_1", api.ok(done));
    expect((await one.belt("run", "infsh/flux", "--json")).code).toBe(0);
    expect(api.count("GET /moved")).toBe(1);
  })());
