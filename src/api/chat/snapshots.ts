import type { OpenStream } from "../http/request.ts";
import { readFrames } from "../http/stream.ts";
import { type ChatMessage, endOf } from "../resources/agent.ts";
import { type ChatEvent, type EventStream, readEvent } from "./chat-events.ts";

/**
 * Reads a stream that answers a message as far as the first snapshot, without which nobody knows which
 * chat this is. The rest is over after the snapshot whose status is terminal.
 */
export async function readSnapshots(
  { chunks, contentType }: OpenStream,
  end: (reason: unknown) => void,
): Promise<{ user: null; assistant: ChatMessage; snapshots: EventStream }> {
  const frames = readFrames(chunks, contentType);
  for (;;) {
    const { value, done } = await frames.next();
    if (done) throw new Error("the stream ended before it told of the chat");
    const events = value.map(readEvent);
    const first = events.find((event) => event.kind === "message" && event.message.chatId !== "");
    if (first?.kind !== "message") continue;
    const batches = rest(first.message.id, events, frames);
    return { user: null, assistant: first.message, snapshots: { batches, end } };
  }
}

type Frames = ReturnType<typeof readFrames>;

async function* rest(id: string, first: ChatEvent[], frames: Frames): AsyncGenerator<ChatEvent[]> {
  for (let events = first; ; ) {
    yield events;
    const last = events.findLast((event) => event.kind === "message" && event.message.id === id);
    if (last?.kind === "message" && endOf(last.message.status)) return;
    const { value, done } = await frames.next();
    if (done) return;
    events = value.map(readEvent);
  }
}
