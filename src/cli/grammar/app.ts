import type { Command } from "commander";
import type { AppFlags, ListFlags as AppListFlags, SampleFlags } from "../../commands/app.ts";
import { type Act, examples, wholeNumber } from "./options.ts";

export function addApp(app: Command, act: Act): void {
  app
    .command("get")
    .summary("show an app and its inputs")
    .description("Show an app, its functions, and what each of them takes.")
    .argument("<app>", "namespace/name")
    .option("--function <name>", "this function only")
    .addHelpText("after", examples("belt app get infsh/flux --local"))
    .action((name: string, flags: AppFlags) =>
      act(async () => {
        const { get } = await import("../../commands/app.ts");
        return (ctx) => get(ctx, name, flags);
      }),
    );
  app
    .command("sample")
    .summary("print an input to start from")
    .description("Print an input that the app takes, made from its schema.")
    .argument("<app>", "namespace/name")
    .option("--function <name>", "for this function, if not the default")
    .option("--save <file>", "write it there, as YAML if the name ends so; nothing is overwritten")
    .addHelpText(
      "after",
      examples("belt app sample infsh/flux --local | belt run infsh/flux --local --input @-"),
    )
    .action((name: string, flags: SampleFlags) =>
      act(async () => {
        const { sample } = await import("../../commands/app.ts");
        return (ctx) => sample(ctx, name, flags);
      }),
    );
  app
    .command("init")
    .summary("make an app that runs")
    .description("Make the folder of a new app, which runs after npm install. Nothing is overwritten.")
    .argument("<dir>", "the folder, whose name becomes that of the app")
    .addHelpText("after", examples("belt app init my-app"))
    .action((dir: string) =>
      act(async () => {
        const { init } = await import("../../commands/app-init.ts");
        return (ctx) => init(ctx, dir);
      }),
    );
  app
    .command("list")
    .summary("list apps")
    .description("List the apps of the catalog.")
    .option("--search <text>", "those that match only")
    .option("-L, --limit <n>", "how many at most", wholeNumber("--limit", 1, 10_000), 30)
    .addHelpText("after", examples("belt app list --search video", "belt app list --local"))
    .action((flags: AppListFlags) =>
      act(async () => {
        const { list } = await import("../../commands/app.ts");
        return (ctx) => list(ctx, flags);
      }),
    );
}
