// One GiB up and down through the local server: belt beside curl. Run with `npm run bench:files`.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SIZE = Number(process.env.BENCH_BYTES || 2 ** 30);
const ROUNDS = Number(process.env.BENCH_ROUNDS || 3);
const MOST_MEMORY = 150;

const BELT = fileURLToPath(new URL("../../bin/belt.js", import.meta.url));
const APP = fileURLToPath(new URL("pointer", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "belt-bench-"));
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  BELT_LOCAL: "1",
  ...Object.fromEntries(["STATE", "CONFIG", "CACHE"].map((name) => [`BELT_${name}_DIR`, join(folder, name)])),
};

const say = (line) => process.stdout.write(`${line}\n`);
const capture = promisify(execFile);

/** Runs a command; seconds it took, MB it had at its peak, and what it printed. */
async function measure(command, args) {
  const start = performance.now();
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let peak = 0;
  const look = setInterval(() => {
    const memory = /VmHWM:\s+(\d+)/.exec(statusOf(child.pid));
    peak = Math.max(peak, memory ? Number(memory[1]) / 1024 : 0);
  }, 10);
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
  return { seconds: (performance.now() - start) / 1000, peak, text: text.trim() };
}

function statusOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

async function startServer() {
  const server = spawn("node", [BELT, "dev", APP, "--port", "0"], { env, stdio: "ignore" });
  for (;;) {
    try {
      return { server, ...JSON.parse(readFileSync(join(env.BELT_STATE_DIR, "dev.json"), "utf8")) };
    } catch {
      await sleep(50);
    }
  }
}

/** What the last round has left to the disk is written, so that the next does not wait for it. */
const settled = () => capture("sync");

/** The best of several rounds, taken in turns, since the machine is not alone. */
async function compare(name, curl, belt) {
  const rounds = { curl: [], belt: [] };
  for (let round = 0; round < ROUNDS; round++) {
    rounds.curl.push(await curl());
    await settled();
    rounds.belt.push(await belt());
    await settled();
  }
  const best = (results) => Math.min(...results.map(({ seconds }) => seconds));
  const peak = Math.max(...rounds.belt.map(({ peak }) => peak));
  const speed = (seconds) => `${Math.round(SIZE / seconds / 1e6)} MB/s`;
  const ratio = best(rounds.curl) / best(rounds.belt);
  say(
    `${name}  curl ${speed(best(rounds.curl))}  belt ${speed(best(rounds.belt))}  ratio ${ratio.toFixed(2)}  belt's peak ${Math.round(peak)} MB`,
  );
  if (peak > MOST_MEMORY) process.exitCode = 1;
}

const { server, url, key } = await startServer();
try {
  const file = join(folder, "big.bin");
  writeFileSync(file, "");
  truncateSync(file, SIZE);
  let uri = "";
  const put = async () => {
    const body = JSON.stringify({
      files: [{ uri: "", filename: "big.bin", content_type: "application/octet-stream", size: SIZE }],
    });
    const { stdout } = await capture("curl", [
      "-sf",
      "-H",
      `Authorization: Bearer ${key}`,
      "-H",
      "Content-Type: application/json",
      "-d",
      body,
      `${url}/files`,
    ]);
    return await measure("curl", [
      "-sf",
      "-o",
      "/dev/null",
      "-T",
      file,
      JSON.parse(stdout).data[0].upload_url,
    ]);
  };
  await compare("upload  ", put, async () => {
    const result = await measure("node", [BELT, "file", "upload", file]);
    uri = result.text;
    return result;
  });
  const id = (
    await measure("node", [
      BELT,
      "run",
      "bench/pointer",
      "-i",
      `uri=${uri}`,
      "-i",
      `size=${SIZE}`,
      "--no-wait",
      "-q",
    ])
  ).text;
  await measure("node", [BELT, "task", "wait", id, "-q"]);
  let saved = 0;
  const save = async () => {
    const out = join(folder, `out-${saved++}`);
    const result = await measure("node", [BELT, "task", "get", id, "--save", out, "-q"]);
    if (statSync(join(out, "file.bin")).size !== SIZE) throw new Error("the saved file is not whole");
    rmSync(out, { recursive: true });
    return result;
  };
  const target = join(folder, "curl.bin");
  const fetch = async () => {
    const result = await measure("curl", ["-sf", "-o", target, uri]);
    rmSync(target);
    return result;
  };
  await compare("download", fetch, save);
} finally {
  server.kill("SIGTERM");
  await new Promise((resolve) => server.on("close", resolve));
  rmSync(folder, { recursive: true, force: true });
}
