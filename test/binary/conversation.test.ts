import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { JsonObject } from "../../src/wire/types.ts";
import { type DevProcess, spawnDev } from "../local/dev-process.ts";
import { Home, ROOT, spawnBelt, until } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";

beforeEach(needsLinux);

let home: Home;
let server: DevProcess;

beforeAll(async () => {
  home = new Home();
  server = await spawnDev(home, [join(ROOT, "test/local/agents/helper"), "--port", "0"]);
});

afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.child;
  home.remove();
});

/** What is done to belt in place of typing alone. */
type Act = (pid: number, type: (text: string) => void) => Promise<unknown>;

/** Types Ctrl-Z, and has belt go on once it has stopped, as `fg` does. */
const stopAndGoOn: Act = async (pid, type) => {
  type("\u001a");
  await until(() => / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
  process.kill(pid, "SIGCONT");
};

/** Talks to belt on a pseudo terminal: each text is typed once what it answers to is there, after what the one before answered to. */
async function talk(argv: string[], lines: [seen: string, typed: string | Act][]): Promise<string> {
  const words = ["node", join(ROOT, "bin/belt.js"), ...argv].map((word) => `'${word}'`).join(" ");
  const belt = `sh -c 'echo $$ >pid; exec "$@"' sh ${words}`;
  const child = spawn(
    "script",
    ["-qec", `trap : INT; stty cols 80 rows 30; ${belt}; echo $? > code`, "/dev/null"],
    {
      cwd: home.dir,
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", ...home.env },
    },
  );
  let seen = "";
  let isOver = false;
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    seen += chunk;
  });
  const ended = new Promise((resolve) => child.on("close", resolve)).then(() => {
    isOver = true;
  });
  let from = 0;
  for (const [wanted, typed] of lines) {
    await until(() => isOver || seen.includes(wanted, from));
    const at = seen.indexOf(wanted, from);
    if (at === -1) throw new Error(`it ended without ${JSON.stringify(wanted)}: ${JSON.stringify(seen)}`);
    // What came together with it may be what the next one waits for.
    from = at + wanted.length;
    if (typeof typed === "string") child.stdin.write(typed);
    else await typed(Number(readFileSync(join(home.dir, "pid"), "utf8")), (text) => child.stdin.write(text));
  }
  await ended;
  const code = readFileSync(join(home.dir, "code"), "utf8");
  // What a spinner drew, where there was time for one, is gone.
  const left = seen.replace(/[^\n]*\u001b\[1G\u001b\[0[JK]/g, "");
  return `${stripVTControlCharacters(left).replaceAll("\r", "")}exit ${code}`;
}

const HELPER = ["agent", "run", "test/helper", "--local", "--context", "language=en"];

test("a conversation goes on in one chat; Ctrl-C stops an answer, Ctrl-D ends it all", async () => {
  const seen = await talk(HELPER, [
    ["> ", "hi\r"],
    ["calm.", ""],
    ["> ", "slow, please\r"],
    ["Slowly,", "\u0003"],
    ["> ", "hello\r"],
    ["Hello again: hello", ""],
    ["> ", "\u0004"],
  ]);
  expect(seen).toContain("\nHello in en, calm.\n");
  expect(seen).toContain("\nstopped: interrupted; the answer was stopped\n");
  expect(seen).toContain("\nHello again: hello\n");
  expect(seen.match(/^chat chat_/gm)).toHaveLength(1);
  expect(seen).toMatch(/goes\s+on\s+with\s+it\s+exit 0\s*$/);
});

test("a conversation ends as its last message did", async () => {
  const failed = await talk(HELPER, [
    ["> ", "hi\r"],
    ["> ", "fail\r"],
    ["the agent failed", ""],
    ["> ", "\u0004"],
  ]);
  expect(failed).toMatch(/exit 3\n$/);
});

test("what is held for approval is asked, its arguments harmless; no is no", async () => {
  const seen = await talk(HELPER, [
    ["> ", "delete it\r"],
    ["(y/N)", "n\r"],
    ["denied by the user", ""],
    ["> ", "publish\r"],
    ["(y/N)", "y\r"],
    ["Published.", ""],
    ["> ", "\u0004"],
  ]);
  expect(seen).toContain(String.raw`Allow delete {"path":"/tmp/\u001b[31mx"}?`);
  expect(seen).toContain("the agent answered without delete (denied)");
  expect(seen).toContain("\nPublished.\n");
});

test("Ctrl-C at a question stops the answer, too", async () => {
  const seen = await talk([...HELPER, "publish"], [["(y/N)", "\u0003"]]);
  expect(seen).toMatch(/the answer was stopped\nexit 130\n$/);
});

test("Ctrl-C at a question of a chat that goes on stops the answer alone", async () => {
  const seen = await talk(HELPER, [
    ["> ", "hi\r"],
    ["> ", "publish\r"],
    ["(y/N)", "\u0003"],
    ["the answer was stopped", ""],
    ["> ", "hello\r"],
    ["Hello again: hello", ""],
    ["> ", "\u0003"],
  ]);
  expect(seen).toMatch(
    /\nstopped: interrupted\nhint: belt agent run --local test\/helper --chat chat_\w+ goes/,
  );
  expect(seen).toMatch(/exit 130\n$/);
});

test("a question that is answered elsewhere is taken back", async () => {
  const allow: Act = async () => {
    const shown = await spawnBelt(["chat", "get", "@last", "--json", "--local"], home);
    const calls = JSON.parse(shown.stdout).messages.flatMap(
      ({ tool_invocations: calls }: JsonObject) => calls ?? [],
    );
    await spawnBelt(["api", "POST", `/tools/${calls[0].id}/invoke`, "--local"], home);
  };
  const seen = await talk(HELPER, [
    ["> ", "publish\r"],
    ["(y/N)", allow],
    ["Published.", ""],
    ["> ", "hello\r"],
    ["Hello again: hello", ""],
    ["> ", "\u0004"],
  ]);
  expect(seen).toContain("publish was decided about elsewhere");
  expect(seen).toMatch(/exit 0\n$/);
});

test("what is pasted is one message, and what is typed ahead the next ones", async () => {
  const seen = await talk(HELPER, [
    ["> ", "\u001b[200~first\nsecond\u001b[201~"],
    ["second", " line\r"],
    ["> ", "\u001b[200~third\r\nfourth\u001b[201~\rfifth\rsixth"],
    ["Hello again: third", ""],
    ["fourth", ""],
    ["> fifth", ""],
    ["Hello again: fifth", ""],
    ["> ", ""],
    ["sixth", " sense\r"],
    ["Hello again: sixth sense", ""],
    ["> ", "\u0004"],
  ]);
  expect(seen).toContain("\nHello again: third\nfourth\n");
  const messages = JSON.parse(
    (await spawnBelt(["chat", "get", "@last", "--json", "--local"], home)).stdout,
  ).messages;
  const said = messages
    .filter(({ role }: JsonObject) => role === "user")
    .map(({ content }: JsonObject) => content);
  expect(said.map(([{ text }]: [{ text: string }]) => text)).toEqual([
    "first\nsecond line",
    "third\nfourth",
    "fifth",
    "sixth sense",
  ]);
});

test("what was typed before a question was there is no consent", async () => {
  const seen = await talk(HELPER, [
    ["> ", "later\r"],
    ["Wait.", "y\r"],
    ["(y/N)", "\r"],
    ["So be it.", ""],
    ["> ", "\u0004"],
  ]);
  expect(seen).toContain("publish was not approved");
});

test("Ctrl-Z and fg leave a prompt and a question as they were", async () => {
  const seen = await talk(HELPER, [
    ["> ", "publ"],
    ["publ", stopAndGoOn],
    ["> publ", "ish\r"],
    ["(y/N)", stopAndGoOn],
    ["? Allow publish", "y"],
    ["y", "\r"],
    ["Published.", ""],
    ["> ", "\u0004"],
  ]);
  expect(seen).toMatch(/exit 0\n$/);
});

test("text that was shown stands when a tool is waited for", async () => {
  const seen = await talk([...HELPER, "time", "--tool", "clock=sleep 1; echo now"], [["Let me look.", ""]]);
  expect(seen).toContain("Let me look.\n");
  expect(seen).toContain("It is {result.time}.\n");
  expect(seen).toMatch(/exit 0\n$/);
});
