import { transferText } from "../../views/transfer-text.ts";
import type { RunContext } from "../shared/context.ts";

/** Shows how far files are on their way, all together. `total` is null when not all sizes are known. */
export function transferProgress(
  ctx: RunContext,
  what: string,
  total: number | null,
): (name: string, bytes: number) => void {
  const start = ctx.now();
  const moved = new Map<string, number>();
  let sum = 0;
  ctx.out.progress.busy(what);
  return (name, bytes) => {
    sum += bytes - (moved.get(name) ?? 0);
    moved.set(name, bytes);
    ctx.out.progress.busy(transferText({ what, bytes: sum, total, ms: ctx.now() - start }));
  };
}
