import { Command, Option } from "commander";
import type { GlobalFlags } from "../account/flags.ts";
import { parseFieldPaths } from "../terminal/field.ts";
import type { PacedWriter } from "../terminal/paced-writer.ts";
import { addCompletion } from "./completion/command.ts";
import { addApi } from "./grammar/api.ts";
import { addApp } from "./grammar/app.ts";
import { addBatch } from "./grammar/batch.ts";
import { addDev } from "./grammar/dev.ts";
import { addFile } from "./grammar/file.ts";
import { addMoney } from "./grammar/money.ts";
import { type Act, type Action, duration } from "./grammar/options.ts";
import { addLogin, addProfile } from "./grammar/profile.ts";
import { addRun } from "./grammar/run.ts";
import { addSession } from "./grammar/session.ts";
import { addTask } from "./grammar/task.ts";
import { addHelp } from "./help.ts";
import type { Host } from "./host.ts";
import { beltVersion } from "./version.ts";

/** The whole grammar. Each action loads its command when it is run, so that help and version load the parser alone. */
export async function buildProgram(
  host: Host,
  answer: PacedWriter,
  execute: (flags: GlobalFlags, action: Action) => Promise<void>,
): Promise<Command> {
  const program = new Command("belt")
    .description("Run any inference.sh app from a shell, follow it, stop it, and script all of it.")
    .usage("<command> [options]")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => answer.write(text),
      // Help that is shown for want of a subcommand is an answer, too.
      writeErr: (text) => answer.write(text),
      // Errors are reported by main, in belt's own form.
      outputError: () => {},
    })
    .configureHelp({ showGlobalOptions: true, helpWidth: helpWidth(host), sortSubcommands: false })
    .version(beltVersion(host.root), "-V, --version", "print the version");
  addGlobalOptions(program);

  const act: Act = (load) => execute(program.opts<GlobalFlags>(), async (ctx) => (await load())(ctx));
  addRun(program, act);
  addBatch(program, act);
  addTask(program.command("task").description("look at tasks, stop, follow and await them"), act);
  addSession(program.command("session").description("manage stateful sessions"), act);
  addMoney(program, act);
  addApp(program.command("app").description("find apps, and see what they take"), act);
  addFile(program.command("file").description("upload files"), act);
  addDev(program, act);
  addLogin(program, act);
  addProfile(program.command("profile").description("manage API keys and where they belong"), act);
  addApi(program, act);
  addCompletion(program, answer);
  addHelp(program, answer);
  return program;
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
      "print a field of the result, such as output.image.uri, or several, set apart by commas",
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

function helpWidth({ stdout }: Host): number {
  return Math.min(stdout.isTTY ? (stdout.columns ?? 80) : 100, 100);
}
