import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { inputs, knowing, run, sent, setInputStage } from "../support/input-stage.ts";
import { json } from "../support/scripted-api.ts";
import { api, home } from "../support/stage.ts";

setInputStage();

function accepting(uri = "https://files.example/a"): void {
  api.offer("POST /files", (request, response) => {
    const { files } = request.body as { files: { filename: string }[] };
    const slots = files.map(({ filename }) => ({
      uri: `${uri}/${filename}`,
      upload_url: `${api.url}/put/${filename}?signed=1`,
    }));
    return api.ok(slots)(request, response);
  });
}

describe("uploads", () => {
  beforeEach(() => {
    accepting();
    writeFileSync(join(home.dir, "cat.png"), "a cat");
    writeFileSync(join(home.dir, "dog.jpg"), "a dog");
    for (const name of ["cat.png", "dog.jpg", "stdin"]) api.offer(`PUT /put/${name}`, json(200, {}));
  });

  const puts = () => api.requests.filter(({ method }) => method === "PUT");

  it("key=@path uploads the file, without the key, and sends its uri", async () => {
    expect((await inputs("photo=@cat.png", "a.b=@dog.jpg")).code).toBe(0);
    expect(api.requests[0]).toMatchObject({
      method: "POST",
      url: "/files",
      body: {
        files: [
          { uri: "", filename: "cat.png", content_type: "image/png", size: 5 },
          { uri: "", filename: "dog.jpg", content_type: "image/jpeg", size: 5 },
        ],
      },
    });
    const cat = puts().find(({ url }) => url === "/put/cat.png?signed=1")!;
    expect(cat.headers).toMatchObject({ "content-type": "image/png", "content-length": "5" });
    expect(cat.headers["authorization"]).toBeUndefined();
    expect(cat.body).toBe("a cat");
    expect(sent()).toEqual([
      {
        app: "infsh/flux",
        input: { photo: "https://files.example/a/cat.png", a: { b: "https://files.example/a/dog.jpg" } },
      },
    ]);
  });

  it("a text in a file's field is sent as it is, with a warning where a file of that name is here", async () => {
    knowing();
    const { code, stderr } = await inputs(
      "prompt=x",
      "photo=cat.png",
      "photos[]=dog.jpg",
      "photos[]=none.png",
    );
    expect(code).toBe(0);
    expect(stderr.split("\n").filter((line) => line.startsWith("warning: "))).toEqual([
      "warning: --input photo is sent as the text cat.png; photo=@cat.png uploads the file",
      "warning: --input photos.0 is sent as the text dog.jpg; photos.0=@dog.jpg uploads the file",
    ]);
    expect(sent()).toMatchObject([{ input: { photo: "cat.png", photos: ["dog.jpg", "none.png"] } }]);
    const other = await inputs("prompt=cat.png", "photo=https://files.example/cat.png", "photos[]=@cat.png");
    expect(other.stderr).not.toContain("warning: ");
  });

  it("the same file twice goes up once, whatever it is called", async () => {
    symlinkSync(join(home.dir, "cat.png"), join(home.dir, "again.png"));
    const { code } = await run([
      "-i",
      "a=@cat.png",
      "-i",
      "b=@./cat.png",
      "-i",
      "c=@again.png",
      "--setup",
      "d=@cat.png",
    ]);
    expect(code).toBe(0);
    expect(puts()).toHaveLength(1);
    const uri = expect.stringContaining("https://files.example/a/");
    expect(sent()).toEqual([{ app: "infsh/flux", input: { a: uri, b: uri, c: uri }, setup: { d: uri } }]);
  });

  it("key=@- uploads standard input", async () => {
    expect((await run(["-i", "photo=@-"], "from a pipe")).code).toBe(0);
    expect(puts()[0]).toMatchObject({ body: "from a pipe", headers: { "content-length": "11" } });
    expect(sent()).toEqual([{ app: "infsh/flux", input: { photo: "https://files.example/a/stdin" } }]);
  });

  it("an empty file is a file", async () => {
    writeFileSync(join(home.dir, "cat.png"), "");
    expect((await inputs("photo=@cat.png")).code).toBe(0);
    expect(puts()[0]!.headers).toMatchObject({ "content-length": "0" });
  });

  it("repeats make a list where the schema wants one", async () => {
    knowing();
    expect((await inputs("prompt=a", "photos=@cat.png", "photos=https://x/y", "photos=@dog.jpg")).code).toBe(
      0,
    );
    expect(sent()).toEqual([
      {
        app: "infsh/flux",
        input: {
          prompt: "a",
          photos: ["https://files.example/a/cat.png", "https://x/y", "https://files.example/a/dog.jpg"],
        },
      },
    ]);
  });

  it("a file where the schema wants a number is refused before it goes up", async () => {
    knowing();
    expect(await inputs("prompt=a", "steps=@cat.png")).toMatchObject({ code: 2 });
    expect(puts()).toEqual([]);
  });

  it("tries again when the storage fails in passing, and gives up with nothing submitted", async () => {
    api.on("PUT /put/cat.png", json(503, {}), json(200, {}));
    expect((await inputs("photo=@cat.png")).code).toBe(0);
    expect(puts()).toHaveLength(2);
    api.on("PUT /put/cat.png", json(403, {}));
    const { code, stderr } = await inputs("photo=@cat.png");
    expect(code).toBe(6);
    expect(stderr).toContain("upload of cat.png failed: the server answered HTTP 403");
    expect(sent()).toHaveLength(1);
  });

  it("--dry-run shows them and uploads nothing", async () => {
    const { stdout } = await run(["-i", "photo=@cat.png", "-i", "b=@-", "--dry-run", "--json"], "unread");
    expect(JSON.parse(stdout)).toMatchObject({
      body: { app: "infsh/flux", input: { photo: "@cat.png", b: "@-" } },
      uploads: [
        { field: "input.photo", file: "cat.png", size: 5 },
        { field: "input.b", file: "-", size: null },
      ],
    });
    expect(api.requests).toEqual([]);
  });

  it.each([
    ["nothing.png", "no such file"],
    [".", "folder"],
    [".env", "secrets"],
    [".env.local", "secrets"],
    [".ssh/notes.txt", ".ssh"],
    [".aws/config", ".aws"],
    [".gnupg/x", ".gnupg"],
    ["config/profiles.json", "config"],
    ["id_ed25519", "private key"],
    ["renamed.txt", "private key"],
    ["innocent.png", "secret"],
  ])("%s is refused with exit 2, nothing sent", async (name, reason) => {
    for (const folder of [".ssh", ".aws", ".gnupg", "config"]) mkdirSync(join(home.dir, folder));
    for (const file of [
      ".env",
      ".env.local",
      ".ssh/notes.txt",
      ".aws/config",
      ".gnupg/x",
      "config/profiles.json",
      "id_ed25519",
    ]) {
      writeFileSync(join(home.dir, file), "x");
    }
    writeFileSync(join(home.dir, "renamed.txt"), "cert\n-----BEGIN OPENSSH PRIVATE KEY-----\nx");
    symlinkSync(join(home.dir, ".env"), join(home.dir, "innocent.png"));
    const { code, stdout, stderr } = await inputs(`photo=@${name}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(reason);
    expect(api.requests).toEqual([]);
  });

  it.each([["prompt@=id_rsa"], ["@id_rsa"], ["prompt@=.env"], ["@.ssh/in.json"]])(
    "%s is refused, too: a text is sent as well as a file",
    async (spec) => {
      mkdirSync(join(home.dir, ".ssh"));
      for (const name of ["id_rsa", ".env", ".ssh/in.json"])
        writeFileSync(join(home.dir, name), '{"hunter":2}');
      const { code, stderr } = await inputs(spec);
      expect(code).toBe(2);
      expect(stderr).toContain("--allow-sensitive");
      expect(stderr).not.toContain("hunter");
      expect(sent()).toEqual([]);
      expect((await run(["-i", spec, "--allow-sensitive"])).code).toBe(0);
    },
  );

  it("a private key on standard input is no text, either", async () => {
    const key = "-----BEGIN RSA PRIVATE KEY-----\nhunter";
    for (const spec of ["@-", "prompt@=-"]) {
      const { code, stderr } = await run(["-i", spec], key);
      expect(code).toBe(2);
      expect(stderr).not.toContain("hunter");
    }
    expect(sent()).toEqual([]);
  });

  it("a file where plain text is wanted is sent as its uri, and that is said", async () => {
    knowing();
    const { code, stderr } = await inputs("prompt=@cat.png", "photo=@dog.jpg");
    expect(code).toBe(0);
    expect(stderr.match(/warning: .*/g)).toEqual([
      "warning: --input prompt takes text, and is sent the uri of cat.png; prompt@=cat.png sends its text",
    ]);
    expect(sent()).toMatchObject([{ input: { prompt: "https://files.example/a/cat.png" } }]);
  });

  it("an older app gets its files as objects", async () => {
    const File = {
      title: "File",
      type: "object",
      properties: { uri: { type: "string" }, path: { type: "string" } },
    };
    knowing({
      type: "object",
      $defs: { File },
      properties: { f: { $ref: "#/$defs/File" }, all: { type: "array", items: { $ref: "#/$defs/File" } } },
    });
    expect((await inputs("f=@cat.png", "all=@dog.jpg", "all=https://x/y")).code).toBe(0);
    expect(sent()).toMatchObject([
      {
        input: {
          f: { uri: "https://files.example/a/cat.png" },
          all: [{ uri: "https://files.example/a/dog.jpg" }, { uri: "https://x/y" }],
        },
      },
    ]);
  });

  it.each([
    ["a named pipe", "pipe", "pipe"],
    ["/dev/fd/N", "/dev/fd/", "stdin"],
  ])(
    "%s goes up like standard input, read once, and a dry run leaves it unread",
    async (_name, path, filename) => {
      const { execFileSync } = await import("node:child_process");
      const { closeSync, openSync } = await import("node:fs");
      const pipe = join(home.dir, "pipe");
      execFileSync("mkfifo", [pipe]);
      // Open for both, so that nobody waits for the other end.
      const fd = openSync(pipe, "r+");
      api.on(`PUT /put/${filename}`, json(200, {}));
      const spec = path === "pipe" ? "photo=@pipe" : `photo=@/dev/fd/${fd}`;
      const dry = await run(["-i", spec, "--dry-run", "--json"]);
      expect(JSON.parse(dry.stdout).uploads).toMatchObject([{ field: "input.photo", size: null }]);
      const running = inputs(spec);
      const { writeFile } = await import("node:fs/promises");
      await writeFile(pipe, "through a pipe", { flag: "a" });
      setTimeout(() => closeSync(fd), 500);
      expect((await running).code).toBe(0);
      expect(puts()).toMatchObject([{ body: "through a pipe" }]);
    },
  );

  it("several pipes at once go up, each with what came out of it", async () => {
    const { execFileSync } = await import("node:child_process");
    const { writeFile } = await import("node:fs/promises");
    const names = ["one", "two", "three"];
    for (const name of names) {
      execFileSync("mkfifo", [join(home.dir, name)]);
      api.on(`PUT /put/${name}`, json(200, {}));
    }
    const running = inputs(...names.map((name) => `${name}=@${name}`));
    await Promise.all(names.map((name) => writeFile(join(home.dir, name), `out of ${name}`)));
    expect((await running).code).toBe(0);
    expect(
      puts()
        .map(({ body }) => body)
        .sort(),
    ).toEqual(names.map((name) => `out of ${name}`).sort());
  });

  it("a long number is sent as it was written", async () => {
    knowing();
    expect((await inputs("prompt=a", "seed=6687881544318117707", "scale:=3.14159265358979323846")).code).toBe(
      0,
    );
    const { stdout } = await run(["-i", "prompt=a", "-i", "seed=6687881544318117707", "--dry-run", "--json"]);
    expect(stdout).toContain('"seed":6687881544318117707');
  });

  it("a secret goes up with --allow-sensitive", async () => {
    writeFileSync(join(home.dir, ".env"), "x");
    api.on("PUT /put/.env", json(200, {}));
    expect((await run(["-i", "photo=@.env", "--allow-sensitive"])).code).toBe(0);
    expect(puts()).toHaveLength(1);
  });

  it("a private key on standard input is refused, too", async () => {
    expect(await run(["-i", "photo=@-"], "-----BEGIN RSA PRIVATE KEY-----")).toMatchObject({ code: 2 });
    expect(api.requests).toEqual([]);
  });
});
