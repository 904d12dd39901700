import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Json, shareServer, startServer, type TestServer, temporaryFolder } from "./server-fixture.ts";

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
  expect(output.more[0].filename).toBe("evil_name.png");
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

test("an address without its signature, or with that of another file or method, is refused", async () => {
  const server = shared();
  const [one, two] = [await upload(server, "a.txt", "one"), await upload(server, "a.txt", "two")];
  const bare = one.uri.split("?")[0];
  expect((await fetch(bare)).status).toBe(403);
  expect((await fetch(`${bare}?${two.uri.split("?")[1]}`)).status).toBe(403);
  expect((await fetch(one.uri, { method: "PUT", body: "x" })).status).toBe(403);
  expect((await fetch(one.uri.replace("a.txt", "b.txt"))).status).toBe(404);
});

test.each(["../../../etc/passwd", "..\\..\\x", "/etc/passwd", ".ssh", "a\0b", "", "x".repeat(500)])(
  "the name %j stays inside its folder",
  async (name) => {
    const server = shared();
    const { filename, id } = await upload(server, name, "x");
    expect(filename).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
    expect(existsSync(join(server.stateDir, "local", "files", id, filename))).toBe(true);
  },
);

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
