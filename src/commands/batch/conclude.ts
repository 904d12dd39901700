import { relative } from "node:path";
import { BeltError, type Exit } from "../../errors.ts";
import { type BeltCommand, type Hint, joinHints } from "../../hint.ts";
import type { BatchFiles } from "../../store/batch-ledger.ts";
import type { Again } from "../../store/batch-records.ts";
import { realPlace } from "../../store/real-place.ts";
import { type BatchReport, causesView, reportText } from "../../views/batch-views.ts";
import { isBelow } from "../run/receipt-input.ts";
import type { Context } from "../shared/context.ts";
import type { PlannedRow } from "./plan.ts";
import { readReport } from "./report.ts";

interface Ending {
  files: BatchFiles;
  rows: readonly PlannedRow[];
  saves: boolean;
  /** Which ids have new content. */
  changed: string | null;
  /** Why no more rows were begun; null when all were. */
  reason: BeltError | null;
  command(again?: Again): Promise<BeltCommand>;
}

/** Tells how the rows stand, as the files say, and ends by what that comes to (src/cli/README.md, "Many runs"). */
export async function conclude(ctx: Context, ending: Ending): Promise<void> {
  const { files, rows, saves, changed, reason, command } = ending;
  const report = await readReport(files, rows, saves);
  if (report.causes.length > 0) ctx.out.noteAs(report.causes, causesView);
  if (changed !== null) ctx.out.note(changed);
  const told = `${reportText(report)}; results in ${shownPath(await realPlace(ctx.machine.cwd), files.results)}`;
  // That no more rows are begun is no failure where none is left.
  if (report.done === report.rows && (!reason || reason.facts.code === "new_version")) {
    if (reason) ctx.out.warn(reason.message);
    return ctx.out.note(told);
  }
  const exit = exitOf(reason, report);
  const error = reason
    ? reason.with({ message: `${reason.message}; ${told}`, exit })
    : new BeltError({ code: "batch_incomplete", message: told, exit });
  const { hint, code } = error.facts;
  const next: Hint =
    code === "over_budget" && hint
      ? "the same command goes on with that"
      : [await command(againFor(report)), " goes on"];
  throw error.with({ hint: hint ? joinHints(hint, next) : next, retryable: false });
}

/** As people would type it here. */
function shownPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return isBelow(short) ? short : path;
}

/** What a row in doubt outweighs: that money may be spent unseen is more than that time ran out or rows failed. */
const LESS_THAN_DOUBT: readonly Exit[] = ["failure", "partial", "stillRunning"];

/** By the reason why no more rows were begun, else by how they stand. */
function exitOf(reason: BeltError | null, { in_doubt, running, left }: BatchReport): Exit {
  const exit = reason?.facts.exit ?? (running + left > 0 ? "stillRunning" : "partial");
  return in_doubt > 0 && LESS_THAN_DOUBT.includes(exit) ? "inDoubt" : exit;
}

/** What the same command would leave alone once all else is done. */
function againFor({ running, left, unsaved, failed, in_doubt, lost }: BatchReport): Again | undefined {
  if (running + left + unsaved + in_doubt - lost > 0) return undefined;
  return failed > 0 ? "failed" : lost > 0 ? "in-doubt" : undefined;
}
