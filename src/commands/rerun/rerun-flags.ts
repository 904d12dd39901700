import type { CostFlags } from "../run/budget.ts";
import type { FollowFlags } from "../run/run.ts";
import type { ChangeFlags } from "./parse-rerun.ts";

export interface RerunFlags extends ChangeFlags, CostFlags, Omit<FollowFlags, "wait" | "events"> {
  /** Compare what comes out with what came out before. */
  expectSame?: boolean;
  yes?: boolean;
  dryRun?: boolean;
}
