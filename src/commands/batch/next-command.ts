import { type BeltCommand, belt } from "../../hint.ts";
import type { Again } from "../../store/batch-records.ts";
import type { RunSecrets } from "../run/run-secrets.ts";
import { shownFlags, shownOption } from "../run/shown-flags.ts";
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
  return belt(
    "batch",
    app,
    ...(rows === undefined ? [] : [rows]),
    ...(await shownSpecs("--input", flags.input, secrets)),
    ...(await shownSpecs("--setup", flags.setup, secrets)),
    ...(await shownSpecs("--vary", flags.vary, secrets)),
    ...each("--upload", flags.upload),
    ...shownOption("--function", flags.function),
    ...shownOption("--infra", flags.infra),
    ...each("--worker", flags.worker),
    ...shownOption("--variant", flags.variant),
    ...shownOption("--out", flags.out),
    ...shownOption("--jobs", flags.jobs),
    ...shownOption("--retries", flags.retries),
    ...shownOption("--max-failures", flags.maxFailures),
    ...shownFlags(flags),
    ...shownOption("--again", again),
  );
}
