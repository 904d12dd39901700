import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { belt, until } from "../support/belt.ts";
import { listening } from "../support/listening.ts";
import { json, type Step } from "../support/scripted-api.ts";
import { api, home, KEY, setStage } from "../support/stage.ts";

/** Another origin, as a CDN is. */
let cdn: Server;
let cdnUrl: string;
let seenByCdn: { url: string; authorization: string | undefined }[];

setStage({ words: true }, async () => {
  seenByCdn = [];
  cdn = createServer((request, response) => {
    seenByCdn.push({ url: request.url!, authorization: request.headers.authorization });
    response.writeHead(200, { "content-type": "image/png" }).end(`bytes of ${request.url}`);
  });
  cdnUrl = `http://${await listening(cdn)}`;
});

afterEach(async () => {
  cdn.closeAllConnections();
  await new Promise((resolve) => cdn.close(resolve));
});

const options = () => ({ home, env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url } });

function done(output: unknown): void {
  const task = api.task("completed", { output });
  api.on("POST /run", api.ok(task)).on("GET /tasks/task_1", api.ok(task));
}

function run(...argv: string[]) {
  return belt(["run", "infsh/flux", "--save", "out", ...argv], options());
}

const files = () => readdirSync(join(home.dir, "out")).sort();

function errorOf(stderr: string) {
  return JSON.parse(stderr.trim().split("\n").at(-1)!).error;
}

describe("--save", () => {
  it("downloads every file under the names of the output's keys, without the key", async () => {
    done({
      image: { uri: `${cdnUrl}/x/4f3a.png`, content_type: "image/png" },
      images: [{ uri: `${cdnUrl}/1` }, { url: `${cdnUrl}/2.jpeg`, content_type: "image/jpeg" }],
      deep: { clip: { uri: `${cdnUrl}/c`, filename: "movie.mp4", content_type: "application/octet-stream" } },
      text: `${cdnUrl}/not-a-file`,
      n: 3,
    });
    const { code, stdout } = await run("--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).saved).toEqual([
      "out/image.png",
      "out/images-1.png",
      "out/images-2.jpeg",
      "out/deep-clip.mp4",
    ]);
    expect(files()).toEqual(["deep-clip.mp4", "image.png", "images-1.png", "images-2.jpeg"]);
    expect(readFileSync(join(home.dir, "out/image.png"), "utf8")).toBe("bytes of /x/4f3a.png");
    expect(seenByCdn).toHaveLength(4);
    expect(seenByCdn.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it("sends no key to the API's own files either", async () => {
    done({ image: { uri: `${api.url}/files/a.png` } });
    api.on("GET /files/a.png", (_request, response) => void response.end("x"));
    expect((await run()).code).toBe(0);
    expect(api.requests.find(({ url }) => url === "/files/a.png")!.headers.authorization).toBeUndefined();
  });

  it("saves plain addresses where the schema says that they are files", async () => {
    const list = { type: "array", items: { type: "string", format: "file" } };
    const output_schema = { type: "object", properties: { pics: list, page: { type: "string" } } };
    api.on("GET /apps/infsh/flux", api.ok({ version: { id: "v1", output_schema } }));
    done({ pics: [`${cdnUrl}/a.png`, `${cdnUrl}/b.png`], page: `${cdnUrl}/page.html` });
    const { stdout } = await run("--json");
    expect(JSON.parse(stdout).saved).toEqual(["out/pics-1.png", "out/pics-2.png"]);
  });

  it("never overwrites", async () => {
    mkdirSync(join(home.dir, "out"));
    writeFileSync(join(home.dir, "out/image.png"), "mine");
    done({ image: { uri: `${cdnUrl}/a.png` } });
    const first = JSON.parse((await run("--json")).stdout).saved;
    const second = JSON.parse((await run("--json")).stdout).saved;
    expect([first, second]).toEqual([["out/image-1.png"], ["out/image-2.png"]]);
    expect(readFileSync(join(home.dir, "out/image.png"), "utf8")).toBe("mine");
  });

  it("gives two commands at once a name each", async () => {
    done({ image: { uri: `${cdnUrl}/a.png` } });
    const runs = await Promise.all(Array.from({ length: 6 }, () => run("--json")));
    expect(new Set(runs.map(({ stdout }) => JSON.parse(stdout).saved[0])).size).toBe(6);
    expect(files()).toHaveLength(6);
  });

  it.each([
    ["../../etc/passwd", "passwd.png"],
    ["CON", "_CON.png"],
    ["", "file.png"],
    ["x".repeat(5_000), `${"x".repeat(160)}.png`],
    ["a\u001b]0;evil\u0007b\u202e", "a_0_evil_b.png"],
    ["..", "file.png"],
    [".ssh/authorized_keys", "authorized_keys.png"],
    ["C:\\Windows\\x", "x.png"],
  ])("a key %j ends up inside the folder as %j", async (key, name) => {
    done({ [key]: { uri: `${cdnUrl}/a.png` } });
    const { code, stdout } = await run("--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).saved).toEqual([`out/${name}`]);
    expect(files()).toEqual([name]);
    expect(readFileSync(join(home.dir, "out", name), "utf8")).toBe("bytes of /a.png");
  });

  it.each([
    ["../../etc/passwd", "passwd.png"],
    ["CON.png", "_CON.png"],
    ["", "output.png"],
    [`${"y".repeat(5_000)}.png`, `${"y".repeat(160)}.png`],
    ["a\u001b[2J.png", "a_2J.png"],
    ["picture.PNG", "picture.png"],
  ])("a server's name %j, where there is no key, as %j", async (filename, name) => {
    done({ uri: `${cdnUrl}/a`, filename });
    const { stdout } = await run("--json");
    expect(JSON.parse(stdout).saved).toEqual([`out/${name}`]);
    expect(files()).toEqual([name]);
  });

  it("follows redirects, without the key", async () => {
    const redirect: Step = (_request, response) =>
      void response.writeHead(302, { location: `${cdnUrl}/there.png` }).end();
    api.on("GET /files/a", redirect);
    done({ image: { uri: `${api.url}/files/a` } });
    expect((await run()).code).toBe(0);
    expect(seenByCdn).toEqual([{ url: "/there.png", authorization: undefined }]);
    expect(files()).toEqual(["image.png"]);
  });

  it("a failed download is exit 9 with the task and how to try again; the others are kept", async () => {
    api.on("GET /files/gone", json(410, {}));
    done({ a: { uri: `${api.url}/files/gone` }, b: { uri: `${cdnUrl}/b.png` } });
    const { code, stdout, stderr } = await run("--json");
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({ id: "task_1", status: "completed", saved: ["out/b.png"] });
    expect(errorOf(stderr)).toMatchObject({ code: "save_failed", task_id: "task_1" });
    expect(errorOf(stderr).message).toContain("a: download failed: the server answered HTTP 410");
    expect(errorOf(stderr).hint).toContain("belt task get task_1 --save out");
    expect(files()).toEqual(["b.png"]);
  });

  it("a download cut short is tried again, and leaves no piece behind when it stays so", async () => {
    const cut: Step = (_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy());
    };
    const whole: Step = (_request, response) => void response.end("whole");
    api.on("GET /files/a.bin", cut, whole);
    done({ data: { uri: `${api.url}/files/a.bin` } });
    expect((await run()).code).toBe(0);
    expect(readFileSync(join(home.dir, "out/data.bin"), "utf8")).toBe("whole");
    api.on("GET /files/a.bin", cut);
    expect((await run()).code).toBe(9);
    expect(files()).toEqual(["data.bin"]);
  });

  it("a length that is not the one told is a failure", async () => {
    api.on("GET /files/a.bin", (_request, response) => {
      response.writeHead(200, { "transfer-encoding": "chunked" });
      response.end("short");
    });
    done({ data: { uri: `${api.url}/files/a.bin`, size: 50 } });
    const { code, stderr } = await run("--json");
    expect(code).toBe(9);
    expect(errorOf(stderr).message).toContain("5 bytes came instead of 50");
  });

  it.each(["file:///etc/passwd", "ftp://x/y", "javascript:alert(1)"])(
    "never fetches %s for an API that is not local",
    async (uri) => {
      done({ image: { uri } });
      expect((await run()).code).toBe(9);
      expect(files()).toEqual([]);
    },
  );

  it.each([
    ["fox.png", "warning: --save takes a folder, and fox.png will be one\n"],
    ["v1.0", ""],
  ])("says of %s what it will be, once", async (folder, words) => {
    done({ image: { uri: `${cdnUrl}/a.png` } });
    for (const told of [words, ""]) {
      const { code, stderr } = await belt(["run", "infsh/flux", "--save", folder, "-q"], options());
      expect({ code, stderr }).toEqual({ code: 0, stderr: told });
    }
  });

  it.each(["out", "out/deep/er"])(
    "a file in the way of %s is exit 2 before anything is sent",
    async (folder) => {
      writeFileSync(join(home.dir, "out"), "a file");
      for (const command of [
        ["run", "infsh/flux"],
        ["task", "get", "task_1"],
      ]) {
        const { code, stderr } = await belt([...command, "--save", folder], options());
        expect(code).toBe(2);
        expect(stderr).toContain(`--save: ${join(home.dir, "out")} is not a folder`);
      }
      expect(api.requests).toEqual([]);
    },
  );

  it("a folder that can no longer be made is exit 9, and the hint asks for another", async () => {
    const task = api.task("completed", { output: { image: { uri: `${cdnUrl}/a.png` } } });
    api.on("GET /tasks/task_1", api.ok(task)).on("POST /run", (request, response) => {
      writeFileSync(join(home.dir, "out"), "a file");
      return api.ok(task)(request, response);
    });
    const { code, stderr } = await run("--json");
    expect(code).toBe(9);
    expect(errorOf(stderr).message).toContain("the file of task task_1 could not be saved: image: ");
    expect(errorOf(stderr).hint).toBe("belt task get task_1 --save <another-folder>");
  });

  it("Ctrl-C while saving leaves no piece behind and says how to go on", async () => {
    api.on("GET /files/slow", (_request, response) => void response.writeHead(200).write("some"));
    done({ image: { uri: `${api.url}/files/slow` } });
    const running = run("--json");
    await until(() => api.count("GET /files/slow") === 1);
    running.signal("SIGINT");
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(errorOf(stderr).hint).toContain("belt task get task_1 --save out");
    expect(files()).toEqual([]);
  });

  it("does nothing for a run that failed", async () => {
    const failed = api.task("failed", { error: "no", output: { image: { uri: `${cdnUrl}/a.png` } } });
    api.on("POST /run", api.ok(failed)).on("GET /tasks/task_1", api.ok(failed));
    expect((await run()).code).toBe(3);
    expect(existsSync(join(home.dir, "out"))).toBe(false);
  });

  it("goes with waiting only", async () => {
    expect((await run("--no-wait")).code).toBe(2);
    expect(api.requests).toEqual([]);
  });
});

describe("task get --save", () => {
  it("downloads the files of a finished task", async () => {
    const output = { image: { uri: `${cdnUrl}/a.png` } };
    api.on("GET /tasks/task_1", api.ok(api.task("completed", { output })));
    const { code, stdout } = await belt(["task", "get", "task_1", "--save", "out", "--json"], options());
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: "task_1", saved: ["out/image.png"] });
  });

  it("of a running task prints it and exits 8, for its output may still grow", async () => {
    api.on("GET /tasks/t", api.ok({ id: "t", status: "running", output: { a: { uri: `${cdnUrl}/a.png` } } }));
    const { code, stdout, stderr } = await belt(["task", "get", "t", "--save", "out", "--json"], options());
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({ id: "t", status: "running", saved: [] });
    expect(errorOf(stderr)).toMatchObject({
      code: "still_running",
      message: "task t is still running, so nothing was saved",
      hint: "belt task wait t",
      task_id: "t",
    });
    expect(seenByCdn).toEqual([]);
  });

  it("tells of paths that an app has left in the place of files", async () => {
    const file = { type: "string", format: "file" };
    const output_schema = { type: "object", properties: { image: file, text: { type: "string" } } };
    api.on("GET /apps/infsh/flux", api.ok({ id: "x", version: { default_function: "run", output_schema } }));
    const output = { image: "/tmp/a.png", text: "/tmp/b.png" };
    api.on("GET /tasks/t", api.ok({ id: "t", app: "infsh/flux", status: "completed", output }));
    const { code, stderr } = await belt(["task", "get", "t", "--save", "out"], options());
    expect(code).toBe(0);
    expect(stderr).toBe(
      'warning: output.image is the path "/tmp/a.png", not a file that can be saved: the app must return it as a file\nthe output has no files to save\n',
    );
  });

  it.each([
    ["failed", "task t failed: there are no files to save"],
    ["cancelled", "task t was cancelled: there are no files to save"],
  ])("of a task that %s says so, and does not judge it", async (status, note) => {
    api.on("GET /tasks/t", api.ok({ id: "t", status, error: "no" }));
    const { code, stderr } = await belt(["task", "get", "t", "--save", "out"], options());
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${note}\n` });
  });

  it("of several tasks puts all into the folder", async () => {
    for (const id of ["a", "b"]) {
      api.on(
        `GET /tasks/${id}`,
        api.ok({ id, status: "completed", output: { image: { uri: `${cdnUrl}/${id}.png` } } }),
      );
    }
    api.on("GET /tasks/c", api.error(404, "not_found", "no such task"));
    const { code, stdout } = await belt(["task", "get", "a", "b", "c", "--save", "out", "--json"], options());
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject([
      { saved: ["out/image.png"] },
      { saved: ["out/image-1.png"] },
      { id: "c", error: {} },
    ]);
  });
});

describe("file upload", () => {
  beforeEach(() => {
    for (const name of ["a.txt", "b.txt"]) writeFileSync(join(home.dir, name), name);
    api
      .offer("POST /files", (request, response) => {
        const { files } = request.body as { files: { filename: string }[] };
        const slots = files.map(({ filename }) => ({
          uri: `https://f/${filename}`,
          upload_url: `${api.url}/put/${filename}`,
        }));
        return api.ok(slots)(request, response);
      })
      .offer("PUT /put/a.txt", json(200, {}))
      .offer("PUT /put/b.txt", json(200, {}));
  });

  it("prints the uri of one file", async () => {
    expect(await belt(["file", "upload", "a.txt"], options())).toMatchObject({
      code: 0,
      stdout: "https://f/a.txt\n",
    });
    const { stdout } = await belt(["file", "upload", "a.txt", "--json"], options());
    expect(JSON.parse(stdout)).toEqual({ file: "a.txt", uri: "https://f/a.txt", size: 5 });
  });

  it("prints the uris of several in the order asked", async () => {
    expect((await belt(["file", "upload", "b.txt", "a.txt"], options())).stdout).toBe(
      "https://f/b.txt\nhttps://f/a.txt\n",
    );
  });

  it("refuses secrets", async () => {
    writeFileSync(join(home.dir, ".env"), "x");
    expect((await belt(["file", "upload", ".env"], options())).code).toBe(2);
    expect(api.requests).toEqual([]);
  });
});
