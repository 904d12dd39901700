import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { belt, Home, spawnBelt } from "../support/belt.ts";
import { spawnDev } from "./dev-process.ts";
import { cleanup } from "./server-fixture.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

function write(name: string, text: string): string {
  writeFileSync(join(home.dir, name), text);
  return name;
}

describe("run --scenario", () => {
  it("goes with --local alone", async () => {
    const { code, stderr } = await belt(["run", "infsh/echo", "--scenario", "no-credit"], { home });
    expect(code).toBe(2);
    expect(stderr).toBe("error: --scenario is a script of faults for the local server\nhint: add --local\n");
  });

  it("meets the estimate, too, and refuses under a cap what is not known", async () => {
    const scenario = write("s.yaml", "steps: [{on: estimate, times: always, do: {status: 503}}]");
    const argv = ["run", "infsh/echo", "-i", "text=x", "--local", "--scenario", scenario, "--max-cost", "1"];
    for (const more of [[], ["--dry-run"]]) {
      const { code, stderr } = await belt([...argv, ...more], { home });
      expect(code).toBe(7);
      expect(stderr).toMatch(/acted {2}step 1 .* estimate: status 503/);
    }
  });

  it("starts a server of its own although a belt dev runs, and tells what acted", async () => {
    const server = await spawnDev(home, ["--port", "0"]);
    cleanup(() => server.child.kill("SIGKILL"));
    const argv = ["run", "infsh/echo", "-i", "text=x", "--local", "--scenario", "no-credit"];
    const { exitCode, stderr } = await spawnBelt(argv, home);
    expect(exitCode).toBe(7);
    expect(stderr).toMatch(/^faults are on: scenario no-credit\n/);
    expect(stderr).toMatch(/\nscenario no-credit\n {2}acted {2}step 1 {2}once {2}submit: problem /);
  });

  // A task that fails in the queue needs no worker, and a version that is named and known none to describe it.
  test.each([
    ["queued", 20],
    ["running", 3],
  ])("the same requests meet the same faults, with a task that is %s %i times", async (phase, times) => {
    const scenario = write(
      "s.yaml",
      `
steps:
  - {on: submit, times: 2, do: {status: 429, retry_after: 0}}
  - {on: put, do: {after_bytes: 10, cut: reset}}
  - {on: stream, times: 2, do: {after_lines: 0, cut: half-line}}
  - {on: get, times: 2, do: {status: 503}}
  - {on: task, do: {phase: ${phase}, hold: 20ms, fail: "CUDA out of memory"}}
`,
    );
    write("note.txt", "some words");
    const version = await belt(["app", "get", "infsh/echo", "--local", "--field", "version_id"], { home });
    const app = `infsh/echo@${version.stdout.trim()}`;
    const argv = ["run", app, "-i", "text=@note.txt", "--local", "-v", "--scenario", scenario];
    const seen = new Set<string>();
    for (let time = 0; time < times; time += 1) {
      const { code, stderr } = await belt(argv, { home, policy: { silence: 10_000 } });
      expect(code).toBe(3);
      seen.add(requestsAndHits(stderr).join("\n"));
    }
    const stream = ["GET /tasks/task/stream 200", "GET /tasks/task 503"];
    expect([...seen].map((text) => text.split("\n"))).toEqual([
      [
        "POST /files 200",
        "PUT /files/file/note.txt broken",
        "PUT /files/file/note.txt 200",
        ...["429", "429", "200"].map((status) => `POST /run ${status}`),
        ...stream,
        ...stream,
        "GET /tasks/task/stream 200",
        "GET /tasks/task 200",
        "  acted  step 1  2 times  submit: status 429, retry_after 0",
        "  acted  step 2  once     put: after_bytes 10, cut reset",
        "  acted  step 3  2 times  stream: after_lines 0, cut half-line",
        "  acted  step 4  2 times  get: status 503",
        `  acted  step 5  once     task: phase ${phase}, hold 20ms, fail CUDA out of memory`,
      ],
    ]);
  });
});

/** Each request with what became of it, and each step with its hits. The schema is asked for beside the submit. */
function requestsAndHits(stderr: string): string[] {
  const requests = [...stderr.matchAll(/^(GET|POST|PUT) http:\/\/[^/]+(\S+?)(?:\?\S*)? (.+) [\d.]+m?s$/gm)]
    .map(([, method, path = "", answer = ""]) => {
      const status = /^\d+$/.test(answer) ? answer : "broken";
      return `${method} ${path.replaceAll(/\b(task|file)_\w+/g, "$1")} ${status}`;
    })
    .filter((line) => !line.startsWith("GET /apps/"));
  return [...requests, ...stderr.split("\n").filter((line) => /^ {2}(acted|missed)/.test(line))];
}
