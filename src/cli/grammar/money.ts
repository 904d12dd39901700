import { type Command, Option } from "commander";
import { USAGE_RANGES } from "../../api/resources/money.ts";
import type { UsageFlags } from "../../commands/money.ts";
import { type Act, examples } from "./options.ts";

export function addMoney(program: Command, act: Act): void {
  program
    .command("balance")
    .summary("show the credit of the account")
    .description("Show the credit of the account in force. With -q, the amount alone, in USD.")
    .addHelpText("after", examples("belt balance", "belt balance --field balance_usd"))
    .action(() =>
      act(async () => {
        const { balance } = await import("../../commands/money.ts");
        return (ctx) => balance(ctx);
      }),
    );
  program
    .command("usage")
    .summary("show what was spent")
    .description(
      "Show what was spent in a time until now, by app and by day. With -q, the sum alone, in USD.",
    )
    .addOption(new Option("--range <time>", "how far back").choices(USAGE_RANGES).default("7d"))
    .addHelpText("after", examples("belt usage", "belt usage --range 30d --json | jq .total_usd"))
    .action((flags: UsageFlags) =>
      act(async () => {
        const { usage } = await import("../../commands/money.ts");
        return (ctx) => usage(ctx, flags);
      }),
    );
}
