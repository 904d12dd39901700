import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { type Home, ROOT } from "../support/belt.ts";

export interface Screen {
  /** Every byte that reached the terminal. */
  bytes: string;
  /** What is left on it in the end, line by line, with what varies made the same, and without the echo of Ctrl-C. */
  lines: string[];
  exitCode: number | undefined;
}

interface Ways {
  /** A command that runs belt. */
  prefix?: string;
  /** Ctrl-C is pressed once this has been on the terminal. */
  stopAfter?: string;
  /** What is typed once each of these has been on the terminal, one after the other. */
  answers?: (readonly [seen: string, typed: string])[];
}

/** Runs belt on a pseudo terminal of `script`, so many columns wide. */
export async function onTerminal(
  columns: number,
  argv: string[],
  home: Home,
  env: Record<string, string> = {},
  { prefix = "", stopAfter, answers = stopAfter === undefined ? [] : [[stopAfter, "\u0003"]] }: Ways = {},
): Promise<Screen> {
  const words = ["node", join(ROOT, "bin/belt.js"), ...argv].map((word) => `'${word}'`).join(" ");
  const running = execa("script", ["-qec", `stty cols ${columns} rows 40; ${prefix} ${words}`, "/dev/null"], {
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", TZ: "UTC", ...home.env, ...env },
    extendEnv: false,
    stdin: answers.length === 0 ? "ignore" : "pipe",
    reject: false,
  });
  const toCome = [...answers];
  let shown = "";
  running.stdout.on("data", (bytes) => {
    shown += bytes;
    const [seen, typed] = toCome[0] ?? [];
    if (seen === undefined || !shown.includes(seen)) return;
    toCome.shift();
    shown = "";
    running.stdin?.write(typed!);
  });
  const { stdout, exitCode } = await running;
  return { bytes: stdout, lines: left(stdout).map(normal), exitCode };
}

const ERASE = "\u001b[0K";

/** The lines that remain when what was drawn over is gone: belt erases the line it is on before it draws again. */
function left(bytes: string): string[] {
  const lines = bytes.split("\r\n").map((line) => stripVTControlCharacters(line.split(ERASE).at(-1)!));
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
}

function normal(line: string): string {
  return line
    .replace(/^\^C/, "")
    .replace(/\b(task|sess|wrk)_0[0-9a-z]+/g, (id, kind) => `${kind}_`.padEnd(id.length, "x"))
    .replace(/\d+(\.\d)?m?s\b/g, "<t>")
    .replace(/\d\d:\d\d:\d\d/g, "<clock>");
}
