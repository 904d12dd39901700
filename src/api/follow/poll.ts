import { BeltError } from "../../errors.ts";
import { isTerminal } from "../../wire/status.ts";
import { isObject } from "../../wire/types.ts";
import { detectStatusTable } from "../get-task.ts";
import { deadline } from "../http/network-errors.ts";
import type { Fact } from "./events.ts";
import type { FollowState } from "./follow-state.ts";

/** Polls without a change after which a finished-looking task with a bare 9 is taken for completed. */
const STANDSTILL = 3;

/** Asks for the task again and again until it has ended. */
export async function* poll(follow: FollowState): AsyncGenerator<Fact[]> {
  const { api, state, contact } = follow;
  const { poll: interval, slowestPoll } = api.policy;
  yield [{ type: "link", state: "polling" }];
  for (let unchanged = 0; !state.ended; ) {
    await contact.pause(Math.min(interval * 2 ** contact.failures, slowestPoll));
    const changes = yield* refresh(follow);
    if (contact.failures > 0) continue;
    unchanged = changes === 0 ? unchanged + 1 : 0;
    if (state.ambiguous) yield* settleNine(follow, unchanged >= STANDSTILL && state.finished);
  }
}

/** Asks for the task once; gives the number of changes. A try that fails changes nothing. */
export async function* refresh(follow: FollowState): AsyncGenerator<Fact[], number> {
  const { api, state, contact, signal } = follow;
  const before = contact.failures;
  try {
    const task = await api.task(state.id, signal, "never");
    contact.answered();
    if (before > 1) yield [{ type: "link", state: "polling" }];
    const changes = state.merge(task);
    if (state.ended) follow.final = task;
    yield changes;
    if (!("logs" in task)) yield* readLogs(follow);
    return changes.length;
  } catch (thrown) {
    contact.failed(thrown);
    if (contact.failures === 2) yield [{ type: "link", state: "retrying" }];
    return 0;
  }
}

/**
 * Rule 4 of src/api/README.md, "Status numbers": a bare 9 is settled by `/timings`, else by a
 * finished task at a standstill.
 */
export async function* settleNine(follow: FollowState, standsFinished: boolean): AsyncGenerator<Fact[]> {
  const { api, state, signal } = follow;
  const timings = follow.hasTimings ? await detectStatusTable(api, state.id, signal) : null;
  follow.hasTimings = timings !== null;
  if (timings?.word && isTerminal(timings.word)) yield state.setStatus(timings.word);
  else if (!timings && standsFinished) yield state.setStatus("completed");
  else yield state.merge({});
}

/** Milliseconds; a log that does not come must not keep the task from being told. */
const LOG_PATIENCE = 5_000;

/** Log lines that came by no other way, where the server keeps them apart from the task. */
export async function* readLogs(follow: FollowState): AsyncGenerator<Fact[]> {
  const { api, state, signal } = follow;
  if (!follow.hasLogs) return;
  try {
    const answer = await api.logs(state.id, AbortSignal.any([signal, deadline(LOG_PATIENCE)]), "never");
    if (isObject(answer)) yield state.takeLogs(answer["logs"]);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof BeltError)) throw thrown;
    follow.hasLogs = thrown.facts.retryable ?? false;
  }
}
