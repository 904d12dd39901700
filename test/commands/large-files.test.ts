import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { listening } from "../support/listening.ts";
import { scene } from "../support/scene.ts";
import type { Step } from "../support/scripted-api.ts";

const MEGABYTE = 2 ** 20;

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Each is told apart from the others by every byte of it. */
const FILES = Object.fromEntries(
  ["a", "b", "c", "d", "e", "f"].map((name, at) => [name, randomBytes(4 * MEGABYTE + at * 12_345)]),
);

/** More than the system keeps for two connections. */
const LARGE = { x: randomBytes(20 * MEGABYTE), y: randomBytes(20 * MEGABYTE + 1) };

/** The bytes in pieces of any size, as a network brings them. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let position = 0, count = 1; position < bytes.length; count++) {
    const end = position + ((count * 7_919) % 200_000) + 1;
    yield bytes.subarray(position, end);
    position = end;
  }
}

const WAYS: ((bytes: Buffer) => Step)[] = [
  (bytes) => (_request, response) => {
    response.writeHead(200, { "content-length": bytes.length });
    Readable.from(pieces(bytes)).pipe(response);
  },
  (bytes) => (_request, response) => {
    Readable.from(pieces(bytes)).pipe(response);
  },
  (bytes) => (_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    Readable.from(pieces(gzipSync(bytes, { level: 1 }))).pipe(response);
  },
];

it("files that come at once, again and again, each have their own bytes", () =>
  scene(async (one) => {
    const { api, home, belt } = one;
    const names = Object.keys(FILES);
    for (const [at, name] of names.entries()) {
      api.on(`GET /f/${name}.bin`, WAYS[at % WAYS.length]!(FILES[name]!));
    }
    const output = Object.fromEntries(names.map((name) => [name, { uri: `${api.url}/f/${name}.bin` }]));
    api.on("GET /tasks/task_1", api.ok(api.task("completed", { output })));
    for (const round of ["first", "second", "third"]) {
      const { code, stderr } = await belt("task", "get", "task_1", "--save", round, "-q");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      for (const name of names) {
        expect(hash(readFileSync(join(home.dir, round, `${name}.bin`))), name).toBe(hash(FILES[name]!));
      }
    }
  })());

it.each([
  ["at once", 0],
  ["slowly", 1],
])("files that leave at once, to a server that reads %s, each have their own bytes", async (_, pause) => {
  const arrived = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const sum = createHash("sha256");
    for await (const piece of request) {
      sum.update(piece);
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    arrived.set(request.url!, sum.digest("hex"));
    response.end();
  });
  const url = `http://${await listening(server)}`;
  try {
    await scene(async ({ api, home, belt }) => {
      const names = Object.keys(LARGE);
      for (const [name, bytes] of Object.entries(LARGE)) writeFileSync(join(home.dir, `${name}.bin`), bytes);
      api.on("POST /files", (request, response) => {
        const { files } = request.body as { files: { filename: string }[] };
        const slots = files.map(({ filename }) => ({
          upload_url: `${url}/${filename}`,
          uri: "https://cdn/x",
        }));
        api.ok(slots)(request, response);
      });
      const { code, stderr } = await belt("file", "upload", ...names.map((name) => `${name}.bin`), "-q");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const sent = Object.entries(LARGE).map(([name, bytes]) => [`/${name}.bin`, hash(bytes)]);
      expect([...arrived].sort()).toEqual(sent);
    })();
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
