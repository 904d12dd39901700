import { safeJson } from "../../terminal/text.ts";
import type { Context, ToolRun } from "../shared/context.ts";

/** Milliseconds, and bytes of standard output, that a tool may take. */
const TIMEOUT = 60_000;
const MOST_OUTPUT = 2 ** 20;

/** The last lines of standard error that are told of a tool that failed. */
const MOST_LINES = 10;

/** What an agent is told of a tool that nobody here has. */
export function notAvailable(name: string): string {
  return JSON.stringify({
    status: "not_available",
    message: `the tool "${name}" is not available in this environment`,
  });
}

/** Runs a command as a tool; gives what the agent is told: its output, or what went wrong. */
export async function runClientTool(
  ctx: Context,
  name: string,
  command: string,
  given: unknown,
  signal: AbortSignal,
): Promise<string> {
  const bounds = { timeout: TIMEOUT, most: MOST_OUTPUT, signal };
  const run = await ctx.machine.runTool(command, `${jsonOf(given)}\n`, bounds);
  signal.throwIfAborted();
  const problem = problemOf(run);
  if (!run.isWhole && run.ended === null)
    ctx.out.warn(`tool ${name} left something running that keeps its output open, which is not waited for`);
  if (problem === null) return ctx.out.redact(run.stdout.replace(/\r?\n$/, ""));
  const detail = run.stderr.trim().split("\n").slice(-MOST_LINES).join("\n");
  ctx.out.warn(`tool ${name}: ${problem}${detail === "" ? "" : `: ${detail}`}`);
  return ctx.out.redact(JSON.stringify({ error: problem, ...(detail && { stderr: detail }) }));
}

/** Arguments that came as text, and stayed one for the sake of a long number, are JSON as they are. */
function jsonOf(given: unknown): string {
  return typeof given === "string" && isJson(given) ? given : safeJson(given);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function problemOf({ ended, code }: ToolRun): string | null {
  if (ended === "timeout") return `it did not end within ${TIMEOUT / 1000}s, and was ended`;
  if (ended === "flood") return `its output is more than ${MOST_OUTPUT / 2 ** 20} MiB, and it was ended`;
  return code === 0 ? null : `it ended with exit code ${code}`;
}
