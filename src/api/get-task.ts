import { BeltError } from "../errors.ts";
import { isTerminal, type StatusWord } from "../wire/status.ts";
import { isObject } from "../wire/types.ts";
import type { Api } from "./client.ts";
import { deadline } from "./http/network-errors.ts";
import type { RetryMode } from "./http/retry.ts";
import { parseStatusWord } from "./resources/status.ts";
import { type Submitted, type TaskDocument, taskDocument } from "./resources/task.ts";

/**
 * A task as it is now; a bare 9 is settled by `/timings` where the server has it
 * (src/api/README.md, "Status numbers", rule 4).
 */
export async function getTask(
  api: Api,
  id: string,
  signal?: AbortSignal,
  submitted: Submitted | null = null,
  retry?: RetryMode,
): Promise<TaskDocument> {
  const raw = await api.task(id, signal, retry);
  const reading = api.statuses.read(raw);
  if (!reading.ambiguous) return taskDocument(raw, reading, submitted);
  const timings = await detectStatusTable(api, id, signal);
  const word = timings?.word && isTerminal(timings.word) ? timings.word : api.statuses.read(raw).word;
  return taskDocument(raw, { ...reading, word }, submitted);
}

/** Milliseconds; a look that takes longer must not be in the way of what is done anyway. */
const PATIENCE = 3_000;

/** One look at a task, or null when it cannot be seen for now; throws only the reason of `signal`. */
export async function tryGetTask(api: Api, id: string, signal: AbortSignal): Promise<TaskDocument | null> {
  try {
    return await getTask(api, id, AbortSignal.any([signal, deadline(PATIENCE)]), null, "never");
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof BeltError) return null;
    throw thrown;
  }
}

/**
 * The newest word of `/timings`, whose events carry words; when the answer pairs it with a
 * number, the server's table is known from then on. Null where there is no such route.
 */
export async function detectStatusTable(
  api: Api,
  id: string,
  signal?: AbortSignal,
): Promise<{ word: StatusWord | null } | null> {
  try {
    const timings = await api.timings(id, signal);
    if (!isObject(timings) || !Array.isArray(timings["events"])) return null;
    const word = parseStatusWord(timings["events"].filter(isObject).at(-1)?.["status"]);
    if (typeof timings["status"] === "number") api.statuses.learn(timings["status"], word);
    return { word };
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    return null;
  }
}
