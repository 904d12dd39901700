// npm run bench:batch: many rows through `belt batch`, beside two bare scripts that keep nothing: one
// makes belt's own requests of each row (POST /run, its stream, the final GET), one polls in place of
// the stream. All against one `belt dev` with the bundled echo app; of several turns the best counts,
// since whatever else runs on the machine only takes. It prints figures, and never fails for them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "1000" },
    many: { type: "string", default: "10000" },
    jobs: { type: "string", default: "16" },
    turns: { type: "string", default: "3" },
  },
});
const BELT = fileURLToPath(new URL("../../bin/belt.js", import.meta.url));
const JOBS = Number(flags.jobs);
/** Between two looks of the bare script at one task, in milliseconds. */
const POLL = 10;
const COMPLETED = 10;

const home = mkdtempSync(join(tmpdir(), "belt-bench-"));
const env = { PATH: process.env.PATH, HOME: home, BELT_STATE_DIR: join(home, "state") };
const agent = new Agent({ keepAlive: true, maxSockets: JOBS });
const server = spawn(process.execPath, [BELT, "dev", "--port", "0", "--workers", "4", "--json"], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
});

try {
  const { url, key } = await addressOf(server);
  const rows = Number(flags.rows);
  await bare(url, key, 50);
  const figures = { followed: [], polled: [], belt: [] };
  for (let turn = 0; turn < Number(flags.turns); turn++) {
    figures.followed.push(await bare(url, key, rows, follow));
    figures.polled.push(await bare(url, key, rows, poll));
    figures.belt.push((await belt(rows, `turn-${turn}`)).seconds);
  }
  const rate = (seconds) => rows / Math.min(...seconds);
  const start = (await belt(1, "start")).seconds;
  const told = (bare) => {
    const part = (seconds) => (seconds / rate(bare)).toFixed(2);
    return `${part(rate(figures.belt))} of it, ${part(rows / (Math.min(...figures.belt) - start))} but for the start`;
  };
  print(`${rows} rows of infsh/echo, ${JOBS} at a time:`);
  print(
    `  belt batch                ${rate(figures.belt).toFixed(0)} rows/s, with a start of ${start.toFixed(2)} s`,
  );
  for (const [name, bare] of Object.entries({ follows: figures.followed, polls: figures.polled }))
    print(
      `  a bare script that ${name.padEnd(8)}${rate(bare).toFixed(0)} rows/s; belt has ${told(bare)} (goal 0.8)`,
    );
  const many = await belt(Number(flags.many), "many");
  print(`${flags.many} rows: ${many.seconds.toFixed(1)} s, peak memory ${many.peak} MB (goal under 150)`);
} finally {
  agent.destroy();
  server.kill("SIGTERM");
  await once(server, "exit");
  rmSync(home, { recursive: true, force: true });
}

async function addressOf({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const event = JSON.parse(line);
    if (event.type !== "server") continue;
    stdout.resume();
    return event;
  }
  throw new Error("belt dev did not start");
}

/** Seconds for so many runs, the results in memory alone. */
async function bare(url, key, rows, toEnd = poll) {
  const start = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < rows) {
      const body = { app: "infsh/echo", input: { text: `row ${next++}` } };
      const { id } = await ask("POST", `${url}/run?wait=false`, key, body);
      await toEnd(`${url}/tasks/${id}`, key);
    }
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
  return (performance.now() - start) / 1000;
}

async function poll(task, key) {
  while ((await ask("GET", task, key)).status !== COMPLETED) await sleep(POLL);
}

async function follow(task, key) {
  const lines = (await send("GET", `${task}/stream`, key)).trim().split("\n");
  if (!lines.some((line) => JSON.parse(line).status === COMPLETED)) throw new Error("it has not ended");
  await ask("GET", task, key);
}

/** Seconds for a whole command, and the most memory it had. */
async function belt(rows, name) {
  const file = join(home, `${name}.jsonl`);
  writeFileSync(file, Array.from({ length: rows }, (_, n) => `{"text":"row ${n} of ${name}"}\n`).join(""));
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [BELT, "batch", "infsh/echo", file, "--local", "-j", String(JOBS), "-q"],
    { env, stdio: ["ignore", "ignore", "inherit"] },
  );
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryOf(child.pid));
  }, 20);
  const [code] = await once(child, "exit");
  clearInterval(watch);
  if (code !== 0) throw new Error(`belt batch ended with ${code}`);
  return { seconds: (performance.now() - start) / 1000, peak };
}

/** The most a process has had so far in MB, where Linux tells it. */
function memoryOf(pid) {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000);
  } catch {
    return 0;
  }
}

async function ask(method, url, key, body) {
  return JSON.parse(await send(method, url, key, body));
}

function send(method, url, key, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      Accept: "application/x-ndjson, application/json;q=0.9",
      Authorization: `Bearer ${key}`,
      "X-API-Version": "2",
      "Content-Type": "application/json",
    };
    const sent = request(url, { method, agent, headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve(text);
    });
    sent.once("error", reject);
    sent.end(body && JSON.stringify(body));
  });
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
