/** Chats on disk, one file each, so that a later command can go on with them. */
import { isAlive, ownPid } from "../process-ids.ts";
import { RecordStore } from "../record-store.ts";
import { activeRun, type Chat, hasEnded } from "./chat.ts";

export class ChatStore extends RecordStore<Chat> {
  constructor(dir: string) {
    super(dir, judged);
  }
}

/** A run whose server is gone will never end by itself. */
function judged(chat: Chat): Chat {
  if (!activeRun(chat) || (chat.pid !== ownPid() && isAlive(chat.pid))) return chat;
  for (const run of chat.runs.filter((run) => !hasEnded(run))) {
    Object.assign(run, { state: "failed", error: "the local server ended while the agent answered" });
    for (const message of chat.messages.filter(({ runId, status }) => runId === run.id && status !== "ready"))
      message.status = "failed";
  }
  return chat;
}
