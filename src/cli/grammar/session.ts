import type { Command } from "commander";
import type { ExecFlags } from "../../commands/session/exec.ts";
import type { EndFlags, KeepaliveFlags } from "../../commands/session/session.ts";
import { hasOptionBehind, refuseWithoutDashes } from "./dashes.ts";
import {
  type Act,
  ALLOW_SENSITIVE_HELP,
  ALLOW_UNKNOWN_COST_HELP,
  collect,
  duration,
  examples,
  INPUT_HELP,
  maxCostOption,
  SESSION_ID_HELP,
} from "./options.ts";

export function addSession(session: Command, act: Act): void {
  session
    .command("list")
    .summary("list active sessions")
    .description("List the active sessions, what expires first on top.")
    .addHelpText("after", examples("belt session list", "belt session list --field id"))
    .action(() =>
      act(async () => {
        const { list } = await import("../../commands/session/session.ts");
        return (ctx) => list(ctx);
      }),
    );
  session
    .command("get")
    .summary("show sessions")
    .description("Show sessions as they are now.")
    .argument("<id...>", SESSION_ID_HELP)
    .addHelpText("after", examples("belt session get @last", "belt session get @last --field expires_in"))
    .action((ids: string[]) =>
      act(async () => {
        const { get } = await import("../../commands/session/session.ts");
        return (ctx) => get(ctx, ids);
      }),
    );
  session
    .command("keepalive")
    .summary("reset the idle timer of sessions")
    .description("Reset the idle timer of sessions, once or again and again until Ctrl-C.")
    .argument("<id...>", SESSION_ID_HELP)
    .option("--every <dur>", "go on, with this pause in between", duration("--every"))
    .addHelpText(
      "after",
      examples("belt session keepalive @last", "belt session keepalive @last --every 20s"),
    )
    .action((ids: string[], flags: KeepaliveFlags) =>
      act(async () => {
        const { keepalive } = await import("../../commands/session/session.ts");
        return (ctx) => keepalive(ctx, ids, flags);
      }),
    );
  session
    .command("end")
    .summary("end sessions")
    .description("End sessions. Ending one that has ended already is success.")
    .argument("[id...]", SESSION_ID_HELP)
    .option("--all", "end all active sessions; asks first")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", examples("belt session end @last", "belt session end --all --yes"))
    .action((ids: string[], flags: EndFlags) =>
      act(async () => {
        const { end } = await import("../../commands/session/session.ts");
        return (ctx) => end(ctx, ids, flags);
      }),
    );
  session
    .command("exec")
    .summary("run a command inside a session of its own")
    .description(
      "Open a session with a first call, run the command with BELT_SESSION set, keep the session alive " +
        "meanwhile, and end it whatever happens. The exit code is the command's.",
    )
    .argument("<app>", "namespace/name, or namespace/name@version")
    .argument("<command...>", "what to run, after --")
    .exitOverride((error) => {
      if (!error.message.includes("\n"))
        error.message += "\nbelt session exec <app> -- <command…> is the form";
      throw error;
    })
    .option("--session-timeout <s>", "idle seconds until the session expires, 1 to 3600")
    .option("-i, --input <spec>", `for the first call: ${INPUT_HELP}`, collect)
    .option("--setup <spec>", "setup parameters, written like --input (repeatable)", collect)
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .option("--function <name>", "entry point for the first call")
    .addOption(maxCostOption())
    .option("--allow-unknown-cost", ALLOW_UNKNOWN_COST_HELP)
    .addHelpText(
      "after",
      examples(
        "belt session exec infsh/counter --local -- sh -c 'belt run infsh/counter --session \"$BELT_SESSION\"'",
        "belt session exec infsh/counter --local --input by:=5 -- ./many-calls.sh",
      ),
    )
    .action((app: string, words: string[], flags: ExecFlags, command: Command) => {
      if (hasOptionBehind(words[0]!, app, command)) refuseWithoutDashes(command);
      return act(async () => {
        const { exec } = await import("../../commands/session/exec.ts");
        return (ctx) => exec(ctx, app, words, flags);
      });
    });
}
