#!/usr/bin/env node
// CommonJS, as all of the program: on Node 20, just starting to load ES modules takes a third of the
// time that node needs to start. --version and --help are answered here, without loading it.
const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const root = join(__dirname, "..");
const answer = process.argv.length <= 3 ? prepared(process.argv[2] ?? "--help") : null;
if (answer === null) {
  run();
} else {
  process.stdout.on("error", unwritten);
  process.stdout.write(answer);
}

async function run() {
  const program = join(root, "dist/cli/start.cjs");
  if (!existsSync(program)) return unbuilt();
  const { start, processHost } = require(program);
  process.exitCode = await start(processHost(root));
}

/** A clone, as it comes: the package brings the program along. */
function unbuilt() {
  const [message, hint] = [
    "belt is not built: npm run build",
    `cd ${shellWord(root)} && npm ci && npm run build`,
  ];
  const isData = process.argv.includes("--json") && !process.stderr.isTTY;
  const error = {
    code: "not_built",
    message,
    hint,
    http_status: null,
    retryable: false,
    task_id: null,
    request_id: null,
  };
  process.exitCode = 1;
  process.stderr.write(isData ? `${JSON.stringify({ error })}\n` : `error: ${message}\nhint: ${hint}\n`);
}

function shellWord(text) {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The reader may have had enough, as in `belt --help | head -1`; anything else is a failure. */
function unwritten({ code, message }) {
  if (code === "EPIPE") return;
  process.exitCode = 1;
  process.stderr.write(`error: the answer could not be written: ${message}\n`);
}

/** What the parser would say; null where that depends on more than this one argument. */
function prepared(argument) {
  if (/^(-V|--version)$/.test(argument)) return `${require("../package.json").version}\n`;
  // On a terminal help is wrapped and has bold heads.
  if (!/^(-h|--help)$/.test(argument) || process.stdout.isTTY || process.env["FORCE_COLOR"]) return null;
  try {
    return readFileSync(join(root, "dist/help.txt"), "utf8");
  } catch {
    return null;
  }
}
