import { asBeltError, BeltError, type ErrorDocument } from "../errors.ts";
import { manyView } from "../terminal/many-view.ts";
import type { View } from "../terminal/output.ts";
import type { Context } from "./context.ts";

/** What came of one id: its document, its error, or both, as for a task that failed. */
export interface Outcome<T> {
  id: string;
  document: T | null;
  error: BeltError | null;
}

/** What stands in the place of an id that failed (cli.md section 5). */
interface Failure {
  id: string;
  error: ErrorDocument;
}

/** Ids worked on at the same time. */
const AT_ONCE = 8;

/** Does `work` for each id, a bounded number at once; an id that fails does not stop the others. */
export async function forEachId<T>(
  ctx: Context,
  ids: readonly string[],
  work: (id: string) => Promise<T>,
): Promise<Outcome<T>[]> {
  const outcomes: Outcome<T>[] = [];
  const queue = ids.entries();
  const worker = async () => {
    for (const [index, id] of queue) {
      outcomes[index] = await work(id).then(
        (document) => ({ id, document, error: null }),
        (thrown) => ({ id, document: null, error: asBeltError(thrown) }),
      );
      ctx.signal.throwIfAborted();
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, worker));
  return outcomes;
}

/**
 * Prints one object for one id and an array for several, in the order asked, then throws when
 * something failed: the same exit code when all failed alike, else 9.
 */
export function conclude<T extends object>(ctx: Context, outcomes: Outcome<T>[], view: View<T>): void {
  try {
    print(ctx, outcomes, view);
  } finally {
    requireAll(outcomes);
  }
}

/** Prints what came of each id, whatever it was. */
export function print<T extends object>(ctx: Context, outcomes: Outcome<T>[], view: View<T>): void {
  if (outcomes.length > 1) ctx.out.result(outcomes.map(placed), manyView(view));
  else if (outcomes[0]?.document) ctx.out.result(outcomes[0].document, view);
}

function placed<T>({ id, document, error }: Outcome<T>): T | Failure {
  return document ?? { id, error: (error ?? new BeltError(UNTOLD)).document() };
}

const UNTOLD = { code: "internal", message: "nothing came of it", exit: "failure" } as const;

/** Throws for the ids that failed; how they failed outweighs what else went wrong. */
export function requireAll(outcomes: readonly Outcome<unknown>[]): void {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  if (!first) return;
  if (outcomes.length === 1) throw first;
  const alike = errors.every((error) => error.exitCode === first.exitCode);
  const exit = alike && (errors.length === outcomes.length || first.facts.exit === "stillRunning");
  throw new BeltError({
    code: exit ? first.facts.code : "partial",
    message: `${errors.length} of ${outcomes.length} failed: ${errors.map((error) => error.message).join("; ")}`,
    exit: exit ? first.facts.exit : "partial",
    retryable: errors.every((error) => error.facts.retryable ?? false),
  });
}
