import { type Command, Option } from "commander";
import type { DevFlags } from "../../commands/dev.ts";
import { type Act, amount, duration, examples, wholeNumber } from "./options.ts";

export function addDev(program: Command, act: Act): void {
  program
    .command("dev")
    .summary("serve the API on this machine, with your apps")
    .description(
      "Serve the API on this machine, running the apps in these folders and those that come with belt.",
    )
    .argument("[appdir...]", "folders of inference.sh apps")
    .option("--port <n>", "port to listen on, 0 for any", wholeNumber("--port", 0, 65_535), 4117)
    .option("--workers <n>", "worker processes at most", wholeNumber("--workers", 1, 64), 4)
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
    .addHelpText("after", examples("belt dev", "belt dev ./my-app --port 0"))
    .action((appDirs: string[], flags: DevFlags) =>
      act(async () => {
        const { dev } = await import("../../commands/dev.ts");
        return (ctx) => dev(ctx, appDirs, flags);
      }),
    );
}
