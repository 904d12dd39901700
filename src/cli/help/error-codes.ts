import type { Exit } from "../../errors.ts";
import type { SESSION_CODES } from "../../wire/sessions.ts";

interface ErrorCode {
  meaning: string;
  /** How a command ends by it where nothing weightier happened; "depends" is said with it. */
  exit: Exit | "depends";
}

/** The words of `error.code`: belt's own, then those that the API is known to send. */
export const ERROR_CODES: Record<string, ErrorCode> = {
  usage: { meaning: "bad flag or bad input; nothing was sent", exit: "usage" },
  interrupted: { meaning: "a signal ended it; the exit code says which", exit: "interrupted" },
  no_key: { meaning: "there is no API key", exit: "auth" },
  network: { meaning: "no connection, or a broken one", exit: "unavailable" },
  timeout: { meaning: "no answer in time", exit: "unavailable" },
  redirected: { meaning: "the API points somewhere belt does not go", exit: "failure" },
  unexpected_reply: { meaning: "a web page or something else answers in the API's place", exit: "failure" },
  unreadable_reply: { meaning: "half an answer, or one that is not JSON", exit: "failure" },
  answer_too_large: { meaning: "an answer of more than 256 MiB", exit: "failure" },
  answer_lost: { meaning: "the answer to a submit was lost; the run may have started", exit: "inDoubt" },
  lost_contact: { meaning: "the API has not told of the task for five minutes", exit: "stillRunning" },
  no_final_document: {
    meaning: "the task has ended, but its document could not be had",
    exit: "stillRunning",
  },
  stale_answer: { meaning: "the API still shows a task as running that has ended", exit: "stillRunning" },
  still_running: { meaning: "out of time, or asked for too early", exit: "stillRunning" },
  out_of_time: { meaning: "--timeout ran out before the submit; nothing was started", exit: "unavailable" },
  not_seen: {
    meaning: "a task the API had told nothing of when a wait ran out of time, or had enough",
    exit: "stillRunning",
  },
  task_failed: { meaning: "the task failed; its document is on stdout", exit: "taskFailed" },
  not_cancelled: { meaning: "the API did not cancel the task", exit: "failure" },
  task_cancelled: { meaning: "the task was cancelled", exit: "taskCancelled" },
  partial: { meaning: "some of several ids failed", exit: "partial" },
  save_failed: { meaning: "files of the output could not be saved", exit: "partial" },
  not_downloadable: { meaning: "an output's address that belt does not fetch", exit: "partial" },
  transfer_failed: { meaning: "an upload or a download broke", exit: "depends" },
  no_such_field: { meaning: "--field names what is not there; with run exit 9", exit: "failure" },
  no_session: { meaning: "the first call opened no session", exit: "failure" },
  command_not_started: { meaning: "the command after -- could not be started", exit: "failure" },
  agent_failed: { meaning: "the agent's run failed", exit: "taskFailed" },
  agent_stopped: { meaning: "the agent's answer was stopped", exit: "taskCancelled" },
  agent_blocked: { meaning: "the agent waits for what nobody here can give", exit: "partial" },
  tool_denied: { meaning: "the agent answered, but a tool was denied or not available", exit: "partial" },
  batch_incomplete: { meaning: "some rows failed or are in doubt", exit: "depends" },
  rows_changed: { meaning: "the rows changed while they were read", exit: "depends" },
  too_many_failures: { meaning: "--max-failures rows failed, one after the other", exit: "partial" },
  new_version: { meaning: "the app changed while a batch of it ran", exit: "partial" },
  version_unknown: {
    meaning: "the API told the version of a batch's app at one time and not at the other",
    exit: "failure",
  },
  batch_taken_over: {
    meaning: "another belt took the batch over while this one stood still",
    exit: "failure",
  },
  receipt_failed: { meaning: "the receipt could not be written", exit: "partial" },
  file_changed: { meaning: "an input is not the file that a receipt names", exit: "usage" },
  not_same: { meaning: "--expect-same: what came out differs", exit: "failure" },
  version_mismatch: { meaning: "another version would have run; it was cancelled", exit: "notFound" },
  already_serving: { meaning: "a belt dev serves on this state folder", exit: "failure" },
  rehearsal_failed: { meaning: "dev exec: the scenario did not hold", exit: "failure" },
  file_exists: { meaning: "a file is in the way, and stays", exit: "failure" },
  declined: { meaning: "a question was answered with no", exit: "failure" },
  file: { meaning: "a file or folder of this machine could not be used", exit: "failure" },
  events_unread: { meaning: "nobody reads the pipe of --events", exit: "unavailable" },
  output_failed: { meaning: "stdout could not be written, as on a full disk", exit: "failure" },
  port_in_use: { meaning: "the port of belt dev is taken", exit: "failure" },
  local_server: { meaning: "the local server could not be started", exit: "failure" },
  not_built: { meaning: "a clone of belt whose program has not been made yet", exit: "failure" },
  internal: { meaning: "a bug in belt", exit: "failure" },
  requirements_not_met: { meaning: "the app needs a secret or a grant your account lacks", exit: "failure" },
  invalid_request: { meaning: "the API refused the request (400)", exit: "failure" },
  validation_error: { meaning: "the API refused the input (422)", exit: "failure" },
  unauthorized: { meaning: "the key was refused (401)", exit: "auth" },
  forbidden: { meaning: "the key may not do that (403)", exit: "auth" },
  feature_not_available: { meaning: "not in your plan (403)", exit: "auth" },
  otp_required: { meaning: "a one-time password is wanted (403)", exit: "auth" },
  payment_required: { meaning: "no credit (402)", exit: "quota" },
  limit_exceeded: { meaning: "a limit of your account (402)", exit: "quota" },
  over_budget: { meaning: "--max-cost or BELT_MAX_COST would be passed; nothing was sent", exit: "quota" },
  rate_limited: { meaning: "too many requests (429)", exit: "quota" },
  not_found: { meaning: "unknown task, app or session (404)", exit: "notFound" },
  conflict: { meaning: "at odds with how things are (409)", exit: "failure" },
  internal_error: { meaning: "the API is having trouble (5xx)", exit: "unavailable" },
  ...sessionCodes(),
};

function sessionCodes(): Record<(typeof SESSION_CODES)[number], ErrorCode> {
  return {
    SESSION_NOT_FOUND: { meaning: "there is no such session", exit: "notFound" },
    SESSION_EXPIRED: { meaning: "the session was idle for too long", exit: "notFound" },
    SESSION_ENDED: { meaning: "the session was ended", exit: "notFound" },
    WORKER_LEASED: { meaning: "its worker is bound to another session", exit: "failure" },
    APP_MISMATCH: { meaning: "the session belongs to another app", exit: "failure" },
    VERSION_MISMATCH: { meaning: "the app changed since the session began", exit: "failure" },
    WORKER_LOST: { meaning: "the session is lost: its worker died", exit: "notFound" },
  };
}
