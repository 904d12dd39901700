import type { Api } from "../client.ts";
import type { IdentifiedTask } from "../resources/task.ts";
import type { TaskState } from "../resources/task-state.ts";
import type { Contact } from "./contact.ts";

/** A following under way. */
export interface FollowState {
  api: Api;
  state: TaskState;
  contact: Contact;
  signal: AbortSignal;
  /** The whole task as it ended, once an answer has told it. */
  final: IdentifiedTask | null;
  /** Routes not every server has; asked for until it turns out that this one does not. */
  hasLogs: boolean;
  hasTimings: boolean;
}
