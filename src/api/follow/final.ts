import type { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { askForEnd } from "./ask-for-end.ts";
import type { Fact } from "./events.ts";
import type { FollowedTask } from "./followed-task.ts";

/** The whole final document, without which no task is told as ended (src/cli/README.md, "Lost connections"). */
export async function* readFinal(follow: FollowedTask): AsyncGenerator<Fact[]> {
  const { api, state, signal } = follow;
  const whole =
    follow.final ??
    (await askForEnd(api, {
      ask: (until) => api.task(state.id, until, "never"),
      isEnd: (task) => state.saysEnd(task),
      stale: "shows it as running",
      missing: (error) => noFinal(state.id, error),
      signal,
    }));
  if (!("logs" in whole)) yield* follow.readLogs();
  const { changes, document } = state.applyFinal(whole);
  yield changes;
  yield [{ type: "result", task: document }];
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
