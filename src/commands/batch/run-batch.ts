import type { Api } from "../../api/client.ts";
import { BeltError } from "../../errors.ts";
import { BatchLedger } from "../../store/batch-ledger.ts";
import type { ResultLine } from "../../store/batch-records.ts";
import type { Standing } from "../../store/batch-state.ts";
import { formatDuration } from "../../terminal/text.ts";
import { resultLineView } from "../../views/batch-views.ts";
import type { Clock } from "../run/clock.ts";
import { sweepFolder } from "../run/download.ts";
import { RanApp } from "../run/run-version.ts";
import type { Context, RunContext } from "../shared/context.ts";
import { needsLastingServer } from "../shared/lasting-server.ts";
import { admission, countSpent, spentText } from "./admission.ts";
import { type BatchRun, Failures, Streams } from "./batch-run.ts";
import { Book } from "./book.ts";
import { conclude } from "./conclude.ts";
import { headOf } from "./head.ts";
import { noteMissingFiles } from "./missing-files.ts";
import { changedIds, requireVersion, warnOfLostJournal, warnOfVersion } from "./note-changes.ts";
import { Pace } from "./pace.ts";
import { runRows } from "./passes.ts";
import { type PlannedRow, type Planning, planRows } from "./plan.ts";
import { preparePlanning } from "./planning.ts";
import type { BatchApp } from "./read-app.ts";
import { Repeated } from "./repeated.ts";
import type { BatchRequest } from "./request.ts";
import { RowNames } from "./row-names.ts";
import { leftBy, Stop } from "./stop.ts";
import { tellLostWait } from "./submit-row.ts";
import { Tally, type TallyOptions } from "./tally.ts";
import { carriedOver } from "./version-ran.ts";
import { Wanted } from "./wanted.ts";

/** Runs the rows that are to be run, follows those that run already, and tells how all of them stand. */
export async function runBatch(ctx: Context, request: BatchRequest, clock: Clock): Promise<void> {
  const api = await ctx.api();
  requireLastingServer(api, request);
  await keepHeapSmall();
  const { app, planning } = await preparePlanning(ctx, api, request.source);
  const rows = await planRows(planning);
  const head = await headOf(ctx, api, app!.name);
  const { ledger, state } = await BatchLedger.open(request.files, head, {
    owner: ctx.store.owner,
    sleep: (ms) => api.sleep(ms, ctx.signal),
  });
  const stop = new Stop();
  let changed: string | null = null;
  try {
    const book = new Book(ledger, state, ctx.out.redact);
    const plan = { planning, rows, book, app: app! };
    warnOfLostJournal(ctx, state, request.files.journal);
    requireVersion({ planning, rows, state }, head.app, request.flags.again);
    for (const moved of carriedOver(state, rows, planning)) book.note(moved);
    warnOfVersion(ctx, { planning, rows, state }, head.app);
    changed = changedIds({ planning, rows, state });
    const run = await createRun(ctx, api, request, plan, stop, clock);
    const behind = await leftBehind(request);
    if (api.outlivesCommand) ctx.signals.onForceQuit(behind);
    if (run.options.save !== null) {
      await sweepFolder(ctx, run.options.save);
      await noteMissingFiles(ctx, request.files, rows, run.options.save);
    }
    tellLostWait(run);
    await runRows(run);
    run.repeated.tell((text) => ctx.out.warn(text));
    if (!stop.reason || stop.reason.facts.code === "too_many_failures") await run.wanted.close(book);
  } finally {
    await ledger.close();
  }
  if (ctx.signal.aborted && !(ctx.signal.reason instanceof BeltError)) throw ctx.signal.reason;
  const { files, command, flags } = request;
  await conclude(ctx, {
    files,
    rows,
    saves: flags.save !== undefined,
    changed,
    reason: stop.reason,
    command,
  });
}

/** Left to itself, the heap of thousands of rows grows to four times what is in it before it is cleared. */
async function keepHeapSmall(): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  setFlagsFromString("--heap-growing-percent=50");
}

interface Plan {
  planning: Planning;
  rows: PlannedRow[];
  book: Book;
  app: BatchApp;
}

async function createRun(
  ctx: Context,
  api: Api,
  { source, flags, budget }: BatchRequest,
  plan: Plan,
  stop: Stop,
  clock: Clock,
): Promise<BatchRun> {
  const { jobs = 32, retries = 3, maxFailures = 10 } = flags;
  const { onInterrupt, again = null, save = null, receipt = false } = flags;
  const { planning, rows, book, app } = plan;
  stop.when(ctx.signal, leftBy);
  stop.when(clock.signal, () => outOfTime(clock));
  const settled = new Set<string>();
  const quiet = quietly(ctx);
  countSpent(ctx, budget, book.state);
  const wanted = await Wanted.open(book, { again, saves: save !== null, settled });
  const ending = AbortSignal.any([ctx.signal, clock.signal]);
  const pace = new Pace({ ceiling: jobs, pause: api.policy.retries.at(-1) ?? 1_000, now: ctx.now });
  const tally = createTally(ctx, plan, wanted, {
    spent: () => spentText(budget),
    pause: () => pace.pauseLeft,
  });
  if (onInterrupt === "cancel") tellCancelling(ctx, tally);
  return {
    ctx: quiet,
    api,
    planning,
    rows,
    book,
    knownApp: new RanApp(quiet, api, source.shared.app, app.schemas),
    names: new RowNames(rows),
    defaultFunction: app.schemas?.defaultFunction ?? "run",
    pace,
    stop,
    tally,
    options: { retries, again, save, receipt, onInterrupt, jobs },
    admit: admission({ ...quiet, signal: ending }, api, source, budget, receipt),
    wanted,
    deadline: clock.signal,
    ending,
    streams: new Streams(),
    settled,
    failures: new Failures(maxFailures, stop),
    repeated: new Repeated(),
    onLine: async (line: ResultLine) => {
      tally.line(line);
      ctx.out.event(line, resultLineView);
      await ctx.out.drained();
    },
    note: (text) => ctx.out.note(text),
  };
}

function createTally(
  { out, now }: Context,
  { rows, book }: Plan,
  wanted: Wanted,
  told: Pick<TallyOptions, "spent" | "pause">,
): Tally {
  const settled = rows.filter((row) => !wanted.submits(row) && !wanted.follows(row));
  const count = (standing: Standing) => settled.filter(({ key }) => book.standing(key) === standing).length;
  const failed = count("failed");
  return new Tally({
    total: rows.length,
    // A row in doubt may yet be found.
    done: settled.length - failed - count("in-doubt"),
    failed,
    now,
    ...told,
    show: (parts, isMilestone) => out.progress.tally(parts, isMilestone),
  });
}

/** The answers to the cancels may take a while. */
function tellCancelling({ signal, out }: Context, tally: Tally): void {
  const tell = () => {
    const { running } = tally.progress;
    if (running === 0 || !(signal.reason instanceof BeltError)) return;
    const rows = `${running} ${running === 1 ? "row" : "rows"}`;
    out.note(`cancelling ${rows}; a second Ctrl-C leaves at once`);
  };
  signal.addEventListener("abort", tell, { once: true });
}

/** What a single run tells as it goes would be too much of many. */
function quietly(ctx: Context): RunContext {
  const { out } = ctx;
  return {
    ...ctx,
    out: {
      note() {},
      warn: (text) => out.warn(text),
      trace: (text) => out.trace(text),
      redact: out.redact,
      progress: { busy() {}, phase() {} },
    },
  };
}

function outOfTime({ timeout }: Clock): BeltError {
  return new BeltError({
    code: "timeout",
    message: `out of time after ${formatDuration(timeout)}`,
    exit: "stillRunning",
  });
}

async function leftBehind({ command }: BatchRequest) {
  return { message: "tasks of the batch may still be running", hint: await command() };
}

/** A server inside this process ends with the command, and what is left to run on it would, too. */
function requireLastingServer(api: Api, { flags }: BatchRequest): void {
  if (api.outlivesCommand || flags.onInterrupt !== "detach") return;
  throw needsLastingServer("--on-interrupt detach");
}
