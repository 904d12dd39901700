import { formatUsd } from "../../api/resources/money.ts";
import type { CostFlags } from "./budget.ts";
import type { RequestFlags } from "./parse-run.ts";
import type { FollowFlags } from "./run.ts";

type ShownFlags = Pick<RequestFlags, "allowSensitive"> &
  CostFlags &
  Pick<FollowFlags, "timeout" | "onInterrupt" | "save" | "receipt">;

/** Options that runs of any kind take, as they were typed, for a hint that goes on with the same. */
export function shownFlags(flags: ShownFlags): string[] {
  return [
    ...shownSwitch("--allow-sensitive", flags.allowSensitive),
    ...shownOption("--max-cost", flags.maxCost === undefined ? undefined : formatUsd(flags.maxCost)),
    ...shownSwitch("--allow-unknown-cost", flags.allowUnknownCost),
    ...shownOption("--timeout", flags.timeout === undefined ? undefined : `${flags.timeout}ms`),
    ...(flags.onInterrupt === "cancel" ? [] : ["--on-interrupt", flags.onInterrupt]),
    ...shownOption("--save", flags.save),
    ...shownSwitch("--receipt", flags.receipt),
  ];
}

export function shownOption(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}

export function shownSwitch(name: string, isOn = false): string[] {
  return isOn ? [name] : [];
}
