import { createHash, randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { ends, save, saved, savedNames } from "../support/saved-files.ts";
import { scene } from "../support/scene.ts";
import { json, type Request, type Step } from "../support/scripted-api.ts";

/** A file that is sent only so far at a time; every other request is a new connection. */
class Flaky {
  readonly bytes = randomBytes(6 * 2 ** 20);
  readonly asked: (string | undefined)[] = [];
  /** Of one answer; less than the file. */
  most = 2 ** 21;
  headers: Record<string, string> = { etag: '"one"' };

  readonly step: Step = ({ headers }: Request, response: ServerResponse) => {
    this.asked.push(headers.range);
    const current =
      headers["if-range"] === this.headers["etag"] || headers["if-range"] === this.headers["last-modified"];
    const from = current ? Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0) : 0;
    const left = this.bytes.length - from;
    const range = { "content-range": `bytes ${from}-${this.bytes.length - 1}/${this.bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, {
      ...this.headers,
      ...(from > 0 && range),
      "content-length": left,
    });
    response.write(this.bytes.subarray(from, from + this.most), () => {
      if (left > this.most) setTimeout(() => response.destroy(), 50);
      else response.end();
    });
  };
}

/** An answer of a server that does not keep to what it was asked. */
function part(headers: Record<string, string>, range?: string | null): Step {
  return ({ headers: { range: asked } }, response) => {
    const from = Number(/\d+/.exec(asked!));
    const told = range === undefined ? `bytes ${from}-${6 * 2 ** 20 - 1}/${6 * 2 ** 20}` : range;
    response.writeHead(206, { ...headers, ...(told && { "content-range": told }) });
    response.end(Buffer.alloc(6 * 2 ** 20 - from));
  };
}

describe.concurrent("a download whose connection breaks", () => {
  const QUICK = { policy: { retries: [5, 5, 5] } };
  const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

  it.each([
    ["its ETag", { etag: '"one"' }],
    ["its date", { "last-modified": new Date(Date.now() - 60_000).toUTCString() }],
  ])("is taken up where it broke, told apart by %s", (_name, headers) =>
    scene(async (one) => {
      const flaky = Object.assign(new Flaky(), { headers });
      one.api.on("GET /f/a.bin", flaky.step);
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      expect((await save(one)).code).toBe(0);
      expect(sha(saved(one, "data.bin"))).toBe(sha(flaky.bytes));
      expect(flaky.asked.length).toBeGreaterThan(2);
      expect(flaky.asked[0]).toBeUndefined();
      expect(flaky.asked.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ""))).toBe(true);
    }, QUICK)(),
  );

  it("is had part by part from a server that gives no more of it at a time", () =>
    scene(async (one) => {
      const flaky = new Flaky();
      const asked: number[] = [];
      const honest: Step = ({ headers: { range = "" } }, response) => {
        const from = Number(/^bytes=(\d+)-$/.exec(range)![1]);
        const end = Math.min(from + 2 ** 20 + 7, flaky.bytes.length);
        asked.push(from);
        response.writeHead(206, {
          ...flaky.headers,
          "content-range": `bytes ${from}-${end - 1}/${flaky.bytes.length}`,
          "content-length": end - from,
        });
        response.end(flaky.bytes.subarray(from, end));
      };
      one.api.on("GET /f/a.bin", flaky.step, honest);
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      expect((await save(one)).code).toBe(0);
      expect(asked.length).toBeGreaterThan(2);
      expect(asked).toEqual([...asked].sort((a, b) => a - b));
      expect(sha(saved(one, "data.bin"))).toBe(sha(flaky.bytes));
    }, QUICK)());

  it("goes on for longer than one request is repeated, as long as it gets on", () =>
    scene(async (one) => {
      const flaky = Object.assign(new Flaky(), { most: 2 ** 20 + 2 ** 17 });
      one.api.on("GET /f/a.bin", flaky.step);
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      const { code } = await one.belt("task", "get", "task_1", "--save", "out");
      expect(code).toBe(0);
      expect(flaky.asked.length).toBeGreaterThan(5);
      expect(sha(saved(one, "data.bin"))).toBe(sha(flaky.bytes));
    }, QUICK)());

  it.each([
    ["only a weak ETag", { etag: 'W/"one"' }],
    ["no ranges", { etag: '"one"', "accept-ranges": "none" }],
    ["a date that is now", { "last-modified": new Date(Date.now() + 60_000).toUTCString() }],
    ["nothing that tells its state", {}],
  ])("is begun anew where the server has %s", (_name, headers) =>
    scene(async (one) => {
      const flaky = Object.assign(new Flaky(), { headers });
      const rest = Object.assign(new Flaky(), {
        headers,
        bytes: flaky.bytes,
        most: Number.POSITIVE_INFINITY,
      });
      one.api.on("GET /f/a.bin", flaky.step, rest.step);
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      expect((await save(one)).code).toBe(0);
      expect(rest.asked).toEqual([undefined]);
      expect(sha(saved(one, "data.bin"))).toBe(sha(flaky.bytes));
    }, QUICK)(),
  );

  it("is begun anew when the file has changed meanwhile, and has nothing of the old one", () =>
    scene(async (one) => {
      const old = new Flaky();
      const other = Object.assign(new Flaky(), {
        headers: { etag: '"two"' },
        most: Number.POSITIVE_INFINITY,
      });
      const shorter = Object.assign(other, { bytes: other.bytes.subarray(0, 1000) });
      one.api.on("GET /f/a.bin", old.step, shorter.step);
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      expect((await save(one)).code).toBe(0);
      expect(sha(saved(one, "data.bin"))).toBe(sha(shorter.bytes));
    }, QUICK)());

  it.each([
    ["416", (_request: Request, response: ServerResponse) => void response.writeHead(416).end()],
    ["another part", part({}, "bytes 3-5/9")],
    ["a part of another state", part({ etag: '"two"' })],
    ["a part in another encoding", part({ "content-encoding": "gzip" })],
    ["parts in a form of their own", part({ "content-type": "multipart/byteranges; boundary=x" }, null)],
  ] as [string, Step][])("is begun anew when the rest is answered with %s", (_name, answer) =>
    scene(async (one) => {
      const flaky = new Flaky();
      const rest = Object.assign(new Flaky(), { bytes: flaky.bytes, most: Number.POSITIVE_INFINITY });
      one.api.on("GET /f/a.bin", flaky.step, answer, rest.step);
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      expect((await save(one)).code).toBe(0);
      expect(rest.asked).toEqual([undefined]);
      expect(sha(saved(one, "data.bin"))).toBe(sha(flaky.bytes));
    }, QUICK)(),
  );

  it("is given up when it gets no further", () =>
    scene(async (one) => {
      const flaky = Object.assign(new Flaky(), { most: 1000 });
      one.api.on("GET /f/a.bin", flaky.step);
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      expect((await save(one)).code).toBe(9);
      expect(flaky.asked).toHaveLength(4);
      expect(savedNames(one)).toEqual([]);
    }, QUICK)());

  it("waits as long as Retry-After says, and says that it tries again", () =>
    scene(async (one) => {
      const busy = json(503, {}, { "retry-after": "1" });
      one.api.on("GET /f/a.bin", busy, (_request, response) => void response.end("whole"));
      ends(one, { data: { uri: `${one.api.url}/f/a.bin` } });
      const began = Date.now();
      const { code, stderr } = await save(one);
      expect(code).toBe(0);
      expect(Date.now() - began).toBeGreaterThan(900);
      expect(stderr).toContain("download failed: the server answered HTTP 503, trying again (2 of 3)");
    })());
});
