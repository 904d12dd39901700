import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

export type IdKind = "task" | "sess" | "file" | "wrk" | "chat" | "msg" | "run" | "tool" | "intr";

/** Makes ids whose order is the order of their making, so that a folder listing is a history. */
export function createIds(clock: Clock): (kind: IdKind) => string {
  let last = 0;
  return (kind) => {
    last = Math.max(clock.now(), last + 0.001);
    const time = Math.round(last * 1000)
      .toString(36)
      .padStart(11, "0");
    return `${kind}_${time}${randomBytes(4).toString("hex")}`;
  };
}

/** True for what can be one of our ids: safe as a file name, wherever it comes from. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}
