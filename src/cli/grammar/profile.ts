import { type Command, Option } from "commander";
import type { LoginFlags } from "../../commands/profile/login.ts";
import { type Act, examples, infraOption } from "./options.ts";

export function addLogin(program: Command, act: Act): void {
  program
    .command("login")
    .summary("store an API key in a profile")
    .description(
      "Ask for an API key, without echo, or read it from standard input; try it, and store it in the profile " +
        'that --profile names, else in "default", for the API that --api-url names.',
    )
    .addOption(infraOption("where runs go with this profile"))
    .addOption(
      new Option("--status-table <year>", "the status numbers this API uses, if belt cannot tell").choices([
        "auto",
        "2025",
        "2026",
      ]),
    )
    .option("--insecure", "allow plain http to another machine")
    .option("--no-check", "store the key without asking the API about it")
    .addHelpText(
      "after",
      examples("belt login", "pass show inference.sh | belt login", "belt login --profile work < key-file"),
    )
    .action((flags: LoginFlags) =>
      act(async () => {
        const { login } = await import("../../commands/profile/login.ts");
        return (ctx) => login(ctx, flags);
      }),
    );
  program
    .command("logout")
    .summary("forget the key of a profile")
    .description("Forget the key of the profile that --profile names, else of the current one.")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("belt logout", "belt logout --profile work --yes"))
    .action((flags: { yes?: boolean }) =>
      act(async () => {
        const { logout } = await import("../../commands/profile/login.ts");
        return (ctx) => logout(ctx, flags);
      }),
    );
}

export function addProfile(profile: Command, act: Act): void {
  profile
    .command("list")
    .summary("list profiles")
    .description("List the profiles; the current one has a mark.")
    .addHelpText("after", examples("belt profile list", "belt profile list -q"))
    .action(() =>
      act(async () => {
        const { list } = await import("../../commands/profile/profile.ts");
        return (ctx) => list(ctx);
      }),
    );
  profile
    .command("use")
    .summary("choose the current profile")
    .description("Choose the profile that counts when none is named.")
    .argument("<name>", "name of a profile")
    .addHelpText("after", examples("belt profile use work"))
    .action((name: string) =>
      act(async () => {
        const { use } = await import("../../commands/profile/profile.ts");
        return (ctx) => use(ctx, name);
      }),
    );
  profile
    .command("show")
    .summary("show what is in force, and why")
    .description(
      "Show the API and the key in force, or those of a profile, and what decided each. Of a key, only the " +
        "last four characters are shown.",
    )
    .argument("[name]", "name of a profile")
    .addHelpText("after", examples("belt profile show", "belt profile show work --field api_url"))
    .action((name: string | undefined) =>
      act(async () => {
        const { show } = await import("../../commands/profile/profile.ts");
        return (ctx) => show(ctx, name);
      }),
    );
  profile
    .command("remove")
    .summary("remove a profile and its key")
    .description("Remove a profile and its key.")
    .argument("<name>", "name of a profile")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("belt profile remove work --yes"))
    .action((name: string, flags: { yes?: boolean }) =>
      act(async () => {
        const { remove } = await import("../../commands/profile/profile.ts");
        return (ctx) => remove(ctx, name, flags);
      }),
    );
}
