import type { Command } from "commander";
import type { RerunFlags } from "../../commands/rerun/rerun-flags.ts";
import {
  type Act,
  ALLOW_SENSITIVE_HELP,
  ALLOW_UNKNOWN_COST_HELP,
  collect,
  DRY_RUN_HELP,
  duration,
  examples,
  INPUT_HELP,
  maxCostOption,
  onInterruptOption,
  previewOption,
  SAVE_HELP,
  TIMEOUT_HELP,
} from "./options.ts";

export function addRerun(program: Command, act: Act): void {
  program
    .command("rerun")
    .summary("repeat a run exactly")
    .description("Repeat a run exactly: the same version of the app, the same input, the same files.")
    .argument("<run>", "receipt (it ends in .json or holds a /), task id, or @last")
    .optionsGroup("What to change:")
    .option("-i, --input <spec>", INPUT_HELP, collect)
    .option("--setup <spec>", "setup parameters, written like --input (repeatable)", collect)
    .option("--latest", "run today's version of the app, not the one that ran")
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .option("--yes", "upload the files that a receipt names without asking")
    .optionsGroup("What it may cost:")
    .addOption(maxCostOption())
    .option("--allow-unknown-cost", ALLOW_UNKNOWN_COST_HELP)
    .optionsGroup("How to follow it:")
    .option("--expect-same", "exit 1 when what comes out is not what came out before, by SHA-256")
    .option("--timeout <dur>", TIMEOUT_HELP, duration("--timeout"))
    .addOption(onInterruptOption("the task"))
    .option("--save <dir>", SAVE_HELP)
    .option("--receipt", "with --save: also write a receipt of this run")
    .addOption(previewOption())
    .option("--dry-run", DRY_RUN_HELP)
    .addHelpText(
      "after",
      examples(
        "belt rerun out/image.png.belt.json --expect-same",
        "belt rerun out/image.png.belt.json -i seed=8 --save out/",
        "belt rerun @last --latest",
      ),
    )
    .action((reference: string, flags: RerunFlags) =>
      act(async () => {
        const { rerun } = await import("../../commands/rerun/rerun.ts");
        return (ctx) => rerun(ctx, reference, flags);
      }),
    );
}
