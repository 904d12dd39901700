import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Argument, Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Host } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { PacedWriter } from "../../src/terminal/paced-writer.ts";
import { belt, Home, ROOT, spawnBelt, writtenIn } from "../support/belt.ts";
import { listening } from "../support/listening.ts";

/** A key for each place where one may stand; "canary" is in no other text. */
const CANARIES = {
  infsh: "inf_canary_of_infsh_1111",
  inference: "inf_canary_of_inference_2222",
  current: "inf_canary_of_current_3333",
  named: "inf_canary_of_named_4444",
  local: "inf_canary_of_local_5555",
  typed: "inf_canary_of_typed_6666",
  proxy: "canary-password-7777",
};

/** What to write for an argument; one that is not listed is "x", so that a new command is covered by itself. */
const ARGUMENTS: Record<string, string[]> = {
  app: ["infsh/echo"],
  appdir: [],
  command: ["true"],
  id: ["task_1"],
  method: ["GET"],
  path: ["/sessions"],
  name: ["named"],
};

const SELECTIONS: Record<string, { flags: string[]; env: Record<string, string> }> = {
  INFSH_API_KEY: {
    flags: [],
    env: { INFSH_API_KEY: CANARIES.infsh, INFERENCE_API_KEY: CANARIES.inference },
  },
  INFERENCE_API_KEY: { flags: [], env: { INFERENCE_API_KEY: CANARIES.inference } },
  "the current profile": { flags: [], env: {} },
  "--profile": { flags: ["--profile", "named"], env: { INFSH_API_KEY: CANARIES.infsh } },
  "--local": { flags: ["--local"], env: { INFSH_API_KEY: CANARIES.infsh } },
};

const COMMANDS = await allCommands();

/** A server that says the key it was sent wherever a server can say anything. */
class EchoingApi {
  mode = "ok";
  url = "";
  /** Where the redirects lead. */
  elsewhere = "";
  readonly keys: (string | undefined)[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.keys.push(request.headers.authorization);
      this.#answer(request.url ?? "", request.headers.authorization ?? "", response);
    });
  }

  async listen(): Promise<this> {
    this.url = `http://${await listening(this.#server)}`;
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: string, key: string, response: ServerResponse): void {
    const send = (status: number, body: unknown, headers = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", "x-request-id": key, ...headers })
        .end(typeof body === "string" ? body : JSON.stringify(body));
    const log = { id: key, content: `env: ${key}`, log_type: 4 };
    const task = { id: "task_1", app: key, status: 10, status_text: "completed", error: key, logs: [log] };
    const whole = {
      ...task,
      session_id: "s1",
      output: { text: key, [key]: key },
      items: [{ ...task, name: key }],
    };
    switch (this.mode) {
      case "ok":
        if (url.endsWith("/stream")) return void send(200, JSON.stringify(whole), STREAM);
        return void send(200, { data: whole, messages: [{ level: "warning", message: key }] });
      case "refused":
        return void send(401, { type: `/errors/${key}`, title: key, status: 401, detail: key });
      case "broken":
        return void send(500, `<title>${key}</title>`, { "content-type": "text/html" });
      case "nonsense":
        return void send(200, key);
      case "redirect":
        return void send(302, "", { location: `${this.elsewhere}/?key=${encodeURIComponent(key)}` });
      default:
        response.socket?.destroy();
    }
  }
}

const STREAM = { "content-type": "application/x-ndjson" };
const MODES = ["ok", "refused", "broken", "nonsense", "redirect", "cut"];

let api: EchoingApi;
let elsewhere: EchoingApi;

beforeAll(async () => {
  api = await new EchoingApi().listen();
  elsewhere = await new EchoingApi().listen();
  api.elsewhere = elsewhere.url;
});

afterAll(async () => {
  await api.close();
  await elsewhere.close();
});

describe.each(COMMANDS)("$name", ({ argv, flags }) => {
  // What listens asks no API.
  const modes = flags.includes("--port") ? ["ok"] : MODES;

  it.each(Object.keys(SELECTIONS))("never writes a key: that of %s", async (selection) => {
    for (const mode of modes) {
      await expectNoKey(selection, mode, [...argv, "-v"]);
    }
    await expectNoKey(selection, "ok", [...argv, "-v", "--json"]);
    await expectNoKey(selection, "refused", [...argv, "-v", "--json"]);
    await expectNoKey(selection, "ok", [...argv, "--no-such-option"]);
    if (flags.includes("--dry-run")) await expectNoKey(selection, "ok", [...argv, "--dry-run", "-v"]);
    if (flags.includes("--events"))
      await expectNoKey(selection, "ok", [...argv, "--events", "events.ndjson"]);
    if (flags.includes("--yes")) await expectNoKey(selection, "ok", [...argv, "--yes"]);
  });
});

it("the server was sent every key, and elsewhere none", () => {
  const { infsh, inference, current, named, local, typed } = CANARIES;
  const sent = new Set(api.keys);
  for (const key of [infsh, inference, current, named, local, typed]) expect(sent).toContain(`Bearer ${key}`);
  expect(elsewhere.keys.length).toBeGreaterThan(0);
  expect(elsewhere.keys.filter((key) => key !== undefined)).toEqual([]);
});

async function expectNoKey(selection: string, mode: string, argv: string[]): Promise<void> {
  const home = new Home();
  api.mode = mode;
  elsewhere.mode = "nonsense";
  prepare(home);
  const { flags, env } = SELECTIONS[selection]!;
  const url: Record<string, string> =
    "INFERENCE_API_KEY" in env || "INFSH_API_KEY" in env ? { BELT_API_URL: api.url } : {};
  const { stdout, stderr } = await outcome([...flags, ...argv], home, {
    PATH: process.env["PATH"]!,
    HTTPS_PROXY: `http://ada:${CANARIES.proxy}@127.0.0.1:1`,
    ...url,
    ...env,
  });
  const written = [`stdout: ${stdout}`, `stderr: ${stderr}`, ...writtenFiles(home)];
  home.remove();
  expect(written.filter((text) => /canary/i.test(text))).toEqual([]);
}

/** What goes on until it is stopped says first that it is there, and is then stopped. */
async function outcome(argv: string[], home: Home, env: Record<string, string>) {
  if (!argv.includes("--port")) {
    return await belt(argv, {
      home,
      env,
      stdin: CANARIES.typed,
      policy: { retries: [1], reconnects: [1], poll: 1, slowestPoll: 2, giveUp: 50, finalRead: 50 },
    });
  }
  const running = spawnBelt(argv, home, { env, input: CANARIES.typed });
  running.stdout!.on("data", () => running.kill("SIGINT"));
  return await running;
}

/** All that belt keeps, but the one file that keys are kept in, and the server's own. */
function writtenFiles(home: Home): string[] {
  return writtenIn(home)
    .filter(({ path }) => !/[\\/](profiles|dev)\.json$/.test(path))
    .map(({ path, text }) => `${path}: ${text}`);
}

function prepare(home: Home): void {
  const profile = { api_url: api.url, infra: null, status_table: "auto", insecure: false };
  const book = {
    current: "current",
    profiles: [
      { ...profile, name: "current", key: CANARIES.current },
      { ...profile, name: "named", key: CANARIES.named },
    ],
  };
  const address = { url: api.url, key: CANARIES.local, pid: process.pid };
  for (const [folder, file, content] of [
    ["config", "profiles.json", book],
    ["state", "dev.json", address],
  ] as const) {
    mkdirSync(join(home.dir, folder), { mode: 0o700 });
    writeFileSync(join(home.dir, folder, file), JSON.stringify(content), { mode: 0o600 });
  }
}

async function allCommands(): Promise<{ name: string; argv: string[]; flags: string[] }[]> {
  const host = { root: ROOT, stdout: {} } as Host;
  const program = await buildProgram(
    host,
    new PacedWriter({ write() {} }, new AbortController().signal),
    async () => {},
  );
  const leaves = (command: Command, path: string[]): { name: string; argv: string[]; flags: string[] }[] =>
    command.commands.length > 0
      ? command.commands.flatMap((child) => leaves(child, [...path, child.name()]))
      : [
          {
            name: path.join(" "),
            argv: [...path, ...command.registeredArguments.flatMap(argument), ...port(command)],
            flags: flagsOf(command),
          },
        ];
  return leaves(program, []);
}

function flagsOf(command: Command): string[] {
  return command.options.map(({ long }) => long ?? "");
}

function port(command: Command): string[] {
  return flagsOf(command).includes("--port") ? ["--port", "0"] : [];
}

function argument(argument: Argument): string[] {
  return ARGUMENTS[argument.name()] ?? ["x"];
}
