import { type Command, Option } from "commander";
import type { BatchFlags } from "../../commands/batch/request.ts";
import { usageError } from "../../errors.ts";
import {
  type Act,
  ALLOW_SENSITIVE_HELP,
  collect,
  collectWorkers,
  duration,
  examples,
  infraOption,
  maxCostOption,
  notEmpty,
  onInterruptOption,
  wholeNumber,
} from "./options.ts";

export function addBatch(program: Command, act: Act): void {
  program
    .command("batch")
    .summary("run an app once for each row of a file")
    .description(
      "Run an app once for each row of a file. Killed at any moment, the same command goes on, and runs no row twice.",
    )
    .argument("<app>", "namespace/name, or namespace/name@version")
    .argument("[rows]", "a file of JSON lines or CSV, or - for standard input; not needed with --vary")
    .optionsGroup("What to run:")
    .option("-i, --input <spec>", "what all rows share, written as for run (repeatable)", collect)
    .option("--vary <key=values>", "run each row with each: key=a,b,c or key=1..20 (repeatable)", collect)
    .option("--upload <key>", "the rows name files under this key: upload them (repeatable)", collect)
    .option("--setup <spec>", "setup parameters, written like --input (repeatable)", collect)
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .option("--function <name>", "entry point of the app, if not its default", notEmpty("--function"))
    .addOption(infraOption("where to run it"))
    .option("--worker <id>", "run on this worker (repeatable)", collectWorkers)
    .option("--variant <name>", "variant of the app", notEmpty("--variant"))
    .addOption(refused("--session <id>", "a session runs one call after the other"))
    .addOption(refused("--webhook <url>", "the results file tells how each row ended"))
    .optionsGroup("How to run it:")
    .option("--out <file>", "results, one NDJSON line a row (default: rows.results.ndjson for rows.jsonl)")
    .option("-j, --jobs <n>", "most tasks unfinished at once (default: 32)", wholeNumber("--jobs", 1, 1_000))
    .option(
      "--retries <n>",
      "tries again of what was throttled (default: 3)",
      wholeNumber("--retries", 0, 100),
    )
    .option(
      "--max-failures <n>",
      "stop after so many rows in a row that failed, or could not be saved (default: 10)",
      wholeNumber("--max-failures", 1, 1_000_000),
    )
    .addOption(
      new Option("--again <which>", "also run rows again that ended").choices(["failed", "in-doubt", "all"]),
    )
    .addOption(maxCostOption())
    .option("--allow-unknown-cost", "under a cap, run what has a cost that is not known, too")
    .option("--timeout <dur>", "stop after this long; tasks go on; exit 8", duration("--timeout"))
    .addOption(onInterruptOption("running tasks"))
    .option("--save <dir>", "download every file of the outputs into this folder; nothing is overwritten")
    .option("--receipt", "with --save: write a receipt of each row beside its files, for belt rerun")
    .option("--dry-run", "tell what would be run and uploaded, send nothing")
    .addHelpText(
      "after",
      examples(
        "belt batch infsh/flux prompts.jsonl --save out/ -j 8",
        "belt batch infsh/flux rows.csv -i width:=512 --upload image --out results.ndjson",
        "belt batch infsh/flux --vary seed=1..20 --vary steps=4,8 -i prompt=fog --out grid.ndjson",
      ),
    )
    .action((app: string, rows: string | undefined, flags: BatchFlags) =>
      act(async () => {
        const { batch } = await import("../../commands/batch/batch.ts");
        return (ctx) => batch(ctx, app, rows, flags);
      }),
    );
}

/** An option of `run` that many runs cannot have. */
function refused(flags: string, reason: string): Option {
  const refuse = () => {
    throw usageError(`${flags.split(" ")[0]} does not go with batch: ${reason}`);
  };
  return new Option(flags).hideHelp().argParser(refuse);
}
