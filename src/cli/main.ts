import type { Command, CommanderError } from "commander";
import type { GlobalFlags } from "../account/flags.ts";
import { asBeltError, type BeltError, EXIT_CODES } from "../errors.ts";
import type { Output } from "../terminal/output.ts";
import { PacedWriter, unwrittenError } from "../terminal/paced-writer.ts";
import type { OpenContext } from "./context.ts";
import type { Host } from "./host.ts";
import { Interrupt, PIPE_CLOSED } from "./interrupt.ts";
import { keysIn } from "./keys.ts";
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
  const error = isFromParser(thrown) ? null : asBeltError(thrown);
  if (!program || (error && !MAY_BE_MISLED.has(error.facts.exit))) return error;
  if (isFromParser(thrown) && isAnswered(thrown)) return null;
  const { explainUsage, explainRefusal } = await import("./guess/explain-usage.ts");
  const refused = { program, host, check: (words: string[]) => isTaken(host, program, words) };
  return error ? await explainRefusal(error, refused) : await explainUsage(thrown as CommanderError, refused);
}

/** How a command ends that took a word for something else than was meant. */
const MAY_BE_MISLED = new Set<string>(["usage", "notFound", "auth"]);

/** True for a command line that the parser takes, and that goes where the refused one would have gone. */
async function isTaken(host: Host, refused: Command, words: string[]): Promise<boolean> {
  const nowhere = { write: (_: string, done?: () => void) => done?.() };
  const { buildProgram } = await import("./program.ts");
  const answer = new PacedWriter(nowhere, new AbortController().signal);
  const typed: Host = Object.create(host, { argv: { value: words } });
  const program = await buildProgram(typed, answer, async () => {});
  const target = ({ local, apiUrl, profile }: GlobalFlags) => [local, apiUrl, profile];
  const thrown = await program.parseAsync(words, { from: "user" }).then(
    () => null,
    (thrown) => thrown,
  );
  const isAnswer = isFromParser(thrown) && thrown.exitCode === 0;
  const [before, after] = [refused, program].map((one) => target(one.opts<GlobalFlags>()));
  return (
    (thrown === null || isAnswer) && before!.every((value, at) => value === undefined || value === after![at])
  );
}

async function outputOf({ host, answer, open, program }: Invocation): Promise<Output> {
  if (open) return open.context.out;
  const { createOutput } = await import("./output.ts");
  const { local, apiUrl, profile } = program?.opts<GlobalFlags>() ?? {};
  const target = { ...(local && { local }), ...(apiUrl && { apiUrl }), ...(profile && { profile }) };
  const out = await createOutput(host, answer, { ...target, ...flagsOf(host.argv) });
  // Nothing is wanted there, and it must not be shown a second time.
  for (const key of keysIn(host.argv)) out.addSecret(key);
  return out;
}

/** Told by its code: the parser itself may not have been loaded. */
function isFromParser(thrown: unknown): thrown is CommanderError {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("commander.");
}

/** Help and version have been printed by the parser itself. */
function isAnswered(thrown: CommanderError): boolean {
  return thrown.exitCode === 0 || thrown.code === "commander.help";
}
