// npm run bench [-- --node <path>…] [--runs n]: how long belt takes, beside bare node, curl, the least
// that does the same, and a rival. It prints figures, and never fails for them.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: {
    node: { type: "string", multiple: true, default: [process.execPath] },
    runs: { type: "string", default: "21" },
    rival: { type: "string", default: "apify-cli@1.10.0" },
  },
});
const STREAM_LINES = 100_000;
const here = fileURLToPath(new URL(".", import.meta.url));
const belt = join(here, "../../bin/belt.js");
const home = mkdtempSync(join(tmpdir(), "belt-bench-"));

const server = spawn(process.execPath, [join(here, "server.js")], {
  env: { ...process.env, STREAM_LINES: String(STREAM_LINES) },
});
const env = {
  PATH: process.env.PATH,
  HOME: home,
  BENCH_USAGE: join(home, "usage"),
  INFSH_API_KEY: "inf_benchmark",
  BELT_API_URL: `http://127.0.0.1:${String((await once(server.stdout, "data"))[0]).trim()}`,
};

try {
  const rival = installRival();
  for (const node of flags.node) {
    startUps(node, rival);
    streams(node);
  }
} finally {
  server.kill();
  rmSync(home, { recursive: true, force: true });
}

/** Medians of wall time, in turns, so that what else the machine does meets all alike. */
function startUps(node, rival) {
  const cases = {
    "node -e 0": [node, "-e", "0"],
    "belt --version": [node, belt, "--version"],
    "belt --help": [node, belt, "--help"],
    "belt run --help": [node, belt, "run", "--help"],
    "belt __complete task": [node, belt, "__complete", "task"],
    "node:http script": [node, join(here, "get.js")],
    "belt task get --json": [node, belt, "task", "get", "task_1", "--json"],
    curl: [
      "curl",
      "-s",
      `${env.BELT_API_URL}/tasks/task_1`,
      "-H",
      `authorization: Bearer ${env.INFSH_API_KEY}`,
    ],
    ...(rival && { [`${rival.name} --version`]: [node, rival.file, "--version"] }),
    ...(rival && { [`${rival.name} --help`]: [node, rival.file, "--help"] }),
  };
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let run = 0; run <= Number(flags.runs); run++) {
    for (const [name, command] of Object.entries(cases)) {
      const ms = timed(command);
      // The first fills the caches.
      if (run > 0) times[name].push(ms);
    }
  }
  print(`\nnode ${versionOf(node)}: wall time, median of ${flags.runs}`);
  const base = { "belt task get --json": "node:http script", curl: "node:http script" };
  for (const [name, all] of Object.entries(times)) row(name, all, times, base[name] ?? "node -e 0");
}

function row(name, all, times, base) {
  const ratio = median(all) / median(times[base]);
  print(
    `  ${name.padEnd(24)} ${median(all).toFixed(0).padStart(6)} ms  ${ratio.toFixed(2).padStart(6)} × ${base}`,
  );
}

/** Processor time and memory, which say more than time on a machine that does other things, too. */
function streams(node) {
  const cases = {
    "readline + JSON.parse": [join(here, "watch.js")],
    "belt task watch --json": [belt, "task", "watch", "task_1", "--json"],
  };
  const used = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let run = 0; run < 5; run++) {
    for (const [name, argv] of Object.entries(cases)) used[name].push(usageOf(node, argv));
  }
  print(`\nnode ${versionOf(node)}: ${STREAM_LINES} lines of NDJSON, processor time, median of 5`);
  const ms = (name) => median(used[name].map((one) => one.ms));
  for (const name of Object.keys(cases)) {
    const memory = median(used[name].map((one) => one.megabytes));
    const ratio = ms(name) / ms("readline + JSON.parse");
    print(
      `  ${name.padEnd(24)} ${ms(name).toFixed(0).padStart(6)} ms  ${ratio.toFixed(2).padStart(6)} ×  ${memory.toFixed(0)} MB`,
    );
  }
}

function usageOf(node, argv) {
  timed([node, "--import", pathToFileURL(join(here, "usage.js")).href, ...argv]);
  const usage = JSON.parse(readFileSync(env.BENCH_USAGE, "utf8"));
  rmSync(env.BENCH_USAGE);
  return usage;
}

function timed([file, ...args]) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(file, args, { env, maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`${[file, ...args].join(" ")} ended with ${status}: ${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** A command line of another hosted service, installed for this run alone; null where that cannot be had. */
function installRival() {
  const [name] = flags.rival.split("@");
  const options = ["--prefix", home, "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", ["install", ...options, flags.rival], { timeout: 180_000 });
  if (status !== 0) print(`${flags.rival} cannot be installed here, so there is no rival in the tables`);
  if (status !== 0) return null;
  const folder = join(home, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name, file: join(folder, typeof bin === "string" ? bin : bin[name]) };
}

function versionOf(node) {
  return execFileSync(node, ["--version"]).toString().trim().slice(1);
}

function median(all) {
  return [...all].sort((a, b) => a - b)[all.length >> 1];
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
