import { asBeltError, BeltError, type ErrorDocument } from "../../errors.ts";
import { belt, type Hint, renderHint } from "../../hint.ts";
import { manyView } from "../../terminal/many-view.ts";
import type { View } from "../../terminal/output.ts";
import type { Context } from "./context.ts";
import type { ResolvedIds } from "./ids.ts";
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
    // What the work says of being stopped says more than the reason alone.
    if (ctx.signal.aborted) throw outcome.error?.isStop ? outcome.error : ctx.signal.reason;
    return outcome;
  };
  return await mapLimit(ids, AT_ONCE, tried);
}

/** Does `work` for each id, and prints what came of them. */
export async function printEachId<T extends object>(
  ctx: Context,
  { ids, asArray }: ResolvedIds,
  work: (id: string) => Promise<T>,
  view: View<T>,
): Promise<void> {
  printResults(ctx, await forEachId(ctx, ids, work), asArray, view);
}

/**
 * Prints one object for one id and an array for several, in the order asked, then throws when
 * something failed: the same exit code when all failed alike, else 9.
 */
export function printResults<T extends object>(
  ctx: Context,
  outcomes: Outcome<T>[],
  asArray: boolean,
  view: View<T>,
): void {
  try {
    print(ctx, outcomes, asArray, view);
  } finally {
    requireAll(outcomes);
  }
}

/** Prints what came of each id, whatever it was. */
export function print<T extends object>(
  ctx: Context,
  outcomes: Outcome<T>[],
  asArray: boolean,
  view: View<T>,
): void {
  if (asArray)
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
  const isVerdict = alike && (errors.length === outcomes.length || first.facts.exit === "stillRunning");
  const message = `${counted(errors, outcomes.length)}: ${namedFailures(outcomes)}`;
  const retryable = errors.every((error) => error.facts.retryable ?? false);
  // The hint of one speaks for all that failed in the same way, unless it names that one.
  if (isVerdict) throw first.with({ message, retryable, taskId: undefined, hint: sharedHint(errors) });
  const hinted = errors.filter(({ facts }) => facts.hint);
  const hint = areHintsAlike(hinted) ? hinted[0]?.facts.hint : undefined;
  throw new BeltError({ code: "partial", message, hint, exit: "partial", retryable });
}

function sharedHint(errors: readonly BeltError[]): Hint | undefined {
  return areHintsAlike(errors) ? errors[0]?.facts.hint : belt("task list");
}

function areHintsAlike(errors: readonly BeltError[]): boolean {
  return new Set(errors.map(({ facts }) => (facts.hint ? renderHint(facts.hint) : ""))).size <= 1;
}

/** "1 of 3 failed, 1 still running": a wait that ran out of time is no failure, nor is one that heard nothing. */
function counted(errors: BeltError[], all: number): string {
  const left = errors.filter(({ facts }) => facts.exit === "stillRunning");
  const running = left.filter(({ facts }) => facts.code === "still_running").length;
  const parts: [number, string][] = [
    [errors.length - left.length, "failed"],
    [running, "still running"],
    [left.length - running, "not known"],
  ];
  const [first, ...more] = parts.filter(([count]) => count > 0) as [[number, string], ...[number, string][]];
  return [`${first[0]} of ${all} ${first[1]}`, ...more.map(([count, what]) => `${count} ${what}`)].join(", ");
}

/** The first failures by name; hundreds of them would tell no more. */
function namedFailures(outcomes: readonly { id: string; error: BeltError | null }[]): string {
  const failed = outcomes.flatMap(({ id, error }) =>
    error ? `${id} (${withoutName(error.message, id)})` : [],
  );
  const more = failed.length - NAMED;
  return failed.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** "failed: boom" of "task t failed: boom": the id stands before it. */
function withoutName(message: string, id: string): string {
  const name = [`task ${id} `, `session ${id} `].find((name) => message.startsWith(name)) ?? "";
  return message.slice(name.length);
}

const NAMED = 5;
