import { type Command, CommanderError, Option } from "commander";
import type { GlobalFlags } from "../account/flags.ts";
import { usageError } from "../errors.ts";
import { belt } from "../hint.ts";
import { wantsColor } from "../terminal/colors.ts";
import { parseFieldPaths } from "../terminal/field-path.ts";
import type { PacedWriter } from "../terminal/paced-writer.ts";
import { addCompletion } from "./completion/command.ts";
import { addAgent, addChat } from "./grammar/agent.ts";
import { addApi } from "./grammar/api.ts";
import { addApp } from "./grammar/app.ts";
import { addBatch } from "./grammar/batch.ts";
import { addDev } from "./grammar/dev.ts";
import { addFile } from "./grammar/file.ts";
import { addMoney } from "./grammar/money.ts";
import { type Act, type Action, duration, examples } from "./grammar/options.ts";
import { addLogin, addProfile } from "./grammar/profile.ts";
import { addRerun } from "./grammar/rerun.ts";
import { addRun } from "./grammar/run.ts";
import { addSession } from "./grammar/session.ts";
import { addTask } from "./grammar/task.ts";
import { BeltCommand } from "./help/belt-command.ts";
import { addHelp, helpWriter } from "./help/command.ts";
import type { Documents } from "./help/document.ts";
import type { HelpStyle } from "./help/layout.ts";
import type { Host } from "./host.ts";
import { refuseKeys } from "./keys.ts";
import { flagsOf } from "./typed-flags.ts";
import { beltVersion } from "./version.ts";

/** The whole grammar. Each action loads its command when it is run, so that help and version load the parser alone. */
export async function buildProgram(
  host: Host,
  answer: PacedWriter,
  execute: (flags: GlobalFlags, action: Action) => Promise<void>,
): Promise<Command> {
  const style = () => helpStyle(host);
  const version = () => beltVersion(host.root);
  const program = new BeltCommand("belt", helpWriter(answer, style, host.argv, version))
    .description("Run any inference.sh app from a shell, follow it, stop it, and script all of it.")
    .usage("<command> [options]")
    .addHelpText(
      "after",
      examples(
        'belt run infsh/flux --input prompt="a lighthouse at dusk" --local',
        "belt app get infsh/flux --local",
        "belt help scripting",
      ),
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => answer.write(text),
      // Help that is shown for want of a subcommand is an answer, too.
      writeErr: (text) => answer.write(text),
      // Errors are reported by main, in belt's own form.
      outputError: () => {},
    })
    // What was probably meant is told in belt's own way, too.
    .showSuggestionAfterError(false)
    .option("-V, --version", "print the version")
    .on("option:version", () => printVersion(program, host, answer));
  addGlobalOptions(program);
  program.hook("preAction", (_, command) => refuseKeys(program, command));

  const act: Act = (load) => execute(program.opts<GlobalFlags>(), async (ctx) => (await load())(ctx));
  const noun = (name: string, summary: string, description: string) =>
    program.command(name).summary(summary).description(description);
  program.commandsGroup("Run an app");
  addRun(program, act);
  addBatch(program, act);
  addRerun(program, act);
  program.commandsGroup("Follow and stop it");
  addTask(noun("task", "follow and stop runs", "Look at tasks, stop, follow and await them."), act);
  program.commandsGroup("Talk to agents");
  addAgent(noun("agent", "talk to agents", "Talk to agents."), act);
  addChat(noun("chat", "look at chats, and stop them", "Look at chats with agents, and stop them."), act);
  program.commandsGroup("Keep its state");
  addSession(
    noun("session", "manage sessions", "Manage stateful sessions. belt run <app> --session new opens one."),
    act,
  );
  program.commandsGroup("Find apps, send files");
  addApp(
    noun("app", "find apps, and make new ones", "Find apps, see what they take, and make new ones."),
    act,
  );
  addFile(noun("file", "upload files", "Upload files."), act);
  program.commandsGroup("Work without account");
  addDev(program, act);
  program.commandsGroup("Keys and accounts");
  addLogin(program, act);
  addProfile(noun("profile", "manage API keys", "Manage API keys and where they belong."), act);
  program.commandsGroup("What it costs");
  addMoney(program, act);
  program.commandsGroup("Everything else");
  addApi(program, act);
  const documents = documentsOf(program, host, answer);
  addCompletion(program, answer, documents);
  addHelp(program, { answer, style, version, documents });
  return program;
}

/** Pages of the parser's own, under the options that every command has. */
function documentsOf(program: Command, host: Host, answer: PacedWriter): Documents {
  const flags = () => program.opts<GlobalFlags>();
  return {
    areWanted: () => Boolean(flags().json) || flags().field !== undefined,
    async print(document) {
      const { createOutput } = await import("./output.ts");
      (await createOutput(host, answer, flags())).result(document, { text: () => "" });
    },
  };
}

/** Behind a command it is more likely to be the version of an app. */
function printVersion(program: Command, { argv, root }: Host, answer: PacedWriter): never {
  if (isBehindCommand(program, argv)) {
    throw usageError("--version is no option of a command", [
      belt("--version"),
      " prints belt's; that of an app stands behind its name, as in infsh/flux@1a2b3c4d",
    ]);
  }
  const version = beltVersion(root);
  answer.write(`${flagsOf(argv).json ? JSON.stringify({ version }) : version}\n`);
  throw new CommanderError(0, "commander.version", version);
}

function isBehindCommand({ options }: Command, argv: readonly string[]): boolean {
  for (let at = 0; at < argv.length && !/^(-V|--version)$/.test(argv[at]!); at++) {
    const word = argv[at]!;
    if (!word.startsWith("-")) return true;
    if (options.find(({ short, long }) => word === short || word === long)?.required) at++;
  }
  return false;
}

function addGlobalOptions(program: Command): void {
  program
    .helpOption("-h, --help", "show help")
    .option("--profile <name>", "profile to use (env BELT_PROFILE)")
    .option("--api-url <url>", "base URL of the API (env BELT_API_URL)")
    .option(
      "--local",
      "use the local server: a running `belt dev`, else one inside this command (env BELT_LOCAL=1)",
    )
    .option("--json", "machine output: one JSON document on stdout")
    .option(
      "--field <path>",
      "print a field of the result, such as output.image.uri, or several, set apart by commas (repeatable)",
      parseFieldPaths,
    )
    .option("-q, --quiet", "print the bare result only")
    .option("--no-prompt", "never ask")
    .option("-v, --verbose", "trace requests on stderr, never with the key")
    .addOption(new Option("--color <when>", "color the output").choices(["auto", "always", "never"]))
    .option(
      "--request-timeout <dur>",
      "bound on one HTTP exchange (default 30s)",
      duration("--request-timeout"),
    );
}

/** Columns of a page in a pipe, where a terminal of the usual width may be behind it. */
const PAGE = 80;

function helpStyle({ stdout, env, argv }: Host): HelpStyle {
  const { color = "auto" } = flagsOf(argv);
  const isColored = wantsColor(color, env, stdout.isTTY ?? false);
  return {
    width: stdout.isTTY ? Math.min(stdout.columns ?? PAGE, 100) : PAGE,
    bold: isColored ? (text) => `\u001b[1m${text}\u001b[22m` : (text) => text,
  };
}
