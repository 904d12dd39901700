import type { Command, CommanderError } from "commander";
import { asBeltError, type BeltError, EXIT_CODES, usageError } from "../errors.ts";
import type { ColourChoice } from "../terminal/paint.ts";
import type { OpenContext } from "./context.ts";
import type { Host } from "./host.ts";
import { Interrupt, PIPE_CLOSED } from "./interrupt.ts";
import type { GlobalFlags } from "./program.ts";

/**
 * Runs one command line, in which nothing is thrown past it, and gives its exit code (cli.md section
 * 4). Whatever has a cost is loaded on the way.
 */
export async function main(host: Host): Promise<number> {
  const interrupt = new Interrupt(host);
  let open: OpenContext | null = null;
  let code: number = EXIT_CODES.success.code;
  let program: Command | null = null;
  try {
    const { buildProgram } = await import("./program.ts");
    program = await buildProgram(host, async (flags, command) => {
      const { createContext } = await import("./context.ts");
      open = await createContext(host, flags, interrupt);
      const ended = await command(open.context);
      if (typeof ended === "number") code = ended;
    });
    await program.parseAsync(host.argv, { from: "user" });
    await (open as OpenContext | null)?.context.out.flush();
    return code;
  } catch (thrown) {
    return await report(host, thrown, program, open);
  } finally {
    interrupt.stop();
    await (open as OpenContext | null)?.close();
  }
}

async function report(
  host: Host,
  thrown: unknown,
  program: Command | null,
  open: OpenContext | null,
): Promise<number> {
  if (thrown === PIPE_CLOSED) return EXIT_CODES.success.code;
  if (isFromParser(thrown) && isAnswered(thrown)) return EXIT_CODES.success.code;
  const error = isFromParser(thrown)
    ? usageFromParser(thrown, commandNamed(program, host.argv))
    : asBeltError(thrown);
  const { createOutput } = await import("./output.ts");
  const out = open?.context.out ?? (await createOutput(host, flagsOf(host.argv)));
  out.error(open ? aimed(error, open.context.target.flags) : error);
  if (error.facts.code === "internal" && thrown instanceof Error) out.trace(thrown.stack ?? "");
  return error.exitCode;
}

/** The flags that decide how an error looks, for a command line that could not be parsed. */
function flagsOf(argv: string[]): GlobalFlags {
  const end = argv.indexOf("--");
  const given = end === -1 ? argv : argv.slice(0, end);
  const color = /(?:^|\n)--color[=\n](auto|always|never)(?:\n|$)/.exec(given.join("\n"))?.[1] as
    | ColourChoice
    | undefined;
  return { json: given.includes("--json"), ...(color && { color }) };
}

/** A hint that is a command talks to the API that this one talked to; one of several commands says so itself. */
function aimed(error: BeltError, flags: string): BeltError {
  const { hint } = error.facts;
  const aims = hint && /^belt (task|session|run) /.test(hint) && !hint.includes(flags);
  return aims ? error.with({ hint: hint + flags }) : error;
}

/** Told by its code: the parser itself may not have been loaded. */
function isFromParser(thrown: unknown): thrown is CommanderError {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("commander.");
}

/** Help and version have been printed by the parser itself. */
function isAnswered(thrown: CommanderError): boolean {
  return thrown.exitCode === 0 || thrown.code === "commander.help";
}

/** "error: unknown option '--x'\n(Did you mean …?)" as one error with a hint. */
function usageFromParser(thrown: CommanderError, command: string): BeltError {
  const [message = "", ...more] = thrown.message.replace(/^error: /, "").split("\n");
  const choice =
    /^command-argument value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/.exec(
      message,
    );
  return usageError(
    choice ? `<${choice[2]}>: "${choice[1]}" is not one of ${choice[3]}` : message,
    more.join(" ").replace(/^\((.*)\)$/, "$1") || `${command} --help shows how it is used`,
  );
}

/** "belt task get": the command that the words lead to, as far as they do. */
function commandNamed(program: Command | null, argv: string[]): string {
  if (!program) return "belt";
  let [path, at] = ["belt", program];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    const option = [...program.options, ...at.options].find(
      ({ short, long }) => word === short || word === long,
    );
    if (option?.required) index++;
    const next = at.commands.find((child) => child.name() === word);
    if (next) [path, at] = [`${path} ${word}`, next];
  }
  return path;
}
