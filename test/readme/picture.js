// Plays a session in a real terminal (tmux) and draws what stands on its screen as session.svg, for README.md.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COLUMNS = 92;
const CELL = { width: 8.4, height: 17 };
const PADDING = 16;
const INK = "#d8dee9";
const PAPER = "#161821";
const COLORS = ["#3b4252", "#e27878", "#b4be82", "#e2a478", "#84a0c6", "#a093c7", "#89b8c2", "#c6c8d1"];

/** What is typed, and how long its answer may take, in seconds. */
const SESSION = [
  ['belt run infsh/flux --input prompt="a lighthouse at dusk" --local --save .', 4],
  ["belt task get @last --local --field status", 2],
];

const root = fileURLToPath(new URL("../..", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "b-"));
writeFileSync(join(home, "belt"), `#!/bin/sh\nexec node ${root}/bin/belt.js "$@"\n`);
chmodSync(join(home, "belt"), 0o755);

try {
  writeFileSync(new URL("session.svg", import.meta.url), draw(await play()));
} finally {
  tmux("kill-server");
  rmSync(home, { recursive: true, force: true });
}

async function play() {
  const env = {
    PATH: `${home}:${process.env["PATH"]}`,
    HOME: home,
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    LANG: "C.UTF-8",
  };
  execFileSync(
    "tmux",
    ["-L", "belt-readme", "-f", "/dev/null", "new-session", "-d", "-x", String(COLUMNS), "-y", "60", "sh"],
    { env, cwd: home },
  );
  tmux("send-keys", "PS1='$ '; clear", "Enter");
  await pause(0.5);
  for (const [line, seconds] of SESSION) {
    tmux("send-keys", "-l", line);
    tmux("send-keys", "Enter");
    await pause(seconds);
  }
  // The folder of this one session means nothing to a reader.
  return tmux("capture-pane", "-p", "-e").trimEnd().replaceAll(home, "~").split("\n").slice(0, -1);
}

function tmux(...words) {
  return execFileSync("tmux", ["-L", "belt-readme", ...words], { encoding: "utf8" });
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function draw(lines) {
  const [width, height] = [COLUMNS * CELL.width + 2 * PADDING, lines.length * CELL.height + 2 * PADDING];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="belt runs an app in a terminal and shows the picture it painted">`,
    `<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}</style>`,
    `<rect width="100%" height="100%" rx="10" fill="${PAPER}"/>`,
    ...lines.flatMap((line, row) => cells(line).flatMap((run) => shapes(run, row))),
    "</svg>\n",
  ].join("\n");
}

/** A line as runs of equal looks: `{ column, text, ink, paper, bold, dim }`. */
function cells(line) {
  const runs = [];
  let look = {};
  let column = 0;
  for (const [part, codes] of line.matchAll(/\x1b\[([\d;]*)m|[^\x1b]+/g)) {
    if (codes !== undefined) {
      look = changed(look, codes.split(";").map(Number));
      continue;
    }
    runs.push({ column, text: part, ...look });
    column += [...part].length;
  }
  return runs;
}

function changed(look, codes) {
  const next = { ...look };
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index];
    if (code === 0) for (const key of Object.keys(next)) delete next[key];
    if (code === 1) next.bold = true;
    if (code === 2) next.dim = true;
    if (code === 22) next.bold = next.dim = false;
    if (code >= 30 && code <= 37) next.ink = COLORS[code - 30];
    if (code === 39) delete next.ink;
    if (code === 49) delete next.paper;
    if ((code === 38 || code === 48) && codes[index + 1] === 2) {
      next[code === 38 ? "ink" : "paper"] = `#${codes
        .slice(index + 2, index + 5)
        .map(hex)
        .join("")}`;
      index += 4;
    }
  }
  return next;
}

function shapes({ column, text, ink = INK, paper, bold, dim }, row) {
  const [x, y] = [PADDING + column * CELL.width, PADDING + row * CELL.height];
  const width = [...text].length * CELL.width;
  if (/^▀+$/.test(text)) {
    return [
      box(x, y, width, CELL.height / 2, ink),
      box(x, y + CELL.height / 2, width, CELL.height / 2, paper ?? PAPER),
    ];
  }
  if (text.trim() === "") return [];
  const look = `${bold ? ' font-weight="bold"' : ""}${dim ? ' opacity="0.6"' : ""}`;
  const content = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return [
    `<text xml:space="preserve" x="${round(x)}" y="${round(y + 13)}" textLength="${round(width)}" fill="${ink}"${look}>${content}</text>`,
  ];
}

/** A hair wider than its cell, so that no seam shows between two. */
function box(x, y, width, height, fill) {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width + 0.4)}" height="${round(height + 0.4)}" fill="${fill}"/>`;
}

function hex(value) {
  return value.toString(16).padStart(2, "0");
}

function round(value) {
  return Math.round(value * 10) / 10;
}
