// npm run bench:batch: many rows through `belt batch`, beside a bare script that posts and polls, both
// against one `belt dev` with the bundled echo app. It prints figures, and never fails for them.
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
  const figures = { bare: [], belt: [] };
  for (let turn = 0; turn < Number(flags.turns); turn++) {
    figures.bare.push(await bare(url, key, rows));
    figures.belt.push((await belt(rows, `turn-${turn}`)).seconds);
  }
  const rate = (seconds) => rows / median(seconds);
  print(`${rows} rows of infsh/echo, ${JOBS} at a time:`);
  print(`  a bare script that posts and polls  ${rate(figures.bare).toFixed(0)} rows/s`);
  print(`  belt batch                          ${rate(figures.belt).toFixed(0)} rows/s`);
  print(`  ${(rate(figures.belt) / rate(figures.bare)).toFixed(2)} of the bare script (goal 0.8)`);
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
async function bare(url, key, rows) {
  const start = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < rows) {
      const body = { app: "infsh/echo", input: { text: `row ${next++}` } };
      const { id } = await ask("POST", `${url}/run?wait=false`, key, body);
      while ((await ask("GET", `${url}/tasks/${id}`, key)).status !== COMPLETED) await sleep(POLL);
    }
  };
  await Promise.all(Array.from({ length: JOBS }, worker));
  return (performance.now() - start) / 1000;
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

function ask(method, url, key, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${key}`,
      "X-API-Version": "2",
      "Content-Type": "application/json",
    };
    const sent = request(url, { method, agent, headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve(JSON.parse(text));
    });
    sent.once("error", reject);
    sent.end(body && JSON.stringify(body));
  });
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
