import { BeltError } from "../../errors.ts";
import { formatDuration } from "../../terminal/text.ts";
import type { RunRequest } from "../../wire/types.ts";
import { buildRequest } from "../run/build-request.ts";
import { type Submission, submitOnce } from "../run/submit.ts";
import { fileNames } from "../run/validate-input.ts";
import type { Admission } from "./admission.ts";
import { type BatchRun, countingWarnings, type Job, reopen, writeResult } from "./batch-run.ts";
import { clean } from "./clean.ts";
import { shortHash } from "./content.ts";
import { followRow } from "./follow-row.ts";
import type { PlannedRow, PreparedRow } from "./plan.ts";
import { parsedRow } from "./source.ts";
import { fail, isThrottled, type Outcome, throttled, unreachable } from "./try-again.ts";

/** One row from its files to its result: uploaded, its intent written down, submitted once, followed. */
export async function submitRow(run: BatchRun, job: Job): Promise<Outcome> {
  const { round } = run.pace;
  const taken = await takeOn(run, job, round);
  // What goes wrong from here on says nothing of the submit.
  return typeof taken === "string" ? taken : await followRow(run, job, round, taken);
}

/** Submits it; where nothing comes of that, what is to be done about it. */
async function takeOn(run: BatchRun, job: Job, round: number): Promise<Submission | Outcome> {
  let admission: Admission | null = null;
  let isBegun = false;
  try {
    await untilLostIsOver(run, job.planned);
    admission = await run.admit(job.prepared);
    const request = await requestOf(run, job.prepared);
    if (run.stop.isForAll) return release(admission);
    await writeIntent(run, job.planned, request, admission);
    isBegun = true;
    if (run.stop.isForAll && !run.book.failure) return takeBack(run, job.planned, admission);
    const submission = await submitOnce(countingWarnings(run), run.api, request, {
      once: true,
      by: "batch",
      uninterruptible: () => () => {},
      deadline: run.deadline,
      // Before belt's own journal has it: a task that one knows, and not this one, is somebody else's.
      onTask: (task_id) => noteTask(run, job.planned, task_id),
    });
    admission.settle();
    return submission;
  } catch (thrown) {
    // No failure of the row: nothing can be written down any more.
    if (run.book.failure) throw run.book.failure;
    if (!(thrown instanceof BeltError)) throw thrown;
    const error = await clean(run, job, thrown);
    if (error.facts.exit === "inDoubt") {
      admission?.settle();
      return await lost(run, job.planned, round, error);
    }
    admission?.release();
    // An earlier submit that is in doubt stays so.
    if (isBegun) reopen(run, job.planned, error.message);
    return await notTakenOn(run, job, round, error);
  }
}

function release(admission: Admission): Outcome {
  admission.release();
  return "over";
}

/** The batch was stopped while the intent was on its way to the disk. */
function takeBack(run: BatchRun, planned: PlannedRow, admission: Admission): Outcome {
  reopen(run, planned, "stopped before it was submitted");
  return release(admission);
}

function noteTask({ book }: BatchRun, { key }: PlannedRow, task_id: string): void {
  book.note({ type: "task", key, attempt: book.open(key)!.number, task_id });
}

/** Says so where rows in doubt are to be run again before that. */
export function tellLostWait({ rows, book, wanted, ctx, note }: BatchRun): void {
  const lost = rows.filter((row) => wanted.submits(row)).flatMap(({ key }) => book.open(key) ?? []);
  const until = lost.reduce((latest, { intent }) => Math.max(latest, Date.parse(intent.until)), 0);
  const left = until - ctx.now();
  if (left > 0)
    note(
      `rows in doubt are run again once their lost submits cannot arrive any more, in ${formatDuration(left)}`,
    );
}

/** A row in doubt that is run again waits until the submit that was lost cannot arrive any more. */
async function untilLostIsOver(run: BatchRun, { key }: PlannedRow): Promise<void> {
  const lost = run.book.open(key);
  if (!lost) return;
  const left = Date.parse(lost.intent.until) - run.ctx.now();
  if (left > 0) await run.api.sleep(left, run.ending);
}

async function requestOf(run: BatchRun, { candidate, coerced }: PreparedRow): Promise<RunRequest> {
  const { planning, api } = run;
  const uris = await planning.uploads.upload(api, fileNames(coerced));
  return buildRequest(parsedRow(planning.source, candidate), coerced, (file) => uris.get(file)!);
}

async function writeIntent(
  { ctx, api, book, planning, wanted }: BatchRun,
  { key, row, id, content }: PlannedRow,
  request: RunRequest,
  { estimate }: Admission,
): Promise<void> {
  const now = ctx.now();
  const serverTime = api.serverTime(now);
  await book.record({
    type: "intent",
    key,
    row,
    id,
    content,
    version: planning.version,
    attempt: (book.row(key)?.attempts ?? 0) + 1,
    round: wanted.round,
    function: request.function ?? null,
    infra: request.infra ?? null,
    sent: shortHash(request.input),
    time: iso(now),
    server_time: serverTime === null ? null : iso(serverTime),
    until: iso(now + api.requestTimeout),
    estimate,
  });
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** What no other row would meet differently: no permission, no money, no such app. */
const FOR_ALL = [401, 402, 403, 404];

async function notTakenOn(run: BatchRun, job: Job, round: number, error: BeltError): Promise<Outcome> {
  const { exit, httpStatus } = error.facts;
  if (error.isStop || run.deadline.aborted) return "over";
  if (isThrottled(error)) return await throttled(run, job, round, error);
  if (exit === "unavailable") return await unreachable(run, job, round, error);
  if (exit === "quota" || FOR_ALL.includes(httpStatus ?? 0)) {
    run.stop.request(error);
    return "over";
  }
  return await fail(run, job.planned, error.message);
}

/** The run may have started: what became of it is looked for later, and it is not submitted again. */
async function lost(
  run: BatchRun,
  planned: PlannedRow,
  round: number,
  { message, facts }: BeltError,
): Promise<Outcome> {
  if (facts.httpStatus === 503) run.pace.throttled(round, facts.retryAfter);
  await writeResult(run, planned, { status: "unknown", error: message });
  return "over";
}
