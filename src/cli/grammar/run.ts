import { type Command, Option } from "commander";
import type { RunFlags } from "../../commands/run/run.ts";
import {
  type Act,
  ALLOW_SENSITIVE_HELP,
  ALLOW_UNKNOWN_COST_HELP,
  collect,
  duration,
  examples,
  INPUT_HELP,
  infraOption,
  maxCostOption,
  notEmpty,
  SCENARIO_HELP,
} from "./options.ts";

export function addRun(program: Command, act: Act): void {
  program
    .command("run")
    .summary("submit a run, follow it, print its output")
    .description("Submit a run, follow it to its end, and print its output.")
    .argument("<app>", "namespace/name, or namespace/name@version")
    .option("--help-app", "show the app and its inputs, run nothing")
    .optionsGroup("What to run:")
    .option("-i, --input <spec>", INPUT_HELP, collect)
    .option("--setup <spec>", "setup parameters, written like --input (repeatable)", collect)
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .option("--function <name>", "entry point of the app, if not its default", notEmpty("--function"))
    .addOption(infraOption("where to run it"))
    .option("--worker <id>", "run on this worker (repeatable)", (id, before?: string[]) =>
      collect(notEmpty("--worker")(id), before),
    )
    .option("--variant <name>", "variant of the app", notEmpty("--variant"))
    .option("--webhook <url>", "URL that gets a POST when the task ends")
    .option("--session <new|id|@last>", "open a session, or go on with one")
    .option("--session-timeout <s>", "idle seconds until a new session expires, 1 to 3600")
    .optionsGroup("What it may cost:")
    .addOption(maxCostOption())
    .option("--allow-unknown-cost", ALLOW_UNKNOWN_COST_HELP)
    .optionsGroup("How to follow it:")
    .option("--no-wait", "print the task and return")
    .option(
      "--timeout <dur>",
      "stop waiting after this long; the task goes on; exit 8",
      duration("--timeout"),
    )
    .addOption(
      new Option("--on-interrupt <what>", "what Ctrl-C does to the task")
        .choices(["cancel", "detach"])
        .default("cancel"),
    )
    .option("--save <dir>", "download every file of the output into this folder; nothing is overwritten")
    .option("--receipt", "with --save: also write what `belt rerun` needs to run exactly this again")
    .addOption(
      new Option("--preview <when>", "show images on a terminal").choices(["auto", "never"]).default("auto"),
    )
    .option("--events <file|fd:N>", "also write the task's events there, as NDJSON")
    .option(
      "--dry-run",
      "print the request that would be sent, the files that would be uploaded and the estimate, start nothing",
    )
    .option("--scenario <file|name>", SCENARIO_HELP)
    .addHelpText(
      "after",
      examples(
        'belt run infsh/flux --input prompt="a lighthouse at dusk" --local',
        "belt run infsh/flux --input @params.json --input seed:=7 --json",
        "belt run infsh/flux --input prompt=fog --max-cost 0.05",
        "id=$(belt run infsh/flux --input prompt=fog --no-wait -q)",
      ),
    )
    .action((app: string, flags: RunFlags & { helpApp?: boolean }) =>
      act(async () => {
        if (flags.helpApp) {
          const { get } = await import("../../commands/app.ts");
          return (ctx) => get(ctx, app, flags);
        }
        const { run } = await import("../../commands/run/run.ts");
        return (ctx) => run(ctx, app, flags);
      }),
    );
}
