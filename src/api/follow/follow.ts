import type { Api } from "../client.ts";
import type { IdentifiedTask, Submitted } from "../resources/task.ts";
import { TaskState } from "../resources/task-state.ts";
import { Contact, taskSubject } from "./contact.ts";
import type { Fact, TaskEvent } from "./events.ts";
import { readFinal } from "./final.ts";
import { FollowedTask } from "./followed-task.ts";
import { keepFollowing } from "./keep-following.ts";

export interface FollowOptions {
  /** What is known so far: the answer to the submit, or to `GET /tasks/:id`. */
  task: IdentifiedTask;
  /** True when that is the whole task, so that nothing more need be asked if it has ended. */
  whole?: boolean;
  submitted: Submitted | null;
  /** Milliseconds since 1970; null when it is not known. */
  submittedAt: number | null;
  /** Told of the session the task runs in, as soon as the API gives it. */
  onSession?: (id: string) => void;
  /** False polls from the start, for those beyond the number of streams kept open at once. */
  stream?: boolean;
  /** Ends the following with its reason; the task itself goes on. */
  signal: AbortSignal;
}

/**
 * A task's life as events, by the batch that came together, ending with `result` once the whole
 * final document is there. A broken stream is resumed, then replaced by polling; that, too, is an
 * event. Throws a BeltError that says that the task may still be running: the API's refusal (401,
 * 403, 404), or exit 8 when it stays out of reach.
 */
export async function* follow(api: Api, options: FollowOptions): AsyncGenerator<TaskEvent[]> {
  const start = api.now();
  let seq = 0;
  for await (const batch of facts(api, options)) {
    const now = api.now();
    const time = new Date(now).toISOString();
    yield batch.map((fact) => {
      const event = { seq: ++seq, time, task_id: options.task.id, ...fact };
      return event.type === "status" ? { ...event, elapsed_ms: now - start } : event;
    });
  }
}

/** What is learned, by the batch that came together: handing over each fact by itself costs more than reading it. */
async function* facts(api: Api, options: FollowOptions): AsyncGenerator<Fact[]> {
  const { task, whole = false, submitted, submittedAt, signal, stream = true } = options;
  const state = new TaskState(task.id, api.statuses, submitted, options.onSession);
  const contact = new Contact(api, taskSubject(task.id), submittedAt, signal);
  const followed = new FollowedTask(api, state, contact, signal);
  yield state.merge(task);
  if (state.ended && whole) followed.final = task;
  yield* withWholeOutputs(followed, keepFollowing(followed, { stream }));
  yield* readFinal(followed);
}

/** Milliseconds between two tellings of an output that grows: each tells all of it. */
const OUTPUT_EVERY = 1_000;

async function* withWholeOutputs(
  { api, state }: FollowedTask,
  batches: AsyncGenerator<Fact[]>,
): AsyncGenerator<Fact[]> {
  let told = Number.NEGATIVE_INFINITY;
  for await (const batch of batches) {
    if (state.hasGrown && api.now() - told >= OUTPUT_EVERY) {
      told = api.now();
      yield [...batch, state.wholeOutput()];
    } else yield batch;
  }
}
