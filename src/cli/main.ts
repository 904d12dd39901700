import type { Command, CommanderError } from "commander";
import { asBeltError, type BeltError, EXIT_CODES } from "../errors.ts";
import type { Output } from "../terminal/output.ts";
import { PacedWriter, unwrittenError } from "../terminal/paced-writer.ts";
import type { OpenContext } from "./context.ts";
import type { Host } from "./host.ts";
import { Interrupt, PIPE_CLOSED } from "./interrupt.ts";
import { flagsOf } from "./typed-flags.ts";

/** One command line on its way. What has a cost is loaded when it is needed. */
interface Invocation {
  host: Host;
  interrupt: Interrupt;
  answer: PacedWriter;
  program: Command | null;
  open: OpenContext | null;
}

/**
 * Runs one command line, in which nothing is thrown past it, and gives its exit code
 * (src/cli/README.md, "Exit codes").
 */
export async function main(host: Host): Promise<number> {
  const interrupt = new Interrupt(host);
  const answer = new PacedWriter(host.stdout, interrupt.signal);
  const invocation: Invocation = { host, interrupt, answer, program: null, open: null };
  const code = await perform(invocation).then(
    (code) => end(invocation, code, null),
    (thrown) => end(invocation, null, thrown),
  );
  interrupt.stop();
  // A reader that takes nothing any more must not keep a command that was stopped.
  if (answer.isBehind || invocation.open?.isBehind()) host.exitNow(code);
  return code;
}

async function perform(invocation: Invocation): Promise<number> {
  const { host, interrupt, answer } = invocation;
  let code: number = EXIT_CODES.success.code;
  const { buildProgram } = await import("./program.ts");
  invocation.program = await buildProgram(host, answer, async (flags, command) => {
    const { createContext } = await import("./context.ts");
    invocation.open = await createContext(host, answer, flags, interrupt);
    const ended = await command(invocation.open.context);
    if (typeof ended === "number") code = ended;
  });
  await invocation.program.parseAsync(host.argv, { from: "user" });
  return code;
}

/** Cleans up and hands over the answer before the error, which comes last; neither takes the place of how it ended. */
async function end(invocation: Invocation, code: number | null, thrown: unknown): Promise<number> {
  const { answer, open } = invocation;
  const error = code === null ? await errorOf(invocation, thrown) : null;
  open?.context.out.progress.stop();
  const uncleaned = await failureOf(open?.close());
  const unwritten = unwrittenError(await answer.flush());
  const worst = error ?? unwritten;
  if (!worst && !uncleaned) return code ?? EXIT_CODES.success.code;
  const out = await outputOf(invocation);
  if (uncleaned) out.warn(`not all could be cleaned up: ${uncleaned.message}`);
  if (error && unwritten) out.warn(unwritten.message);
  if (!worst) return code ?? EXIT_CODES.success.code;
  const { code: kind, cause } = worst.facts;
  if (kind === "internal" && cause instanceof Error) out.trace(cause.stack ?? "");
  out.error(worst);
  return worst.exitCode;
}

async function failureOf(work: Promise<void> | undefined): Promise<BeltError | null> {
  return (
    (await work?.then(
      () => null,
      (thrown) => asBeltError(thrown),
    )) ?? null
  );
}

/** Null for what ended well after all. */
async function errorOf({ program, host }: Invocation, thrown: unknown): Promise<BeltError | null> {
  if (thrown === PIPE_CLOSED) return null;
  if (!isFromParser(thrown)) return asBeltError(thrown);
  if (isAnswered(thrown) || !program) return null;
  const { explainUsage } = await import("./guess/explain-usage.ts");
  return await explainUsage(thrown, program, host);
}

async function outputOf({ host, answer, open }: Invocation): Promise<Output> {
  if (open) return open.context.out;
  const { createOutput } = await import("./output.ts");
  const out = await createOutput(host, answer, flagsOf(host.argv));
  // Nothing is wanted there, and it must not be shown a second time.
  for (const key of keysIn(host.argv)) out.addSecret(key);
  return out;
}

/** What looks like an API key in a command line. */
function keysIn(argv: readonly string[]): string[] {
  return argv.flatMap((word) => word.match(/\binf_[\w-]{6,}/g) ?? []);
}

/** Told by its code: the parser itself may not have been loaded. */
function isFromParser(thrown: unknown): thrown is CommanderError {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("commander.");
}

/** Help and version have been printed by the parser itself. */
function isAnswered(thrown: CommanderError): boolean {
  return thrown.exitCode === 0 || thrown.code === "commander.help";
}
