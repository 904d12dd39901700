/** Which line of a stream tells its end. */
import { isObject } from "../../wire/types.ts";
import { activeRun, hasEnded, type LiveChat } from "../agents/chat.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Services } from "../http/services.ts";
import type { Subjects } from "./subjects.ts";

/** True for the line that is about to be written, and for all after it. */
export type IsLast = (line: string) => boolean;

export function lastLine(
  path: string,
  { params }: ApiRequest,
  subjects: Subjects,
  services: Services | null,
): IsLast {
  const id = params["id"] ?? "";
  if (path === "/agents/run") return endsMessage;
  if (path.startsWith("/chats/")) return endsTurn(() => services?.agents.chats.find(id));
  return () => subjects.hasEnded(id);
}

/** Of snapshots: one whose status is terminal. */
function endsMessage(line: string): boolean {
  const message: unknown = JSON.parse(/\{.*\}/s.exec(line)?.[0] ?? "null");
  return isObject(message) && /^(ready|failed|cancelled)$/.test(String(message["status"]));
}

/** Of a chat's stream, which goes on: a turn has ended since it began. */
function endsTurn(find: () => LiveChat | undefined): IsLast {
  let before: number | null = null;
  return () => {
    const chat = find()?.chat;
    if (!chat) return false;
    const ended = chat.runs.filter(hasEnded).length;
    before ??= ended;
    return ended > before && activeRun(chat) === null;
  };
}
