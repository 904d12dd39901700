import type { AgentInfo } from "../../api/resources/agent.ts";
import { usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { isAppName } from "../../input/app-name.ts";
import { closest } from "../../input/closest.ts";
import { requireText } from "../../input/read-object.ts";
import type { LocalFile } from "../../input/upload-files.ts";
import type { CostFlags } from "../run/budget.ts";
import { findFiles, inputReaders } from "../run/upload.ts";
import type { Context } from "../shared/context.ts";
import { resolveReference } from "../shared/ids.ts";
import { type Approval, parseApproval } from "./approval.ts";

/** The flags of `belt agent run`, as typed. */
export interface AgentFlags extends Pick<CostFlags, "allowUnknownCost"> {
  chat?: string;
  context?: string[];
  attach?: string[];
  allowSensitive?: boolean;
  tool?: string[];
  approve?: string;
  /** Milliseconds. */
  timeout?: number;
  events?: string;
}

/** What was typed, all that can be checked without the API in order. */
export interface ParsedAgentRun {
  agent: string;
  /** Null for a conversation. */
  message: string | null;
  /** The chat to go on with. */
  chatId: string | null;
  context: Record<string, string>;
  attachments: Map<string, LocalFile>;
  /** Commands by the name of the tool that they are. */
  tools: Map<string, string>;
  approval: Approval;
}

/** Throws a usage error for whatever is wrong; nothing has been sent. */
export async function parseAgentRun(
  ctx: Context,
  agent: string,
  words: string[],
  flags: AgentFlags,
): Promise<ParsedAgentRun> {
  if (!isAppName(agent)) {
    const hint = "an agent is namespace/name or namespace/name@version, such as infsh/guide";
    throw usageError(`"${agent}" is not the name of an agent`, hint);
  }
  const allowSensitive = flags.allowSensitive ?? false;
  return {
    agent,
    message: await readMessage(ctx, words, allowSensitive),
    chatId: flags.chat === undefined ? null : await resolveReference(ctx, flags.chat, "chat"),
    context: parsePairs(flags.context ?? [], "--context"),
    attachments: await findFiles(ctx, flags.attach ?? [], {
      allowSensitive,
      hint: "name a file that is there",
    }),
    tools: new Map(Object.entries(parsePairs(flags.tool ?? [], "--tool"))),
    approval: parseApproval(ctx, flags.approve),
  };
}

async function readMessage(ctx: Context, words: string[], allowSensitive: boolean): Promise<string | null> {
  if (words.length === 0) {
    if (ctx.questions.lines) return null;
    throw usageError("which message?", "write it after the agent, or - to read it from standard input");
  }
  if (words.length > 1 && words.includes("-"))
    throw usageError("- reads the message from standard input, and stands alone");
  const isPiped = words[0] === "-";
  const message = isPiped ? await pipedMessage(ctx, allowSensitive) : words.join(" ");
  if (message.trim() === "")
    throw usageError(isPiped ? "standard input holds no message" : "the message is empty");
  return message;
}

async function pipedMessage(ctx: Context, allowSensitive: boolean): Promise<string> {
  const bytes = await inputReaders(ctx, allowSensitive).stdin();
  const hint = "the message must be text; --attach <path> sends a file";
  return requireText(bytes, "standard input", hint).replace(/\r?\n$/, "");
}

function parsePairs(specs: string[], flag: string): Record<string, string> {
  const pairs: Record<string, string> = Object.create(null);
  for (const spec of specs) {
    const equals = spec.indexOf("=");
    const value = spec.slice(equals + 1);
    if (equals <= 0)
      throw usageError(`${flag}: "${spec}" has no name before an =`, `write ${flag} name=value`);
    if (flag === "--tool" && value.trim() === "") throw usageError(`--tool ${spec} names no command`);
    pairs[spec.slice(0, equals)] = value;
  }
  return pairs;
}

/** What does not fit the agent as the API describes it; of an existing chat the context is known to it. */
export async function checkAgainst(ctx: Context, parsed: ParsedAgentRun, info: AgentInfo): Promise<void> {
  const { agent, context, tools, chatId } = parsed;
  const names = info.context.map(({ name }) => name);
  for (const key of Object.keys(context))
    if (!names.includes(key)) throw unknown("--context", key, agent, names);
  const clientTools = info.tools.filter(({ type }) => type === "client").map(({ name }) => name);
  for (const key of tools.keys())
    if (!clientTools.includes(key)) throw unknown("--tool", key, agent, clientTools);
  warnOfApproval(ctx, parsed, info);
  if (chatId !== null) return;
  const missing = info.context.filter(
    ({ name, required, default: fallback }) => required && fallback === null && !Object.hasOwn(context, name),
  );
  for (const { name, description } of missing) {
    if (!ctx.questions.ask) throw missingContext(agent, missing.map(describe));
    const question = { kind: "text" as const, name, about: description, choices: [], type: "" };
    context[name] = String(
      await ctx.questions.ask({ ...question, flag: "--context", check: async () => null }),
    );
  }
}

/** What may be held for approval is not certainly all that an agent is described with. */
function warnOfApproval({ out }: Context, { approval, agent }: ParsedAgentRun, { tools }: AgentInfo): void {
  if (approval.kind !== "tools") return;
  const known = tools.map(({ name }) => name);
  for (const name of approval.names.filter((name) => !known.includes(name))) {
    const near = closest(name, known);
    out.warn(`--approve: ${agent} tells of no tool ${name}${near === null ? "" : `; did you mean ${near}?`}`);
  }
}

function describe({ name, description }: AgentInfo["context"][number]): string {
  return `${name}${description === "" ? "" : ` (${description})`}`;
}

function missingContext(agent: string, missing: string[]): Error {
  return usageError(
    `${agent} needs context that is not given: ${missing.join(", ")}`,
    missing.map((name) => `--context ${name.split(" ")[0]}=…`).join(" "),
  );
}

function unknown(flag: string, key: string, agent: string, names: string[]): Error {
  const near = closest(key, names);
  const what = flag === "--context" ? "context" : "tool for its callers";
  const known = names.length === 0 ? `${agent} has no ${what}` : `${agent} has ${names.join(", ")}`;
  return usageError(
    `${flag} ${key} is unknown; ${known}`,
    near === null ? [belt("api", "GET", `/agents/${agent}`), " shows the agent"] : `did you mean ${near}?`,
  );
}
