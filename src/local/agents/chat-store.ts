/** Chats on disk, one file each, so that a later command can go on with them. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "../atomic-write.ts";
import { isId } from "../ids.ts";
import { isAlive, ownPid } from "../process-ids.ts";
import { activeRun, type Chat, hasEnded } from "./chat.ts";

export class ChatStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async write(chat: Chat): Promise<void> {
    const record = JSON.stringify(chat);
    await writeAtomic(this.#path(chat.id), (temporary) => writeFile(temporary, record, { mode: 0o600 }));
  }

  async read(id: string): Promise<Chat | null> {
    if (!isId(id)) return null;
    try {
      return readJudged(JSON.parse(await readFile(this.#path(id), "utf8")) as Chat);
    } catch {
      return null;
    }
  }

  /** Ids of all chats, newest first. */
  async ids(): Promise<string[]> {
    const names = await readdir(this.#dir);
    return names
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length))
      .sort()
      .reverse();
  }

  #path(id: string): string {
    return join(this.#dir, `${id}.json`);
  }
}

/** A run whose server is gone will never end by itself. */
function readJudged(chat: Chat): Chat {
  if (!activeRun(chat) || (chat.pid !== ownPid() && isAlive(chat.pid))) return chat;
  for (const run of chat.runs.filter((run) => !hasEnded(run))) {
    Object.assign(run, { state: "failed", error: "the local server ended while the agent answered" });
    for (const message of chat.messages.filter(({ runId, status }) => runId === run.id && status !== "ready"))
      message.status = "failed";
  }
  return chat;
}
