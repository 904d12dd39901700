import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Scene, scene } from "../support/scene.ts";
import { ndjson, type Step, sse } from "../support/scripted-api.ts";

const SEED = "6687881544318117707";
const OUTPUT = `{"seed":${SEED},"tiny":1e-400,"huge":1e400,"list":[18446744073709551615,0.12345678901234567890123]}`;

/** JSON as it is written here: a test's own JSON.stringify would round it. */
function raw(text: string): Step {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(text);
  };
}

const task = (status: string, output = OUTPUT) =>
  `{"id":"task_1","status":"${status}","output":${status === "completed" ? output : "null"}}`;

function finished({ api }: Scene): void {
  api
    .offer("POST /run", raw(`{"data":${task("queued")}}`))
    .offer("GET /tasks/task_1/stream", ndjson([task("completed")]))
    .offer("GET /tasks/task_1", raw(`{"data":${task("completed")}}`));
}

describe.concurrent("numbers that no double holds", () => {
  it.each([
    ["task get --json", ["task", "get", "task_1", "--json"]],
    ["run --json", ["run", "infsh/flux", "--json"]],
    ["task wait --json", ["task", "wait", "task_1", "--json"]],
    ["task get for people", ["task", "get", "task_1"]],
    ["api", ["api", "GET", "/tasks/task_1"]],
    ["api --json", ["api", "GET", "/tasks/task_1", "--json"]],
    ["--field of the output", ["task", "get", "task_1", "--field", "output"]],
    [
      "--field of each",
      ["task", "get", "task_1", "--field", "output.seed,output.tiny,output.huge,output.list"],
    ],
    [
      "--field and --json",
      ["task", "get", "task_1", "--json", "--field", "output.seed,output.tiny,output.huge,output.list"],
    ],
  ])("are printed by %s with all of their digits", (_name, argv) =>
    scene(async (one) => {
      finished(one);
      const { code, stdout } = await one.belt(...argv);
      expect(code).toBe(0);
      for (const digits of [SEED, "1e-400", "1e400", "18446744073709551615", "0.12345678901234567890123"])
        expect(stdout).toContain(digits);
    })(),
  );

  it("are printed plainly by --field", () =>
    scene(async (one) => {
      finished(one);
      expect((await one.belt("task", "get", "task_1", "--field", "output.seed")).stdout).toBe(`${SEED}\n`);
      const { stderr } = await one.belt("task", "get", "task_1", "--field", "output.seed.x");
      expect(stderr).toContain("output.seed is a number");
    })());

  it.each(["ndjson", "sse"])("stand in events from %s and in partial outputs", (format) =>
    scene(async (one) => {
      const lines = [`{"id":"task_1","status":"running","output":{"n":${SEED}}}`, task("completed")];
      const stream = format === "sse" ? sse(lines.map((line) => `data: ${line}\n\n`)) : ndjson(lines);
      one.api
        .on("GET /tasks/task_1/stream", stream)
        .on("GET /tasks/task_1", raw(`{"data":${task("running")}}`), raw(`{"data":${task("completed")}}`));
      const { stdout } = await one.belt("task", "watch", "task_1", "--json");
      expect(stdout).toContain(`"output":{"n":${SEED}}`);
      expect(stdout).toContain(`"output":${OUTPUT}`);
    })(),
  );

  it("that differ in their last digits are different outputs", () =>
    scene(async (one) => {
      const partial = (n: string) => `{"id":"task_1","status":"running","output":{"n":${n}}}`;
      one.api
        .on(
          "GET /tasks/task_1/stream",
          ndjson([partial(SEED), partial("6687881544318117708"), task("completed")]),
        )
        .on("GET /tasks/task_1", raw(`{"data":${task("running")}}`), raw(`{"data":${task("completed")}}`));
      const { stdout } = await one.belt("task", "watch", "task_1", "--json");
      expect(stdout.match(/"type":"output"/g)).toHaveLength(2);
    })());

  it.each([
    ["key:=json", [`seed:=${SEED}`]],
    ["an object", [`{"seed":${SEED}}`]],
    ["a JSON file", ["@seed.json"]],
    ["a YAML file", ["@seed.yaml"]],
  ])("are sent as they were written in %s, by run and by api", (_name, specs) =>
    scene(async (one) => {
      writeFileSync(join(one.home.dir, "seed.json"), `{"seed":${SEED}}`);
      writeFileSync(join(one.home.dir, "seed.yaml"), `seed: ${SEED}\n`);
      finished(one);
      one.api.on("POST /x", raw("{}"));
      const input = specs.flatMap((spec) => ["--input", spec]);
      await one.belt("run", "infsh/flux", ...input, "--json");
      await one.belt("api", "POST", "/x", ...input);
      const sent = one.api.requests.filter(({ method }) => method === "POST").map(({ text }) => text);
      expect(sent).toEqual([`{"app":"infsh/flux","input":{"seed":${SEED}}}`, `{"seed":${SEED}}`]);
    })(),
  );
});

describe.concurrent("JSON that is nested without end", () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

  it("is no answer", () =>
    scene(async (one) => {
      one.api.on("GET /tasks/task_1", raw(`{"data":${task("completed", deep(100_000))}}`));
      const { code, stderr } = await one.belt("task", "get", "task_1", "--json");
      expect(code).toBe(1);
      expect(stderr).toContain("the answer is not the API's");
    })());

  it("is printed as long as it can be walked through", () =>
    scene(async (one) => {
      one.api.on("GET /tasks/task_1", raw(`{"data":${task("completed", deep(900))}}`));
      const { code, stdout } = await one.belt("task", "get", "task_1", "--json");
      expect(code).toBe(0);
      expect(stdout).toContain(deep(900));
    })());

  it("in a stream is noise, and the run goes on", () =>
    scene(async (one) => {
      finished(one);
      const lines = [`{"id":"task_1","output":${deep(100_000)}}`, task("completed")];
      one.api.on("GET /tasks/task_1/stream", ndjson(lines));
      const { code, stdout } = await one.belt("run", "infsh/flux", "--json");
      expect(code).toBe(0);
      expect(stdout).toContain(SEED);
    })());
});
