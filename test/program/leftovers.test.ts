import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { spawnBelt, until } from "../support/belt.ts";
import { api, home, setStage } from "../support/stage.ts";

/** What `kill -9` leaves, and who clears it away: by the real binary, whose ids of processes are real. */
setStage({ words: true });

const env = () => ({ INFSH_API_KEY: "inf_key_of_the_test", BELT_API_URL: api.url });
const out = () => join(home.dir, "out");
const run = (...argv: string[]) => spawnBelt(argv, home, { env: env(), input: "inf_some_key_1234" });

/** A temporary file by its name. */
function left(
  folder: string,
  {
    pid,
    host = hostname()
      .replace(/[^\w-]/g, "_")
      .slice(0, 32),
  }: { pid: number; host?: string },
): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `.belt-${pid}@${host}-0123456789abcdef.part`);
  writeFileSync(path, '{"key":"inf_left_behind_1234"}');
  return path;
}

/** An id that no process has. */
const GONE = 2 ** 22 + 1;

describe("an unfinished download", () => {
  beforeEach(() => {
    const uri = `${api.url}/f/a.bin`;
    api.on("GET /tasks/task_1", api.ok(api.task("completed", { output: { data: { uri } } })));
  });

  it("of a belt that was killed is gone after the next", async () => {
    api.on(
      "GET /f/a.bin",
      (_request, response) => void response.writeHead(200).write("half"),
      (_request, response) => void response.end("whole"),
    );
    const killed = run("task", "get", "task_1", "--save", out());
    // The file is there before the request is.
    await until(
      () =>
        api.count("GET /f/a.bin") === 1 &&
        existsSync(out()) &&
        readdirSync(out()).some((name) => name.endsWith(".part")),
    );
    killed.kill("SIGKILL");
    await killed;
    expect(readdirSync(out())).toHaveLength(1);
    expect((await run("task", "get", "task_1", "--save", out())).exitCode).toBe(0);
    expect(readdirSync(out())).toEqual(["data.bin"]);
  });

  it("is left to a belt that runs, and to one on another machine until a day has gone by", async () => {
    api.on("GET /f/a.bin", (_request, response) => void response.end("whole"));
    const kept = [left(out(), { pid: process.pid }), left(out(), { pid: GONE, host: "elsewhere" })];
    const old = left(out(), { pid: 1, host: "elsewhere" });
    const longAgo = new Date(Date.now() - 25 * 3600 * 1000);
    utimesSync(old, longAgo, longAgo);
    writeFileSync(join(out(), ".belt-notes.part"), "the user's own");
    expect((await run("task", "get", "task_1", "--save", out())).exitCode).toBe(0);
    expect(kept.every(existsSync)).toBe(true);
    expect(existsSync(old)).toBe(false);
    expect(existsSync(join(out(), ".belt-notes.part"))).toBe(true);
  });
});

it("a file with a key that a killed login left is gone after the next change of profiles", async () => {
  const config = join(home.dir, "config");
  const files = [left(config, { pid: GONE }), join(config, "profiles.json.tmp-17000000000a1b2c")];
  writeFileSync(files[1]!, '{"key":"inf_left_behind_1234"}');
  const kept = left(config, { pid: process.pid });
  const { exitCode, stderr } = await run("login", "--no-check", "--profile", "work", "--api-url", api.url);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(files.some(existsSync)).toBe(false);
  expect(existsSync(kept)).toBe(true);
  expect(JSON.parse(readFileSync(join(config, "profiles.json"), "utf8")).profiles[0].key).toBe(
    "inf_some_key_1234",
  );
});

describe("what standard input brought", () => {
  const folders = () => readdirSync(home.dir).filter((name) => name.startsWith("belt-"));
  const upload = (input: string) =>
    spawnBelt(["file", "upload", "-"], home, { env: { ...env(), TMPDIR: home.dir }, input });

  it("to a belt that was killed is gone after the next that takes some, and what others keep stays", async () => {
    const uploadUrl = `${api.url}/put`;
    api.on("POST /files", api.ok([{ id: "f", uri: `${api.url}/f`, upload_url: uploadUrl }]));
    api.on(
      "PUT /put",
      () => {},
      (_request, response) => void response.end(),
    );
    const host = hostname()
      .replace(/[^\w-]/g, "_")
      .slice(0, 32);
    const kept = [`belt-${process.pid}@${host}-AbC123`, `belt-${GONE}@elsewhere-AbC123`, "belt-notes"];
    for (const name of kept) mkdirSync(join(home.dir, name));
    const killed = upload("a secret");
    await until(() => api.count("PUT /put") === 1);
    expect(folders()).toHaveLength(kept.length + 1);
    killed.kill("SIGKILL");
    await killed;
    expect(folders()).toHaveLength(kept.length + 1);
    expect((await upload("another")).exitCode).toBe(0);
    expect(folders().sort()).toEqual(kept.sort());
  });
});
