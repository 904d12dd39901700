import type { Command } from "commander";
import type { RunFlags } from "../../commands/run/run.ts";
import {
  type Act,
  ALLOW_SENSITIVE_HELP,
  ALLOW_UNKNOWN_COST_HELP,
  collect,
  collectWorkers,
  DRY_RUN_HELP,
  duration,
  examples,
  INPUT_HELP,
  infraOption,
  maxCostOption,
  notEmpty,
  onInterruptOption,
  previewOption,
  SAVE_HELP,
  SCENARIO_HELP,
  TIMEOUT_HELP,
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
    .option("--worker <id>", "run on this worker (repeatable)", collectWorkers)
    .option("--variant <name>", "variant of the app", notEmpty("--variant"))
    .option("--webhook <url>", "URL that gets a POST when the task ends")
    .option(
      "--session <new|id|@last>",
      "open a session, or go on with one; with --local, while belt dev runs",
    )
    .option("--session-timeout <s>", "idle seconds until a new session expires, 1 to 3600")
    .optionsGroup("What it may cost:")
    .addOption(maxCostOption())
    .option("--allow-unknown-cost", ALLOW_UNKNOWN_COST_HELP)
    .optionsGroup("How to follow it:")
    .option("--no-wait", "print the task and return; with --local, while belt dev runs")
    .option("--timeout <dur>", TIMEOUT_HELP, duration("--timeout"))
    .addOption(onInterruptOption("the task"))
    .option("--save <dir>", SAVE_HELP)
    .option("--receipt", "with --save: also write what `belt rerun` needs to run exactly this again")
    .addOption(previewOption())
    .option("--events <file|fd:N>", "also write the task's events there, as NDJSON")
    .option("--dry-run", DRY_RUN_HELP)
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
