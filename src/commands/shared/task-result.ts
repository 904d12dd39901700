import type { Api } from "../../api/client.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { formatDuration } from "../../terminal/text.ts";

/** Throws when an ended task did not succeed: exit 3 when it failed, 5 when its session was lost, 10 when it was cancelled. */
export function requireSuccess(task: TaskDocument): void {
  if (task.status === "completed") return;
  if (task.status === "failed" && task.session_id && task.error?.startsWith("WORKER_LOST")) {
    throw sessionLost(task, task.session_id, task.error);
  }
  if (task.status === "cancelled") {
    throw new BeltError({
      code: "task_cancelled",
      message: `task ${task.id} was cancelled${task.error ? `: ${task.error}` : ""}`,
      exit: "taskCancelled",
      taskId: task.id,
    });
  }
  throw new BeltError({
    code: "task_failed",
    message: `task ${task.id} failed: ${task.error ?? "the app gave no reason"}`,
    hint: [belt("task logs", task.id), " shows what the app said"],
    exit: "taskFailed",
    taskId: task.id,
  });
}

/** A task has no field for a code: the API's word for it begins the error's text. */
function sessionLost({ id, app }: TaskDocument, session: string, error: string): BeltError {
  const reason = error.replace(/^WORKER_LOST[:\s]*/, "");
  return new BeltError({
    code: "WORKER_LOST",
    message: `session ${session} is lost: its worker died, and its state with it${reason ? `: ${reason}` : ""}`,
    hint: belt("run", app ?? "<app>", "--session", "new"),
    exit: "notFound",
    taskId: id,
  });
}

/** A wait that ran out of time (exit 8); a server inside this process takes the task with it. */
export function stillRunning(taskId: string, waited: number, api: Api): BeltError {
  const goesOn = api.outlivesCommand;
  return new BeltError({
    code: "still_running",
    message: `task ${taskId} is still running after ${formatDuration(waited)}${goesOn ? "" : ", and ends with this command's own server"}`,
    hint: goesOn
      ? belt("task wait", taskId)
      : ["start ", belt("dev"), ", so that tasks outlive the command that submits them"],
    exit: "stillRunning",
    retryable: goesOn,
    taskId,
  });
}
