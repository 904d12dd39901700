import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import {
  type Json,
  shareServer,
  startServer,
  type TestServer,
  temporaryFolder,
  until,
} from "./server-fixture.ts";

const shared = shareServer();

async function upload(server: TestServer, filename: string, text: string): Promise<Json> {
  const file = { uri: "", filename, content_type: "text/plain", size: text.length };
  const [created] = (await server.call("POST", "/files", { files: [file] })).body;
  const put = await fetch(created.upload_url, {
    method: "PUT",
    body: text,
    headers: { "Content-Type": "text/plain" },
  });
  expect(put.status).toBe(200);
  return created;
}

test("an uploaded file can be read by an app, and by whoever has its address", async () => {
  const server = shared();
  const file = await upload(server, "note.txt", "what was uploaded");
  expect(await (await fetch(file.uri)).text()).toBe("what was uploaded");
  const { status, headers } = await fetch(file.uri, { method: "HEAD" });
  expect([status, headers.get("content-length")]).toEqual([200, "17"]);
  const task = await server.run({ function: "read", input: { file: file.uri } });
  expect(task).toMatchObject({ output: { text: "what was uploaded" }, input: { file: file.uri } });
  expect((await server.call("GET", `/files/${file.id}`)).body).toMatchObject({
    size: 17,
    content_type: "text/plain",
  });
});

test("files of an output are kept and get an address, whatever the app called them", async () => {
  const server = shared();
  const { output } = await server.run({ function: "paint", input: { text: "a picture" } });
  expect(output.image).toMatchObject({ content_type: "image/png", size: 9, filename: "picture.png" });
  expect(output.more[0].filename).toBe("evil name.png");
  const response = await fetch(output.image.uri);
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(await response.text()).toBe("a picture");
  const folder = join(server.stateDir, "local", "files");
  for (const name of readdirSync(folder)) {
    expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  }
});

test("an output's file is there for the next server, and as an input of the next run", async () => {
  const stateDir = temporaryFolder();
  const first = await startServer({ stateDir, fileUris: "file" });
  const painted = await first.run({ function: "paint", input: { text: "a picture" } });
  const { uri } = painted.output.image;
  expect(readFileSync(fileURLToPath(uri), "utf8")).toBe("a picture");
  await first.close();

  const second = await startServer({ stateDir });
  const again = (await second.call("GET", `/tasks/${painted.id}`)).body.output.image;
  expect(again.uri.startsWith(`${second.url}/files/`)).toBe(true);
  expect(await (await fetch(again.uri)).text()).toBe("a picture");
  expect((await second.run({ function: "read", input: { file: uri } })).output.text).toBe("a picture");
});

test("the address of a file that an app gives back is one of the next server, too", async () => {
  const stateDir = temporaryFolder();
  const first = await startServer({ stateDir });
  const { uri } = await upload(first, "note.txt", "what was uploaded");
  const { id } = await first.run({ app: "infsh/echo", input: { text: uri } });
  await first.close();
  const second = await startServer({ stateDir });
  const { output } = (await second.call("GET", `/tasks/${id}`)).body;
  expect(output.text.startsWith(`${second.url}/files/`)).toBe(true);
  expect(await (await fetch(output.text)).text()).toBe("what was uploaded");
});

test("an address without its signature, or with that of another file or method, is refused", async () => {
  const server = shared();
  const [one, two] = [await upload(server, "a.txt", "one"), await upload(server, "a.txt", "two")];
  const bare = one.uri.split("?")[0];
  expect((await fetch(bare)).status).toBe(403);
  expect((await fetch(`${bare}?${two.uri.split("?")[1]}`)).status).toBe(403);
  expect((await fetch(one.uri, { method: "PUT", body: "x" })).status).toBe(403);
  expect((await fetch(one.uri.replace("a.txt", "b.txt"))).status).toBe(404);
});

test.each([
  "../../../etc/passwd",
  "..\\..\\x",
  "/etc/passwd",
  ".ssh",
  "..",
  "a\0b",
  "a\u202egnp.exe",
  "\ud800",
  "",
  "x".repeat(500),
  `${"画".repeat(500)}.safetensors`,
])("the name %j stays inside its folder", async (name) => {
  const server = shared();
  const { filename, id } = await upload(server, name, "x");
  expect(filename).toMatch(/^[^./\\\p{Cc}\p{Cs}\u202e][^/\\\p{Cc}\p{Cs}\u202e]*$/u);
  expect(Buffer.byteLength(filename)).toBeLessThanOrEqual(200);
  if (name.endsWith(".safetensors")) expect(filename).toMatch(/^画+\.safetensors$/);
  expect(existsSync(join(server.stateDir, "local", "files", id, filename))).toBe(true);
});

test("ids from outside never become paths", async () => {
  const server = shared();
  for (const id of ["..%2F..%2Fx", "%2Fetc%2Fpasswd", "a%00b"]) {
    expect((await server.call("GET", `/files/${id}`)).status).toBe(404);
    expect((await server.call("GET", `/tasks/${id}`)).status).toBe(404);
  }
});

test("a file that was announced and never uploaded is 404", async () => {
  const server = shared();
  const [{ uri }] = (await server.call("POST", "/files", { files: [{ filename: "a.txt" }] })).body;
  expect((await fetch(uri)).status).toBe(404);
});

test.each([
  "größe.png",
  "a b.png",
  "画像 (1).tar.gz",
  "100%.txt",
  "a?b#c&d=e.txt",
  "किताब.pdf",
  "👩‍🔬.png",
  "it's.txt",
])("the name %j keeps its letters, in every address", async (name) => {
  const server = shared();
  const file = await upload(server, name, "in it");
  expect(file.filename).toBe(name.replace(/[?]/g, "_"));
  expect(await (await fetch(file.uri)).text()).toBe("in it");
  const uri = pathToFileURL(join(server.stateDir, "local", "files", file.id, file.filename)).href;
  for (const given of [file.uri, uri]) {
    const task = await server.run({ function: "read", input: { file: given } });
    expect(task).toMatchObject({ output: { text: "in it" }, input: { file: file.uri } });
  }
});

/** Sends less than was announced, or all but the end, and goes. */
async function breakUpload(address: string, headers: Record<string, string>): Promise<void> {
  const request = httpRequest(address, { method: "PUT", headers }).on("error", () => {});
  request.write("x".repeat(100_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  request.destroy();
}

test.each([{ "Content-Length": "200000" }, { "Transfer-Encoding": "chunked" }] as Record<string, string>[])(
  "an upload that breaks leaves nothing behind, and a good file as it was: %j",
  async (headers) => {
    const server = shared();
    const [file] = (await server.call("POST", "/files", { files: [{ filename: "a.txt" }] })).body;
    const folder = join(server.stateDir, "local", "files", file.id);
    await breakUpload(file.upload_url, headers);
    await until(() => readdirSync(folder).length === 0);
    expect((await fetch(file.uri)).status).toBe(404);
    expect((await fetch(file.upload_url, { method: "PUT", body: "good" })).status).toBe(200);
    await breakUpload(file.upload_url, headers);
    await until(() => readdirSync(folder).length === 1);
    const response = await fetch(file.uri);
    expect([response.headers.get("content-length"), await response.text()]).toEqual(["4", "good"]);
    expect((await server.call("GET", `/files/${file.id}`)).body.size).toBe(4);
  },
);

test("while an upload is on its way the file is not there, or what it was", async () => {
  const server = shared();
  const [file] = (await server.call("POST", "/files", { files: [{ filename: "a.txt" }] })).body;
  const send = (text: string) => {
    const request = httpRequest(file.upload_url, {
      method: "PUT",
      headers: { "Transfer-Encoding": "chunked" },
    });
    request.write(text);
    return async () => {
      request.end("!");
      await once(request, "response");
    };
  };
  const first = send("first");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await fetch(file.uri)).status).toBe(404);
  await first();
  const second = send("the second");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await (await fetch(file.uri)).text()).toBe("first!");
  await second();
  expect(await (await fetch(file.uri)).text()).toBe("the second!");
});

test("what a server that was killed left unfinished goes with the next; what a living one makes stays", async () => {
  const stateDir = temporaryFolder();
  const local = (...parts: string[]) => join(stateDir, "local", ...parts);
  const [gone, living] = [2 ** 22 + 1, process.ppid];
  const name = (pid: number) => `.belt-${pid}-0123456789abcdef`;
  mkdirSync(local("files", "file_1"), { recursive: true });
  mkdirSync(local("tasks"));
  const paths = [gone, living].map((pid) => {
    mkdirSync(local("tmp", name(pid)), { recursive: true });
    writeFileSync(local("tmp", name(pid), "large"), "x");
    const files = [local("files", "file_1", `${name(pid)}.part`), local("tasks", `${name(pid)}.part`)];
    for (const file of files) writeFileSync(file, "x");
    return [...files, local("tmp", name(pid), "large")];
  });
  await startServer({ stateDir });
  await until(() => paths[0]!.every((path) => !existsSync(path)));
  expect(paths[1]!.every((path) => existsSync(path))).toBe(true);
});

test("what looks like a file and cannot be stored stays as it is, and the log says why", async () => {
  const server = shared();
  const { id, output, error } = await server.run({ function: "act", input: { act: "paths" } });
  expect(error).toBe(null);
  expect(output.list).toEqual([{ path: "out/a.png", filename: "a.png" }]);
  const { logs } = (await server.call("GET", `/tasks/${id}/logs`)).body;
  expect(logs.map((log: Json) => log.content).sort()).toEqual([
    'output.empty was not stored: its path is ""',
    "output.gone was not stored: there is no file /nowhere/b.png",
    'output.list.0 was not stored: its path is relative, "out/a.png"; give an absolute one, or use File of @inferencesh/app',
    "output.none was not stored: its path is null",
  ]);
});

test("whoever reads slowly gets the bytes of a large file, each in its place", async () => {
  const bytes = randomBytes(12 * 2 ** 20);
  const [file] = (
    await shared().call("POST", "/files", {
      files: [{ uri: "", filename: "a.bin", content_type: "application/octet-stream", size: bytes.length }],
    })
  ).body;
  expect((await fetch(file.upload_url, { method: "PUT", body: bytes })).status).toBe(200);
  const [response] = (await once(httpRequest(file.uri).end(), "response")) as [IncomingMessage];
  const hash = createHash("sha256");
  for await (const chunk of response) {
    hash.update(chunk);
    await new Promise(setImmediate);
  }
  expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
});
