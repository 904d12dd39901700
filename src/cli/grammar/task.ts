import { type Command, Option } from "commander";
import type { CancelFlags } from "../../commands/task/cancel.ts";
import type { FollowFlags, WaitFlags } from "../../commands/task/follow.ts";
import type { ListFlags as TaskListFlags } from "../../commands/task/list.ts";
import type { GetFlags } from "../../commands/task/task.ts";
import { STATUS_WORDS } from "../../wire/status.ts";
import { type Act, duration, examples, ID_HELP, notEmpty, wholeNumber } from "./options.ts";

export function addTask(task: Command, act: Act): void {
  task
    .command("get")
    .summary("show tasks")
    .description("Show tasks as they are now. How a task ended is reported, and the exit code is 0.")
    .argument("<id...>", ID_HELP)
    .option("--save <dir>", "download every file of the output into this folder; nothing is overwritten")
    .addHelpText(
      "after",
      examples("belt task get @last --field output.image.uri", "belt task get @last --save pictures/"),
    )
    .action((ids: string[], flags: GetFlags) =>
      act(async () => {
        const { get } = await import("../../commands/task/task.ts");
        return (ctx) => get(ctx, ids, flags);
      }),
    );
  task
    .command("list")
    .summary("list tasks")
    .description("List the newest tasks of the account, or what this machine submitted.")
    .option("-L, --limit <n>", "how many at most", wholeNumber("--limit", 1, 10_000), 30)
    .addOption(
      new Option("--status <word>", "those in this state only; active: all that have not ended").choices([
        "active",
        ...STATUS_WORDS,
      ]),
    )
    .option("--app <app>", "those of this app only", notEmpty("--app"))
    .option("--journal", "list what this machine submitted instead, without asking the API")
    .addHelpText(
      "after",
      examples("belt task list --status failed --app infsh/flux", "belt task list --journal --field id"),
    )
    .action((flags: TaskListFlags) =>
      act(async () => {
        const { list } = await import("../../commands/task/list.ts");
        return (ctx) => list(ctx, flags);
      }),
    );
  task
    .command("watch")
    .summary("show what happens to tasks, as it happens")
    .description("Show what happens to tasks until they have ended. With --json, one event a line.")
    .argument("<id...>", ID_HELP)
    .option("--timeout <dur>", "stop watching after this long; exit 8", duration("--timeout"))
    .addHelpText("after", examples("belt task watch @last", "belt task watch @last --json | jq -r .type"))
    .action((ids: string[], flags: FollowFlags) =>
      act(async () => {
        const { watch } = await import("../../commands/task/follow.ts");
        return (ctx) => watch(ctx, ids, flags);
      }),
    );
  task
    .command("wait")
    .summary("wait until tasks have ended")
    .description("Wait until all tasks have ended, and print them in the order they finish.")
    .argument("<id...>", ID_HELP)
    .option("--any", "wait until one has succeeded")
    .option("--all", "wait until all have ended (the default)")
    .option("--fail-fast", "return at the first that fails")
    .option("--timeout <dur>", "stop waiting after this long; exit 8", duration("--timeout"))
    .addHelpText(
      "after",
      examples("belt task wait @last", "belt task list --journal -q | belt task wait - --fail-fast"),
    )
    .action((ids: string[], flags: WaitFlags) =>
      act(async () => {
        const { wait } = await import("../../commands/task/follow.ts");
        return (ctx) => wait(ctx, ids, flags);
      }),
    );
  task
    .command("logs")
    .summary("print the log of tasks")
    .description("Print the log of tasks, with -f as it grows.")
    .argument("<id...>", ID_HELP)
    .option("-f, --follow", "go on until the tasks have ended")
    .addHelpText("after", examples("belt task logs @last", "belt task logs -f @last"))
    .action((ids: string[], { follow }: { follow?: boolean }) =>
      act(async () => {
        if (follow) {
          const { followLogs } = await import("../../commands/task/follow.ts");
          return (ctx) => followLogs(ctx, ids);
        }
        const { logs } = await import("../../commands/task/logs.ts");
        return (ctx) => logs(ctx, ids);
      }),
    );
  task
    .command("cancel")
    .summary("cancel tasks")
    .description("Cancel tasks, and say what really happened to each.")
    .argument("<id...>", ID_HELP)
    .option("--wait", "stay until they have ended, and print how; exit 0 however they ended")
    .option("--timeout <dur>", "with --wait: stop waiting after this long; exit 8", duration("--timeout"))
    .addHelpText(
      "after",
      examples(
        "belt task cancel @last --wait",
        "belt task list --status active -q | xargs -r belt task cancel --wait",
      ),
    )
    .action((ids: string[], flags: CancelFlags) =>
      act(async () => {
        const { cancel } = await import("../../commands/task/cancel.ts");
        return (ctx) => cancel(ctx, ids, flags);
      }),
    );
}
