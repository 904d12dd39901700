import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { timedOut, timeLimit } from "../http/network-errors.ts";
import type { IdentifiedTask } from "../resources/task.ts";
import { isRefusal } from "./contact.ts";
import type { Fact } from "./events.ts";
import type { FollowedTask } from "./followed-task.ts";

/** The whole final document, without which no task is told as ended (src/cli/README.md, "Lost connections"). */
export async function* readFinal(follow: FollowedTask): AsyncGenerator<Fact[]> {
  const whole = follow.final ?? (await askForFinal(follow));
  if (!("logs" in whole)) yield* follow.readLogs();
  const { changes, document } = follow.state.applyFinal(whole);
  yield changes;
  yield [{ type: "result", task: document }];
}

/** Asks until the answer says the end, too, for a bounded time. */
async function askForFinal({ api, state, signal }: FollowedTask): Promise<IdentifiedTask> {
  const { finalRead, reconnects } = api.policy;
  const until = api.now() + finalRead;
  let error: BeltError | undefined;
  for (let tries = 0; ; tries++) {
    const limit = timeLimit(until - api.now(), [signal], () => error ?? timedOut(finalRead));
    const asking = api.task(state.id, limit.signal, "never").finally(limit.lift);
    const answer = await asking.catch((thrown) => {
      signal.throwIfAborted();
      if (thrown instanceof BeltError) return thrown;
      throw thrown;
    });
    if (!(answer instanceof BeltError) && state.saysEnd(answer)) return answer;
    error = answer instanceof BeltError ? answer : stale();
    const delay = Math.max(
      reconnects[Math.min(tries, reconnects.length - 1)] ?? 0,
      error.facts.retryAfter ?? 0,
    );
    if (isRefusal(error) || api.now() + delay >= until) throw noFinal(state.id, error);
    await api.sleep(delay, signal);
  }
}

function stale(): BeltError {
  return new BeltError({
    code: "stale_answer",
    message: "asked for it, the API still shows it as running",
    exit: "unavailable",
    retryable: true,
  });
}

function noFinal(taskId: string, error: BeltError): BeltError {
  return error.with({
    code: "no_final_document",
    message: `task ${taskId} is said to have ended, but its final document could not be had, so it may still be running: ${error.message}`,
    hint: belt("task get", taskId),
    exit: "stillRunning",
    retryable: true,
    taskId,
  });
}
