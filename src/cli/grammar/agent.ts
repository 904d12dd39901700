import type { Command } from "commander";
import type { AgentFlags } from "../../commands/agent/parse-turn.ts";
import { type Act, ALLOW_SENSITIVE_HELP, collect, duration, examples } from "./options.ts";

export function addAgent(agent: Command, act: Act): void {
  agent
    .command("run")
    .summary("send a message to an agent, follow its answer")
    .description(
      "Send a message to an agent and print its answer; on a terminal without a message, talk to it until Ctrl-D.",
    )
    .argument("<agent>", "namespace/name, or namespace/name@version")
    .argument("[message...]", "what to say; - reads it from standard input")
    .option("--chat <id|@last>", "go on with a chat")
    .option("--context <key=value>", "what the agent asks for (repeatable)", collect)
    .option("--attach <path>", "upload a file, and send it along (repeatable)", collect)
    .option("--allow-sensitive", ALLOW_SENSITIVE_HELP)
    .option("--allow-unknown-cost", "talk to it though BELT_MAX_COST is set: what it costs cannot be asked")
    .optionsGroup("What the agent may do here:")
    .option(
      "--tool <name=command>",
      "let it run this shell command as its tool: arguments as JSON on standard input, what it prints is the result (repeatable)",
      collect,
    )
    .option(
      "--approve <who>",
      "calls that need approval: never, ask, all, or tool:a,tool:b (default: ask on a terminal, never elsewhere)",
    )
    .optionsGroup("How to follow it:")
    .option(
      "--timeout <dur>",
      "stop waiting after this long; the agent goes on; exit 8",
      duration("--timeout"),
    )
    .option("--events <file|fd:N>", "also write what happens there, as NDJSON")
    .addHelpText(
      "after",
      examples(
        'belt agent run infsh/guide "paint a fox at night" --local',
        "belt agent run infsh/guide --chat @last 'paint one by day' --local",
        "belt agent run my/helper 'what time is it?' --tool clock='date +%T'",
      ),
    )
    .action((name: string, words: string[], flags: AgentFlags) =>
      act(async () => {
        const { run } = await import("../../commands/agent/run.ts");
        return (ctx) => run(ctx, name, words, flags);
      }),
    );
}

const CHAT_ID_HELP = "chat ids; @last is the newest this machine began, - reads ids from standard input";

export function addChat(chat: Command, act: Act): void {
  chat
    .command("get")
    .summary("show chats")
    .description("Show chats with their messages as they are now.")
    .argument("<id...>", CHAT_ID_HELP)
    .addHelpText("after", examples("belt chat get @last", "belt chat get @last --field status"))
    .action((ids: string[]) =>
      act(async () => {
        const { get } = await import("../../commands/agent/chat.ts");
        return (ctx) => get(ctx, ids);
      }),
    );
  chat
    .command("stop")
    .summary("stop answers")
    .description("Stop the answers under way in chats. Where there is none, that is success.")
    .argument("<id...>", CHAT_ID_HELP)
    .addHelpText("after", examples("belt chat stop @last"))
    .action((ids: string[]) =>
      act(async () => {
        const { stop } = await import("../../commands/agent/chat.ts");
        return (ctx) => stop(ctx, ids);
      }),
    );
}
