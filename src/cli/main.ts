import { CommanderError } from "commander";
import { asBeltError, type BeltError, EXIT_CODES, usageError } from "../errors.ts";
import { createContext, type OpenContext } from "./context.ts";
import { type Host, processHost } from "./host.ts";
import { Interrupt, PIPE_CLOSED } from "./interrupt.ts";
import { createOutput } from "./output.ts";
import { buildProgram, type GlobalFlags } from "./program.ts";

export { processHost };

/** Runs one command line and gives its exit code (cli.md section 4). The only place that catches. */
export async function main(host: Host): Promise<number> {
  const interrupt = new Interrupt(host);
  let open: OpenContext | null = null;
  let code: number = EXIT_CODES.success.code;
  try {
    const program = await buildProgram(host, async (flags, command) => {
      open = await createContext(host, flags, interrupt);
      const ended = await command(open.context);
      if (typeof ended === "number") code = ended;
    });
    await program.parseAsync(host.argv, { from: "user" });
    await (open as OpenContext | null)?.context.out.flush();
    return code;
  } catch (thrown) {
    return await report(host, thrown, open);
  } finally {
    interrupt.stop();
    await (open as OpenContext | null)?.close();
  }
}

async function report(host: Host, thrown: unknown, open: OpenContext | null): Promise<number> {
  if (thrown === PIPE_CLOSED) return EXIT_CODES.success.code;
  if (thrown instanceof CommanderError && isAnswered(thrown)) return EXIT_CODES.success.code;
  const error = thrown instanceof CommanderError ? usageFromParser(thrown) : asBeltError(thrown);
  const out = open?.context.out ?? (await createOutput(host, flagsOf(host.argv)));
  out.error(open ? aimed(error, open.context.target.flags) : error);
  if (error.facts.code === "internal" && thrown instanceof Error) out.trace(thrown.stack ?? "");
  return error.exitCode;
}

/** The flags that decide how an error looks, for a command line that could not be parsed. */
function flagsOf(argv: string[]): GlobalFlags {
  const end = argv.indexOf("--");
  const given = new Set(end === -1 ? argv : argv.slice(0, end));
  return { json: given.has("--json"), verbose: given.has("-v") || given.has("--verbose") };
}

/** A hint that is a command talks to the API that this one talked to. */
function aimed(error: BeltError, flags: string): BeltError {
  const { hint } = error.facts;
  return hint && /^belt (task .*|session list|run \S+ --session \S+)$/.test(hint)
    ? error.with({ hint: hint + flags })
    : error;
}

/** Help and version have been printed by the parser itself. */
function isAnswered(thrown: CommanderError): boolean {
  return thrown.exitCode === 0 || thrown.code === "commander.help";
}

/** "error: unknown option '--x'\n(Did you mean …?)" as one error with a hint. */
function usageFromParser(thrown: CommanderError): BeltError {
  const [message = "", ...more] = thrown.message.replace(/^error: /, "").split("\n");
  return usageError(
    message,
    more.join(" ").replace(/^\((.*)\)$/, "$1") || "belt --help lists commands and options",
  );
}
