import type { AgentRequest } from "../../api/agents.ts";
import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { type AgentInfo, agentInfo } from "../../api/resources/agent.ts";
import { isOfVersion } from "../../api/resources/app.ts";
import { BeltError } from "../../errors.ts";
import { budgetOf } from "../run/budget.ts";
import { type Clock, createClock } from "../run/clock.ts";
import { uploadAll } from "../run/upload.ts";
import type { Context } from "../shared/context.ts";
import { converse } from "./conversation.ts";
import { AgentEvents } from "./events.ts";
import { type AgentFlags, checkAgainst, type ParsedAgentRun, parseAgentRun } from "./parse-turn.ts";
import { tellTurn } from "./tell.ts";
import { takeTurn } from "./turn.ts";

/**
 * `belt agent run`: send a message, follow the answer; without one, a conversation (src/cli/README.md,
 * "Agents"). Gives the exit code where what went wrong was told already.
 */
export async function run(ctx: Context, agent: string, words: string[], flags: AgentFlags): Promise<number> {
  budgetOf(ctx, flags).requireUncapped(agent);
  const parsed = await parseAgentRun(ctx, agent, words, flags);
  if (parsed.message === null) ctx.out.refuseField("a conversation");
  const clock = createClock(flags.timeout);
  try {
    return await talk(ctx, parsed, flags, clock);
  } finally {
    clock.stop();
  }
}

async function talk(ctx: Context, parsed: ParsedAgentRun, flags: AgentFlags, clock: Clock): Promise<number> {
  const api = await ctx.api();
  if (ctx.questions.ask === null) clock.start();
  const events = flags.events === undefined ? null : await AgentEvents.open(ctx, flags.events, clock.signal);
  try {
    const info = await clock.bound(knownAgent(ctx, api, parsed.agent));
    if (info) await checkAgainst(ctx, parsed, info);
    const request = await clock.bound(prepare(ctx, api, parsed, info));
    const { tools, approval, message } = parsed;
    const options = { tools, approval, events };
    if (message === null)
      return await converse(ctx, api, request, ctx.questions.lines!(), {
        ...options,
        timeout: flags.timeout,
      });
    clock.start();
    const result = await takeTurn(ctx, api, request, { ...options, clock, signal: ctx.signal });
    await tellTurn(ctx, result, { wantsOutput: info?.hasOutputSchema ?? false, isOneOfMany: false });
    return 0;
  } finally {
    await events?.close();
  }
}

/** Milliseconds that the check of a message is worth. */
const PATIENCE = 5_000;

/** What the API says of the agent; null when it does not, which the message itself then tells. */
async function knownAgent(ctx: Context, api: Api, reference: string): Promise<AgentInfo | null> {
  const [name = "", pin = "latest"] = reference.split("@");
  try {
    const agent = await api.agents.agent(name, AbortSignal.any([ctx.signal, deadline(PATIENCE)]));
    if (isOfVersion(agent, pin)) return agentInfo(agent);
    ctx.out.trace(`nothing is known of ${reference}: the API describes another version`);
    return null;
  } catch (thrown) {
    ctx.signal.throwIfAborted();
    if (!(thrown instanceof BeltError)) throw thrown;
    ctx.out.trace(`nothing is known of ${reference}: ${thrown.message}`);
    return null;
  }
}

/** The request with its files uploaded. Snapshots do where the agent has no tools, and the chat is new. */
async function prepare(
  ctx: Context,
  api: Api,
  { agent, message, chatId, context, attachments }: ParsedAgentRun,
  info: AgentInfo | null,
): Promise<AgentRequest> {
  const uris = await uploadAll(ctx, api, attachments);
  const { mediaTypeOf } = await import("../../api/media-types.ts");
  const isImage = (name: string) => mediaTypeOf(attachments.get(name)!.filename).startsWith("image/");
  const pick = (images: boolean) =>
    [...uris].filter(([name]) => isImage(name) === images).map(([, uri]) => uri);
  return {
    chat_id: chatId,
    agent,
    context,
    stream: chatId === null && info !== null && info.tools.length === 0,
    input: {
      role: "user",
      text: message ?? "",
      images: pick(true),
      files: pick(false),
      context: [],
      system_prompt: "",
      context_size: 0,
    },
  };
}
