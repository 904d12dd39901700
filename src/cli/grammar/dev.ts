import { type Command, Option } from "commander";
import type { DevFlags } from "../../commands/dev/serve.ts";
import type { ServerFlags } from "../../commands/dev/server.ts";
import { usageError } from "../../errors.ts";
import { aroundDashes, refuseWithoutDashes } from "./dashes.ts";
import { type Act, amount, duration, examples, SCENARIO_HELP, wholeNumber } from "./options.ts";

export function addDev(program: Command, act: Act): void {
  const dev = program
    .command("dev")
    .summary("serve the API on this machine, with your apps")
    .description(
      "Serve the API on this machine, running the apps in these folders (else that of this folder) and those " +
        "that come with belt.",
    )
    .argument("[appdir...]", "folders of inference.sh apps")
    .option("--port <n>", "port to listen on, 0 for any", wholeNumber("--port", 0, 65_535), 4117);
  addServerOptions(dev)
    .addHelpText(
      "after",
      examples("belt dev", "belt dev ./my-app --port 0", "belt dev --scenario rate-limited"),
    )
    .action((appDirs: string[], flags: DevFlags) =>
      act(async () => {
        const { dev } = await import("../../commands/dev/serve.ts");
        return (ctx) => dev(ctx, appDirs, flags);
      }),
    );
  addDevExec(dev.command("exec"), act);
}

function addDevExec(exec: Command, act: Act): void {
  exec
    .summary("run a command beside a server of its own")
    .description(
      "Serve the API on any port, with a state folder of its own, as long as a command runs: inside it every belt " +
        "is local, SDKs find the server in INFERENCE_BASE_URL and INFERENCE_API_KEY, past any proxy, and nothing can " +
        "be spent. All of it ends with the command. The exit code is the command's; 1 if that was 0 and the scenario " +
        "did not hold.",
    )
    .usage("[options] [appdir...] -- <command...>")
    .argument("[appdir...]", "folders of inference.sh apps, else that of this folder");
  addServerOptions(exec)
    .addHelpText(
      "after",
      examples("belt dev exec -- npm test", "belt dev exec ./my-app --scenario lost-answer -- ./nightly.sh"),
    )
    .action((words: string[], _flags: ServerFlags, command: Command) => {
      const { before: appDirs, after: inner } = aroundDashes(words, command);
      if (inner === null && words.length > 0) refuseWithoutDashes(command);
      const flags = flagsOf(command.parent!);
      return act(async () => {
        const { devExec } = await import("../../commands/dev/exec.ts");
        return (ctx) => devExec(ctx, appDirs, inner ?? [], flags);
      });
    });
}

/** The parser gives an option that both have to `dev`, wherever it stands. */
function flagsOf(dev: Command): ServerFlags {
  if (dev.getOptionValueSource("port") === "cli") {
    throw usageError(
      "--port does not go with dev exec, which serves on any",
      "inside, INFERENCE_BASE_URL has the address",
    );
  }
  return dev.opts<ServerFlags>();
}

function addServerOptions(command: Command): Command {
  return command
    .option(
      "--workers <n>",
      "app instances that work at a time; idle sessions do not count",
      wholeNumber("--workers", 1, 64),
      4,
    )
    .option(
      "--task-timeout <dur>",
      "cut off a task that runs longer (default 10m)",
      duration("--task-timeout"),
    )
    .addOption(
      new Option("--dialect <form>", "answer in one form of the API only, not in all at once").choices([
        "current",
        "v1",
        "v2",
      ]),
    )
    .addOption(
      new Option("--status-table <year>", "number statuses as the API did then")
        .choices(["2026", "2025"])
        .default("2026"),
    )
    .option(
      "--balance <usd>",
      "credit for the prices that apps name in inf.yml (default 100)",
      amount("--balance"),
    )
    .option("--scenario <file|name>", SCENARIO_HELP);
}
