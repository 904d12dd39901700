import { asBeltError, BeltError, type ErrorDocument } from "../../errors.ts";
import { manyView } from "../../terminal/many-view.ts";
import type { View } from "../../terminal/output.ts";
import type { Context } from "./context.ts";
import { mapLimit } from "./map-limit.ts";

/** What came of one id: its document, its error, or both, as for a task that failed. */
export type Outcome<T extends object> =
  | { id: string; document: T; error: BeltError | null }
  | { id: string; document: null; error: BeltError };

/** What stands in the place of an id that failed (src/cli/README.md, "Ids"). */
interface Failure {
  id: string;
  error: ErrorDocument;
}

/** Ids worked on at the same time. */
const AT_ONCE = 8;

/** Does `work` for each id, a bounded number at once; an id that fails does not stop the others. */
export async function forEachId<T extends object>(
  ctx: Context,
  ids: readonly string[],
  work: (id: string) => Promise<T>,
): Promise<Outcome<T>[]> {
  const tried = async (id: string): Promise<Outcome<T>> => {
    const outcome = await work(id).then(
      (document) => ({ id, document, error: null }),
      (thrown) => ({ id, document: null, error: asBeltError(thrown) }),
    );
    ctx.signal.throwIfAborted();
    return outcome;
  };
  return await mapLimit(ids, AT_ONCE, tried);
}

/**
 * Prints one object for one id and an array for several, in the order asked, then throws when
 * something failed: the same exit code when all failed alike, else 9.
 */
export function printResults<T extends object>(
  ctx: Context,
  outcomes: Outcome<T>[],
  several: boolean,
  view: View<T>,
): void {
  try {
    print(ctx, outcomes, several, view);
  } finally {
    requireAll(outcomes);
  }
}

/** Prints what came of each id, whatever it was. */
export function print<T extends object>(
  ctx: Context,
  outcomes: Outcome<T>[],
  several: boolean,
  view: View<T>,
): void {
  if (several)
    ctx.out.result(
      outcomes.map((outcome) => placed(ctx, outcome)),
      manyView(view),
    );
  else if (outcomes[0]?.document) ctx.out.result(outcomes[0].document, view);
}

function placed<T extends object>(ctx: Context, outcome: Outcome<T>): T | Failure {
  const { id, document, error } = outcome;
  return document ?? { id, error: ctx.out.document(error as BeltError) };
}

/** Throws for the ids that failed; how they failed outweighs what else went wrong. */
export function requireAll(outcomes: readonly { id: string; error: BeltError | null }[]): void {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  if (!first) return;
  if (outcomes.length === 1) throw first;
  const alike = errors.every((error) => error.exitCode === first.exitCode);
  const exit = alike && (errors.length === outcomes.length || first.facts.exit === "stillRunning");
  throw new BeltError({
    code: exit ? first.facts.code : "partial",
    message: `${counted(errors, outcomes.length)}: ${namedFailures(outcomes)}`,
    exit: exit ? first.facts.exit : "partial",
    retryable: errors.every((error) => error.facts.retryable ?? false),
  });
}

/** "1 of 3 failed, 1 still running": a wait that ran out of time is no failure. */
function counted(errors: BeltError[], all: number): string {
  const running = errors.filter(({ facts }) => facts.exit === "stillRunning").length;
  const failed = errors.length - running;
  if (failed === 0) return `${running} of ${all} still running`;
  return `${failed} of ${all} failed${running > 0 ? `, ${running} still running` : ""}`;
}

/** The first failures by name; hundreds of them would tell no more. */
function namedFailures(outcomes: readonly { id: string; error: BeltError | null }[]): string {
  const failed = outcomes.flatMap(({ id, error }) => (error ? `${id} (${error.message})` : []));
  const more = failed.length - NAMED;
  return failed.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const NAMED = 5;
