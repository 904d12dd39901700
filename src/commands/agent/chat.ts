import type { Api } from "../../api/client.ts";
import { type Chat, endOf, isBusy } from "../../api/resources/agent.ts";
import { BeltError } from "../../errors.ts";
import { type ChatDocument, chatView, type StoppedChat, stoppedChatView } from "../../views/agent-views.ts";
import type { Context } from "../shared/context.ts";
import { forEachId, printResults } from "../shared/for-each-id.ts";
import { resolveIds } from "../shared/ids.ts";

/** `belt chat get <id…>`: chats with their messages as they are now. */
export async function get(ctx: Context, references: string[]): Promise<void> {
  const { ids, asArray } = await resolveIds(ctx, references, "chat");
  const api = await ctx.api();
  const look = aboutChat(async (id) => chatDocument(await api.agents.chat(id)));
  printResults(ctx, await forEachId(ctx, ids, look), asArray, chatView);
}

/** `belt chat stop <id…>`: stops the answers under way; where there is none, that is success. */
export async function stop(ctx: Context, references: string[]): Promise<void> {
  const { ids, asArray } = await resolveIds(ctx, references, "chat");
  const api = await ctx.api();
  const stopOne = aboutChat((id) => stopChat(api, id));
  printResults(ctx, await forEachId(ctx, ids, stopOne), asArray, stoppedChatView);
}

async function stopChat(api: Api, id: string): Promise<StoppedChat> {
  const before = await api.agents.chat(id);
  if (!isBusy(before)) return { id, status: before.status, stopped: false };
  await api.agents.stop(id);
  const after = await api.agents.chat(id);
  const end = endOf(after.run?.state ?? "");
  // It may have ended by itself just then.
  return { id, status: after.status, stopped: isBusy(after) || end === "cancelled" || end === null };
}

function chatDocument({ id, agent, raw, messages }: Chat): ChatDocument {
  return {
    ...raw,
    id,
    agent: agent ?? raw["agent"] ?? null,
    messages: (messages ?? []).map((message) => message.raw),
  };
}

/** Work on one chat whose errors say where chats are listed. */
function aboutChat<T>(work: (id: string) => Promise<T>): (id: string) => Promise<T> {
  return async (id) => {
    try {
      return await work(id);
    } catch (thrown) {
      if (!(thrown instanceof BeltError) || thrown.facts.code !== "not_found") throw thrown;
      throw thrown.with({ hint: "@last is the newest chat of this machine" });
    }
  };
}
