import { formatUsd } from "../../api/resources/money.ts";
import { type BeltCommand, belt } from "../../hint.ts";
import type { Again } from "../../store/batch-records.ts";
import type { RunSecrets } from "../run/run-secrets.ts";
import { shownSpecs } from "../run/shown-specs.ts";
import type { BatchFlags } from "./request.ts";

/** The same command, to be typed again; with `again` for the rows that it would leave alone. */
export async function commandOf(
  app: string,
  rows: string | undefined,
  flags: BatchFlags,
  secrets: RunSecrets,
  again: Again | undefined = flags.again,
): Promise<BeltCommand> {
  const each = (name: string, values: readonly string[] = []) => values.flatMap((value) => [name, value]);
  const one = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)];
  return belt(
    "batch",
    app,
    ...(rows === undefined ? [] : [rows]),
    ...(await shownSpecs("--input", flags.input, secrets)),
    ...(await shownSpecs("--setup", flags.setup, secrets)),
    ...(await shownSpecs("--vary", flags.vary, secrets)),
    ...each("--upload", flags.upload),
    ...(flags.allowSensitive ? ["--allow-sensitive"] : []),
    ...one("--function", flags.function),
    ...one("--infra", flags.infra),
    ...each("--worker", flags.worker),
    ...one("--variant", flags.variant),
    ...one("--out", flags.out),
    ...one("--jobs", flags.jobs),
    ...one("--retries", flags.retries),
    ...one("--max-failures", flags.maxFailures),
    ...one("--save", flags.save),
    ...(flags.receipt ? ["--receipt"] : []),
    ...one("--max-cost", flags.maxCost === undefined ? undefined : formatUsd(flags.maxCost)),
    ...(flags.allowUnknownCost ? ["--allow-unknown-cost"] : []),
    ...one("--timeout", flags.timeout === undefined ? undefined : `${flags.timeout}ms`),
    ...(flags.onInterrupt === "cancel" ? [] : ["--on-interrupt", flags.onInterrupt]),
    ...one("--again", again),
  );
}
