import type { BeltCommand } from "../../hint.ts";
import type { BatchFiles } from "../../store/batch-ledger.ts";
import type { Again } from "../../store/batch-records.ts";
import type { Budget, CostFlags } from "../run/budget.ts";
import type { RequestFlags } from "../run/parse-run.ts";
import type { SourceOptions } from "./source.ts";

export interface BatchFlags extends Omit<RequestFlags, "webhook" | "session" | "sessionTimeout">, CostFlags {
  vary?: string[];
  /** Keys whose values are paths of files to upload. */
  upload?: string[];
  out?: string;
  jobs?: number;
  retries?: number;
  maxFailures?: number;
  again?: Again;
  save?: string;
  receipt?: boolean;
  /** Milliseconds. */
  timeout?: number;
  onInterrupt: "cancel" | "detach";
  dryRun?: boolean;
}

/** A batch as it was asked for, all that can be checked without the API in order. */
export interface BatchRequest {
  source: SourceOptions;
  files: BatchFiles;
  flags: BatchFlags;
  budget: Budget;
  /** What to type to go on with it. */
  command(again?: Again): Promise<BeltCommand>;
}
