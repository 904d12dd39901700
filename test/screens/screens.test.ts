import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { spawnBelt, until } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { api, home, setStage } from "../support/stage.ts";
import { onTerminal } from "./terminal.ts";

const ID = "task_0hx3k2j8m2a9c0ffee11";
const URL = `https://files.inference.sh/${"0123456789".repeat(8)}/image.png`;
const SESSION = "sess_0hx3k2j8m2a9c0ffee22";

let env: Record<string, string>;

setStage({ words: true }, () => {
  env = { INFSH_API_KEY: "inf_canary", BELT_API_URL: api.url };
});

beforeEach(needsLinux);

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

function look(columns: number, argv: string[], more: Record<string, string> = {}) {
  return onTerminal(columns, argv, home, { ...env, ...more });
}

/** A run that takes a second, logs in Japanese, and whose output is a picture. */
function scriptRun() {
  const output = { image: { uri: URL, content_type: "image/png", size: 214_000 } };
  const done = api.task("completed", { id: ID, output });
  const running = api.task("running", { id: ID });
  const logs = [{ log_type: 2, content: "海辺の灯台を描いています".repeat(4) }];
  api
    .offer("POST /run", api.ok(api.task("queued", { id: ID })))
    .offer(`GET /tasks/${ID}`, api.ok(running), api.ok(done))
    .offer(`GET /tasks/${ID}/logs`, api.ok({ logs }))
    .offer(`GET /tasks/${ID}/stream`, (_request, response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(`${JSON.stringify({ ...running, logs })}\n`);
      setTimeout(() => response.end(`${JSON.stringify(done)}\n`), 900);
    })
    .offer(
      `GET /tasks/${ID}/timings`,
      api.ok({
        events: [
          { status: "queued", duration_ms: 310 },
          { status: "setting_up", duration_ms: 1200 },
          { status: "running", duration_ms: 65_000 },
          { status: "uploading", duration_ms: 400 },
        ],
      }),
    );
}

const RUN = ["run", "infsh/flux", "--preview", "never"];

describe("run", () => {
  beforeEach(scriptRun);

  it.each([80, 40])("on %i columns leaves the output whole and where the time went", async (columns) => {
    const { bytes, lines, exitCode } = await look(columns, RUN);
    expect(exitCode).toBe(0);
    const closing =
      columns === 80
        ? ["completed in <t>: queued <t>, preparing <t>, running 1m 05s, uploading <t>"]
        : ["completed in <t>", "  queued <t>, preparing <t>,", "  running 1m 05s, uploading <t>"];
    expect(lines.map((line) => line.replace("1m <t>", "1m 05s"))).toEqual([
      "task task_xxxxxxxxxxxxxxxxxxxx",
      `image  ${URL}`,
      "       (image/png, 214 kB)",
      ...closing,
    ]);
    expect(bytes.lastIndexOf("\u001b[?25h")).toBeGreaterThan(bytes.lastIndexOf("\u001b[?25l"));
  });

  it.each([80, 40])("on %i columns draws a spinner that never takes a second line", async (columns) => {
    const { bytes } = await look(columns, RUN);
    const frames = bytes.match(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏][^⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏\r\n]*?(?=\u001b\[\?2026l)/g) ?? [];
    expect(frames.length).toBeGreaterThan(2);
    expect(frames.join()).toMatch(/running .*海辺/);
    for (const frame of frames) expect(displayWidth.width(frame)).toBeLessThan(columns);
  });

  it("with NO_COLOR draws the spinner, too, without color", async () => {
    const { bytes } = await look(80, RUN, { NO_COLOR: "1" });
    expect(bytes).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
    expect(bytes).not.toMatch(/\u001b\[[\d;]*m/);
  });

  it.each([
    ["NO_COLOR", { NO_COLOR: "1", CI: "1" }],
    ["a dumb terminal", { TERM: "dumb" }],
  ])("with %s is plain lines without one escape", async (_name, more) => {
    const { bytes, lines } = await look(80, RUN, more);
    expect(bytes).not.toContain("\u001b");
    expect(lines.slice(0, 2)).toEqual(["task task_xxxxxxxxxxxxxxxxxxxx", "queued"]);
    expect(lines).toContain("running");
    expect(lines.filter((line) => line.includes("completed"))).toHaveLength(1);
    expect(lines).toContain(`image  ${URL}`);
  });

  it("links the file where the terminal knows links, and only on a terminal that has color", async () => {
    const link = `\u001b]8;;${URL}\u001b\\${URL}\u001b]8;;\u001b\\`;
    const linking = { FORCE_HYPERLINK: "1" };
    const { bytes, lines } = await look(80, RUN, linking);
    expect(bytes).toContain(link);
    expect(lines).toContain(`image  ${URL}`);
    for (const more of [{ FORCE_HYPERLINK: "0" }, { ...linking, NO_COLOR: "1" }])
      expect((await look(80, RUN, more)).bytes).not.toContain("\u001b]8");
    const piped = await spawnBelt([...RUN, "--color", "always"], home, { env: { ...env, ...linking } });
    expect(piped.stdout).toContain(URL);
    expect(piped.stdout).not.toContain("\u001b]8");
  });

  it("shows where a file was saved in the place of its address", async () => {
    const image = { uri: `${api.url}/files/image.png`, content_type: "image/png", size: 5 };
    api
      .on(`GET /tasks/${ID}`, api.ok(api.task("completed", { id: ID, output: { image, note: "done" } })))
      .on("GET /files/image.png", (_request, response) => void response.end("PIXEL"));
    const { lines } = await look(80, [...RUN, "--save", join(home.dir, "out")]);
    const [shown = ""] = lines.filter((line) => line.startsWith("image  "));
    expect(shown).not.toContain("http");
    expect(lines.join("")).toContain("out/image.png");
  });

  it("with --json asks for nothing that only people see", async () => {
    await look(80, [...RUN, "--json"]);
    expect(api.count(`GET /tasks/${ID}/timings`)).toBe(0);
    await look(80, RUN);
    expect(api.count(`GET /tasks/${ID}/timings`)).toBe(1);
  });
});

it.each([80, 40])("task watch on %i columns: a line for each thing that happens", async (columns) => {
  scriptRun();
  const { lines } = await look(columns, ["task", "watch", ID]);
  expect(lines).toEqual([
    "running",
    `│ ${"海辺の灯台を描いています".repeat(4)}`,
    "completed",
    `image  ${URL}`,
    "       (image/png, 214 kB)",
  ]);
});

describe("task list", () => {
  beforeEach(() => {
    const task = (id: string, app: string, ms: number) =>
      api.task("completed", { id, app, created_at: ago(ms) });
    const rows = [task(ID, "acme/海辺の灯台", 150_000), task(ID, "infsh/flux", 7_300_000)];
    api.on("POST /tasks/list", api.ok({ items: rows }));
  });

  it("on 80 columns", async () => {
    const { lines } = await look(80, ["task", "list"]);
    expect(lines).toEqual([
      "TASK                       APP              STATUS     CREATED",
      "task_xxxxxxxxxxxxxxxxxxxx  acme/海辺の灯台  completed  2m ago",
      "task_xxxxxxxxxxxxxxxxxxxx  infsh/flux       completed  2h ago",
    ]);
  });

  it("on 40 columns", async () => {
    const { lines } = await look(40, ["task", "list"]);
    expect(lines).toEqual([
      "task_xxxxxxxxxxxxxxxxxxxx",
      "  app acme/海辺の灯台  status completed",
      "  created 2m ago",
      "task_xxxxxxxxxxxxxxxxxxxx",
      "  app infsh/flux  status completed",
      "  created 2h ago",
    ]);
  });
});

describe("session list", () => {
  beforeEach(() => {
    const session = { id: SESSION, app_id: "infsh/counter", status: "active", call_count: 3 };
    api.on("GET /sessions", api.ok([{ ...session, expires_at: ago(-600_500) }]));
  });

  it("on 80 columns", async () => {
    const { lines } = await look(80, ["session", "list"]);
    expect(lines.map((line) => line.replace(/\d+m <t>/, "<t>"))).toEqual([
      "SESSION                    APP            STATUS  CALLS  TIME LEFT",
      expect.stringMatching(/^sess_x{20} {2}infsh\/counter {2}active {6}3 +<t>$/),
    ]);
  });

  it("on 40 columns", async () => {
    const { lines } = await look(40, ["session", "list"]);
    expect(lines.map((line) => line.replace(/\d+m <t>/, "<t>"))).toEqual([
      "sess_xxxxxxxxxxxxxxxxxxxx",
      "  app infsh/counter  status active",
      "  calls 3  time left <t>",
    ]);
  });
});

it.each([80, 40])("app get on %i columns fits", async (columns) => {
  const { lines, exitCode } = await look(columns, ["app", "get", "infsh/flux", "--local"], {
    BELT_API_URL: "",
    INFSH_API_KEY: "",
  });
  expect(exitCode).toBe(0);
  for (const line of lines) expect(displayWidth.width(line)).toBeLessThanOrEqual(columns);
  expect(lines.join("\n")).toContain(
    columns === 80
      ? "height  integer            512      64 to 2048       Height in pixels"
      : "height\n  type integer  default 512\n  allowed 64 to 2048\n  Height in pixels",
  );
});

describe("task get", () => {
  it.each([80, 40])("on %i columns says how long ago, with the time", async (columns) => {
    scriptRun();
    const task = api.task("failed", {
      id: ID,
      created_at: ago(150_000),
      error: "too little light to paint by",
    });
    api.on(`GET /tasks/${ID}`, api.ok(task));
    const { lines } = await look(columns, ["task", "get", ID]);
    expect(lines[0]).toBe("task     task_xxxxxxxxxxxxxxxxxxxx");
    expect(lines).toContain("error    too little light to paint by");
    expect(lines.find((line) => line.startsWith("created"))).toMatch(
      /^created {2}2m ago {2}(\d{4}-\d\d-\d\d )?<clock>$/,
    );
    for (const line of lines) expect(displayWidth.width(line)).toBeLessThanOrEqual(columns);
  });

  it("in a pipe has the very time the API sent", async () => {
    const created_at = ago(150_000);
    api.on(`GET /tasks/${ID}`, api.ok(api.task("completed", { id: ID, created_at })));
    const { stdout } = await spawnBelt(["task", "get", ID], home, { env });
    expect(stdout).toContain(`created  ${created_at}\n`);
  });
});

describe("profiles", () => {
  beforeEach(async () => {
    await spawnBelt(["login", "--no-check", "--profile", "work"], home, { input: "inf_canary_1234" });
  });

  const ownKey = { INFSH_API_KEY: "", BELT_API_URL: "" };

  it("profile list on 80 columns", async () => {
    expect((await look(80, ["profile", "list"], ownKey)).lines).toEqual([
      "   PROFILE  API                       KEY    INFRA  STATUS TABLE",
      "*  work     https://api.inference.sh  …1234         auto",
    ]);
  });

  it("profile list on 40 columns", async () => {
    expect((await look(40, ["profile", "list"], ownKey)).lines).toEqual([
      "* work",
      "  api https://api.inference.sh",
      "  key …1234  status table auto",
    ]);
  });

  it("profile show on 40 columns", async () => {
    const { lines } = await look(40, ["profile", "show"], ownKey);
    expect(lines.slice(0, 3)).toEqual([
      "profile       work  from current",
      "api           https://api.inference.sh",
      "              from profile work",
    ]);
  });
});

it("doctor ends with the one thing to do, and does not say it twice", async () => {
  const { lines, exitCode } = await look(80, ["doctor"], { INFSH_API_KEY: "" });
  expect(exitCode).toBe(4);
  expect(lines.join(" ")).toMatch(
    /✗ {2}key +none.*To do: belt login stores one, or set INFSH_API_KEY.*account\.$/,
  );
});

it("doctor on 40 columns has what it knows beneath what it found", async () => {
  const { lines } = await look(40, ["doctor", "--local"], { BELT_API_URL: "", INFSH_API_KEY: "" });
  expect(lines).toContain(`·  config        ${home.dir}/config`);
  expect(lines[lines.indexOf(`·  config        ${home.dir}/config`) + 1]).toBe(
    "                 not there yet",
  );
});

describe("a text that grows", () => {
  const WORDS = "The quick brown fox jumps over the lazy dog and sleeps".split(" ");
  const text = WORDS.join(" ");

  function scriptText(more: Record<string, unknown> = {}) {
    const done = api.task("completed", { id: ID, output: { text, ...more } });
    const delta = (word: string, seq: number) => ({
      event: "delta",
      data: { delta: { text: seq === 1 ? word : ` ${word}` }, seq },
    });
    api
      .on("POST /run", api.ok(api.task("running", { id: ID })))
      .on(`GET /tasks/${ID}`, api.ok(done))
      .on(`GET /tasks/${ID}/stream`, async (_request, response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        for (const [index, word] of WORDS.entries()) {
          response.write(`${JSON.stringify(delta(word, index + 1))}\n`);
          await new Promise((resolve) => setTimeout(resolve, 60));
        }
        response.end(`${JSON.stringify(done)}\n`);
      });
  }

  it("is shown as it grows on a terminal, once, wrapped, and without a spinner over it", async () => {
    scriptText();
    const { bytes, lines } = await look(30, ["run", "infsh/echo"]);
    expect(lines.slice(1, -1)).toEqual(["The quick brown fox jumps over", "the lazy dog and sleeps"]);
    expect(lines.at(-1)).toBe("completed in <t>");
    const [beginning, end] = [bytes.indexOf("The quick"), bytes.indexOf("sleeps")];
    expect(bytes.slice(beginning, end)).not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
  });

  it("is followed by what else the output holds", async () => {
    scriptText({ tokens: 12 });
    const { lines } = await look(80, ["run", "infsh/echo"]);
    expect(lines.slice(1)).toEqual([text, "tokens  12", "completed in <t>"]);
  });

  it("is whole in a pipe, with --json and with -q", async () => {
    scriptText();
    const { stdout } = await spawnBelt(["run", "infsh/echo"], home, { env });
    expect(stdout).toBe(`${text}\n`);
    const { lines } = await look(80, ["run", "infsh/echo", "--json", "--field", "output.text"]);
    expect(lines.filter((line) => line.includes("quick"))).toEqual([`"${text}"`]);
    expect((await look(80, ["run", "infsh/echo", "-q"])).lines).toEqual([text]);
  });
});

it("wraps a long error between words, and leaves the command of a hint in one piece", async () => {
  api.on(
    `GET /tasks/${ID}`,
    api.error(404, "not_found", `there is no task ${ID} in this account or any other`),
  );
  const { lines } = await look(40, ["task", "get", ID]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  expect(lines.slice(0, 2)).toEqual(["error: there is no task", "  task_xxxxxxxxxxxxxxxxxxxx in this"]);
  expect(lines.filter((line) => /belt (task list|doctor)/.test(line))).toHaveLength(2);
});

it("gives the cursor back while it is stopped, as by Ctrl-Z, and takes it again", async () => {
  const running = api.task("running", { id: ID });
  let end = () => {};
  api
    .on("POST /run", api.ok(running))
    .on(`GET /tasks/${ID}`, api.ok(api.task("completed", { id: ID, output: "done" })))
    .on(`GET /tasks/${ID}/stream`, (_request, response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(`${JSON.stringify(running)}\n`);
      end = () => response.end(`${JSON.stringify(api.task("completed", { id: ID }))}\n`);
    });
  const file = join(home.dir, "pid");
  const screen = onTerminal(80, RUN, home, env, { prefix: `sh -c 'echo $$ > ${file}; exec "$@"' sh` });
  await until(() => api.count(`GET /tasks/${ID}/stream`) === 1);
  await pause(1_500);
  const pid = Number(readFileSync(file, "utf8"));
  process.kill(pid, "SIGTSTP");
  await until(() => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "utf8")));
  process.kill(pid, "SIGCONT");
  await pause(500);
  end();
  const { bytes, exitCode } = await screen;
  expect(exitCode).toBe(0);
  const cursor = [...bytes.matchAll(/\u001b\[\?25([hl])/g)].map(([, state]) => state);
  expect(cursor.join("")).toMatch(/^lhlh+$/);
});
