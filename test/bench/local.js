// biome-ignore-all lint/suspicious/noConsole: figures are what a benchmark has to say
/**
 * What the local server costs: `npm run bench`. Figures are printed and never judged, since another
 * machine, or a busy one, has others. Runs the built `belt dev`.
 */
import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROBE = join(ROOT, "test/local/apps/probe");
const WARM_UP = 200;
const CALLS = 1000;
const TASKS = 1000;
const WORKERS = 4;
/** Memory that grows from round to round is a leak. */
const ROUNDS = 4;
const agent = new Agent({ keepAlive: true, maxSockets: 32 });

if (process.argv[2] === "bare") serveBare();
else await main();

/** The least that answering a POST of JSON can cost, in a process of its own as `belt dev` is. */
function serveBare() {
  const server = createServer(async (incoming, response) => {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    const answer = JSON.stringify(JSON.parse(text));
    response.writeHead(200, { "Content-Type": "application/json" }).end(answer);
  });
  server.listen(0, "127.0.0.1", () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
}

async function main() {
  const bare = fork(fileURLToPath(import.meta.url), ["bare"]);
  const state = mkdtempSync(join(tmpdir(), "belt-bench-"));
  const belt = spawn(
    process.execPath,
    [join(ROOT, "bin/belt.js"), "dev", PROBE, "--port", "0", "--workers", String(WORKERS), "--json"],
    { env: { PATH: process.env.PATH, BELT_STATE_DIR: state }, stdio: ["ignore", "pipe", "ignore"] },
  );
  try {
    const [{ url: bareUrl }] = await once(bare, "message");
    const server = await serving(belt);
    const input = { text: "bench" };
    const body = { app: "test/probe", input };
    const direct = await timed(await directCall(input));
    const plain = await timed(() => post(bareUrl, body));
    const warm = await timed(() => post(`${server.url}/run`, body, server.key));
    print("calling the function directly", direct);
    print("a bare node:http server", plain);
    print("a warm call, POST /run", warm);
    console.log(
      `overhead of a warm call over calling directly: ${ms(median(warm) - median(direct))} (median)`,
    );
    console.log(
      `overhead of a warm call over a bare server:    ${ms(median(warm) - median(plain))} (median)`,
    );
    console.log(`${TASKS} tasks at once on ${WORKERS} workers, ${ROUNDS} times:`);
    for (let round = 0; round < ROUNDS; round += 1) await pushAll(server, belt.pid);
  } finally {
    agent.destroy();
    bare.kill();
    belt.kill("SIGTERM");
    await once(belt, "exit");
    rmSync(state, { recursive: true, force: true });
  }
}

async function serving(belt) {
  const events = [];
  const lines = createInterface({ input: belt.stdout });
  lines.on("line", (line) => events.push(JSON.parse(line)));
  while (!events.some(({ type }) => type === "server")) await once(lines, "line");
  const { url, key } = events.find(({ type }) => type === "server");
  return { url, key, events, lines };
}

async function directCall(input) {
  // The app logs each call; here that is not of interest.
  const log = console.log;
  console.log = () => {};
  const { App, AppSetup, RunInput } = await import(join(PROBE, "inference.js"));
  const app = new App();
  await app.setup(AppSetup.parse({}));
  console.log = log;
  return async () => {
    console.log = () => {};
    await app.run(await RunInput.parseAsync(input));
    console.log = log;
  };
}

/** Milliseconds of each call, after a warm-up. */
async function timed(call) {
  for (let n = 0; n < WARM_UP; n += 1) await call();
  const times = [];
  for (let n = 0; n < CALLS; n += 1) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

/** All at once, as a script does; then waits until all have ended. */
async function pushAll({ url, key, events, lines }, pid) {
  const before = memory(pid);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, memory(pid));
  }, 50);
  const from = events.length;
  const start = performance.now();
  const body = { app: "test/probe", input: { text: "x".repeat(1000) } };
  await Promise.all(Array.from({ length: TASKS }, () => post(`${url}/apps/run`, body, key)));
  const taken = performance.now() - start;
  const told = (status) =>
    events
      .slice(from)
      .flatMap((event) => (event.type === "task" && event.status === status ? [event.id] : []));
  while (told("completed").length < TASKS) await once(lines, "line");
  const all = performance.now() - start;
  clearInterval(watch);
  const order = told("dispatched").join() === told("received").join() ? "in order" : "NOT IN ORDER";
  const sizes = `memory ${before} MiB before, ${peak} at most, ${memory(pid)} after`;
  console.log(`  taken in after ${ms(taken)}, ended after ${ms(all)}, begun ${order}; ${sizes}`);
}

/** Resident memory of a process in MiB. */
function memory(pid) {
  return Math.round(
    Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024,
  );
}

function post(url, body, key = "none") {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume().once("end", resolve);
    });
    sent.once("error", reject);
    sent.end(JSON.stringify(body));
  });
}

function print(what, times) {
  const at = (share) => ms(times[Math.floor(times.length * share)]);
  console.log(`${what.padEnd(32)} median ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}`);
}

function median(times) {
  return times[Math.floor(times.length / 2)];
}

function ms(time) {
  return `${time.toFixed(2)} ms`;
}
