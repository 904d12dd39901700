import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { json } from "../support/scripted-api.ts";
import { api, home, run, setStage, task } from "../support/stage.ts";

setStage({ words: true });

describe("task get", () => {
  it("reports a failed task and exits 0", async () => {
    api.on("GET /tasks/task_9", api.ok({ id: "task_9", status: 11, error: "no luck" }));
    const { code, stdout } = await task(["get", "task_9", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: "task_9", status: "failed", error: "no luck" });
  });

  it("asks again after a passing failure, and exits 6 when it stays", async () => {
    api.on("GET /tasks/t", json(503, {}), api.ok({ id: "t", status: "running" }));
    expect((await task(["get", "t"])).code).toBe(0);
    api.on("GET /tasks/t", json(503, {}));
    expect((await task(["get", "t"])).code).toBe(6);
  });

  it("sets a journal aside that cannot be read, and says so", async () => {
    const state = join(home.dir, "state");
    mkdirSync(state);
    writeFileSync(join(state, "journal.ndjson"), "\0\u0001 not a journal");
    const { code, stderr } = await task(["get", "@last"]);
    expect(code).toBe(2);
    const [aside] = readdirSync(state);
    expect(stderr).toContain(`set aside as ${join(state, aside!)}`);
    expect(readFileSync(join(state, aside!), "utf8")).toContain("not a journal");
  });

  it("counts back from the newest", async () => {
    api.on("POST /run", api.ok({ id: "old", status: "queued" }), api.ok({ id: "new", status: "queued" }));
    await run("--no-wait");
    await run("--no-wait");
    api.on("GET /tasks/old", api.ok({ id: "old", status: "queued" }));
    expect((await task(["get", "@-2", "-q"])).stdout).toBe("old\n");
    expect(await task(["get", "@-3"])).toMatchObject({ code: 2 });
  });
});

describe("several ids", () => {
  beforeEach(() => {
    api
      .offer("GET /tasks/a", api.ok({ id: "a", status: "running" }))
      .offer("GET /tasks/b", api.ok({ id: "b", status: "completed" }))
      .offer("GET /tasks/gone", api.error(404, "not_found", "no such task"))
      .offer("GET /tasks/secret", api.error(403, "forbidden", "not yours"));
  });

  it("print as an array when several were asked for, however few there are", async () => {
    expect(JSON.parse((await task(["get", "-", "--json"], "a\n")).stdout)).toMatchObject([{ id: "a" }]);
    expect(JSON.parse((await task(["get", "a", "a", "--json"])).stdout)).toMatchObject([{ id: "a" }]);
    expect(JSON.parse((await task(["get", "a", "--json"])).stdout)).toMatchObject({ id: "a" });
  });

  it("come from standard input, one a line, each once", async () => {
    const { stdout } = await task(["get", "-", "--json"], "a\n\n b \na\n");
    expect(JSON.parse(stdout).map(({ id }: { id: string }) => id)).toEqual(["a", "b"]);
  });

  it("keep an error in its place and exit 9", async () => {
    const { code, stdout, stderr } = await task(["get", "a", "gone", "b", "--json"]);
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject([
      { id: "a" },
      { id: "gone", error: { code: "not_found" } },
      { id: "b" },
    ]);
    expect(JSON.parse(stderr).error.code).toBe("partial");
  });

  it("exit with the one code when all failed alike, and 9 when differently", async () => {
    api.on("GET /tasks/gone2", api.error(404, "not_found", "no such task"));
    expect((await task(["get", "gone", "gone2"])).code).toBe(5);
    expect((await task(["get", "gone", "secret"])).code).toBe(9);
  });

  it("print one field each with --field", async () => {
    expect((await task(["get", "a", "b", "--field", "status"])).stdout).toBe("running\ncompleted\n");
  });

  it("print a line for each, an empty one for an id that failed, and exit 9", async () => {
    const { code, stdout, stderr } = await task(["get", "a", "gone", "b", "--field", "status"]);
    expect({ code, stdout }).toEqual({ code: 9, stdout: "running\n\ncompleted\n" });
    expect(stderr).toContain("1 of 3 failed: gone");
  });

  it("exit 1 when some or all lack the field, and as they failed when all failed", async () => {
    api.on("GET /tasks/b", api.ok({ id: "b", status: "completed", output: { text: "x" } }));
    const some = await task(["get", "a", "b", "--field", "output.text"]);
    expect(some).toMatchObject({ code: 1, stdout: "\nx\n" });
    expect(some.stderr).toContain("1 of 2 results lack the field output.text");
    expect(await task(["get", "a", "b", "--field", "nope"])).toMatchObject({ code: 1, stdout: "" });
    expect(await task(["get", "gone", "-", "--field", "status"], "gone")).toMatchObject({
      code: 5,
      stdout: "",
    });
  });

  it("must be there", async () => {
    expect((await task(["get", "-"], "\n")).code).toBe(2);
    expect((await task(["get"])).code).toBe(2);
    expect((await task(["get", "../sessions"])).code).toBe(2);
  });
});

describe("@last", () => {
  it("says where to look when it went to another API", async () => {
    api.on("POST /run", api.ok({ id: "here", status: 1 }));
    await belt(["run", "infsh/flux", "--no-wait"], {
      home,
      env: { INFSH_API_KEY: "k", BELT_API_URL: api.url },
    });
    const { code, stderr } = await belt(["task", "get", "@last"], { home, env: { INFSH_API_KEY: "k" } });
    expect(code).toBe(2);
    expect(stderr).toContain(`--api-url ${api.url}`);
  });

  it("warns, and does not fail, when the journal cannot be written", async () => {
    api
      .on("POST /run", api.ok({ id: "a", status: "completed" }))
      .on("GET /tasks/a", api.ok({ id: "a", status: "completed" }));
    const { code, stderr } = await belt(["run", "infsh/flux"], {
      home,
      env: { INFSH_API_KEY: "k", BELT_API_URL: api.url, BELT_STATE_DIR: "/dev/null/state" },
    });
    expect(code).toBe(0);
    expect(stderr).toContain(
      "warning: could not note task a: cannot write the journal /dev/null/state/journal.ndjson: ",
    );
  });
});
