// npm run bench:batch: many rows through `belt batch`, beside two bare scripts that keep nothing: one
// makes belt's own requests of each row (POST /run, its stream, the final GET), one polls in place of
// the stream. Each is a process of its own, all against one `belt dev` with the bundled echo app; of
// several turns the best counts, since whatever else runs on the machine only takes. It prints
// figures, and never fails for them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
const BARE = fileURLToPath(new URL("bare.js", import.meta.url));

const home = mkdtempSync(join(tmpdir(), "belt-bench-"));
const env = { PATH: process.env.PATH, HOME: home, BELT_STATE_DIR: join(home, "state") };
const server = spawn(process.execPath, [BELT, "dev", "--port", "0", "--workers", "4", "--json"], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
});

try {
  const { url, key } = await addressOf(server);
  const rows = Number(flags.rows);
  const figures = { followed: [], polled: [], belt: [] };
  for (let turn = 0; turn < Number(flags.turns); turn++) {
    figures.followed.push(await bare(url, key, "follow"));
    figures.polled.push(await bare(url, key, "poll"));
    figures.belt.push((await belt(rows, `turn-${turn}`)).seconds);
  }
  const rate = (seconds) => rows / Math.min(...seconds);
  const told = (bare) =>
    `${rate(bare).toFixed(0)} rows/s; belt has ${(rate(figures.belt) / rate(bare)).toFixed(2)}`;
  print(`${rows} rows of infsh/echo, ${flags.jobs} at a time:`);
  print(`  belt batch                  ${rate(figures.belt).toFixed(0)} rows/s`);
  print(`  a bare script that follows  ${told(figures.followed)} of that (goal 0.8)`);
  print(`  a bare script that polls    ${told(figures.polled)} of that`);
  const many = await belt(Number(flags.many), "many");
  print(`${flags.many} rows: ${many.seconds.toFixed(1)} s, peak memory ${many.peak} MB (goal under 150)`);
} finally {
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

/** Seconds for a whole script, from its start to its end as belt's. */
async function bare(url, key, how) {
  const start = performance.now();
  const args = [BARE, url, key, flags.rows, flags.jobs, how];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the bare script ended with ${code}`);
  return (performance.now() - start) / 1000;
}

/** Seconds for a whole command, and the most memory it had. */
async function belt(rows, name) {
  const file = join(home, `${name}.jsonl`);
  writeFileSync(file, Array.from({ length: rows }, (_, n) => `{"text":"row ${n} of ${name}"}\n`).join(""));
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [BELT, "batch", "infsh/echo", file, "--local", "-j", flags.jobs, "-q"],
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
    return Math.round(
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1000,
    );
  } catch {
    return 0;
  }
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
