import { belt } from "../../hint.ts";
import type { Sent } from "../agents.ts";
import type { Api } from "../client.ts";
import { Contact, type Subject } from "../follow/contact.ts";
import { keepFollowing, type Link } from "../follow/keep-following.ts";
import type { EventStream } from "./chat-events.ts";
import { readFinalTurn } from "./final-turn.ts";
import { FollowedTurn } from "./followed-turn.ts";
import type { TurnChange, TurnState } from "./turn-state.ts";

/** What is learned of an answer. */
export type TurnFact = TurnChange | Link;

export interface TurnOptions {
  state: TurnState;
  sent: Sent;
  /** The stream of an existing chat, opened before the message was sent. */
  opened: EventStream | null;
  /** Milliseconds since 1970. */
  submittedAt: number;
  /** Ends the following with its reason; the agent goes on. */
  signal: AbortSignal;
}

/**
 * An answer as it grows, by the batch that came together, until the turn has ended and the chat has
 * been read once more as a whole, into `state`. A broken stream is opened again, then replaced by
 * polling. Throws a BeltError that says that the agent may still be answering.
 */
export async function* followTurn(api: Api, options: TurnOptions): AsyncGenerator<TurnFact[]> {
  const { state, sent, opened, submittedAt, signal } = options;
  const contact = new Contact(api, chatSubject(sent.assistant.chatId), submittedAt, signal);
  const followed = new FollowedTurn(api, { state, contact, signal, opened, sent });
  yield state.begin(sent);
  yield* keepFollowing(followed, { stream: true });
  if (!followed.isWhole) yield await readFinalTurn(api, followed);
}

export function chatSubject(chatId: string): Subject {
  return { name: `chat ${chatId}`, doing: "answering", next: belt("chat get", chatId) };
}
