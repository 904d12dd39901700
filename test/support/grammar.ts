import type { Command } from "commander";
import { expect } from "vitest";
import { processHost } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { PacedWriter } from "../../src/terminal/paced-writer.ts";
import { ROOT } from "./belt.ts";

/** The real grammar; what would be run is only counted. */
export async function grammar(): Promise<{ program: Command; printed: string[]; ran: () => number }> {
  let ran = 0;
  const printed: string[] = [];
  const target = { write: (text: string) => printed.push(text) };
  const host = { ...processHost(ROOT), stdout: target, stderr: target };
  const answer = new PacedWriter({ ...target, isTTY: true }, new AbortController().signal);
  const program = await buildProgram(host, answer, async () => void ran++);
  return { program, printed, ran: () => ran };
}

/** The words of each `belt …` in a line of shell; what xargs runs gets an id behind them. */
export function beltCalls(shell: string): string[][] {
  const line = shell.replace(/(\| xargs -r belt [^|]*)/, "$1 ID").replace(/"\$\((.*?)\)"/g, "| $1 |");
  const calls: string[][] = [];
  let words: string[] | null = null;
  for (const [, quoted, double, bare = ""] of line.matchAll(
    /'([^']*)'|"([^"]*)"|((?:[^\s'"|)<>]|"[^"]*"|'[^']*')+|[|)<>])/g,
  )) {
    const word = quoted ?? double ?? bare.replace(/["']/g, "");
    if (bare !== "" && /^[|)<>]$/.test(bare)) words = null;
    else if (/^(\w+=\$\()?belt$/.test(bare)) {
      words = [];
      calls.push(words);
    } else words?.push(word);
  }
  return calls;
}

/** Fails for a command line that the grammar does not take, or that does nothing. */
export async function requireParsed(words: string[], line: string): Promise<void> {
  const { program, printed, ran } = await grammar();
  await program.parseAsync(words, { from: "user" });
  expect(ran() + printed.length, `${line} does something`).toBeGreaterThan(0);
}
