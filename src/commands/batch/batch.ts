import { stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { usageError } from "../../errors.ts";
import { readsStdin } from "../../input/parse-input.ts";
import { parsePath } from "../../input/path.ts";
import { type BatchFiles, batchFiles } from "../../store/batch-ledger.ts";
import type { Again } from "../../store/batch-records.ts";
import { realPlace } from "../../store/real-place.ts";
import { budgetOf } from "../run/budget.ts";
import { createClock } from "../run/clock.ts";
import { type ParsedRun, parseRun } from "../run/parse-run.ts";
import { RunSecrets } from "../run/run-secrets.ts";
import { checkSave } from "../run/save-run.ts";
import { findReadable } from "../run/upload.ts";
import type { Context } from "../shared/context.ts";
import { dryRun } from "./dry-run.ts";
import { commandOf } from "./next-command.ts";
import type { BatchFlags } from "./request.ts";
import type { RowsFile } from "./rows.ts";
import { runBatch } from "./run-batch.ts";
import { folderOf, type SourceOptions } from "./source.ts";
import { parseVary } from "./vary.ts";

/** `belt batch`: many runs from a file of rows, whose results file can be gone on with (src/cli/README.md, "Many runs"). */
export async function batch(
  ctx: Context,
  app: string,
  rows: string | undefined,
  flags: BatchFlags,
): Promise<void> {
  ctx.out.refuseField("batch");
  const budget = budgetOf(ctx, flags, flags.dryRun ? undefined : "no more rows are begun");
  const clock = createClock(flags.timeout);
  clock.start();
  try {
    const files = await batchFiles(resolve(ctx.machine.cwd, await outOf(ctx, rows, flags)));
    const source = await readSource(ctx, app, rows, flags);
    await requireOther(files, source.file);
    await checkSave(ctx, flags);
    const secrets = new RunSecrets(ctx, source.shared);
    const command = (again?: Again) => commandOf(app, rows, flags, secrets, again);
    const request = { source, files, flags, budget, command };
    await (flags.dryRun ? dryRun(ctx, request) : runBatch(ctx, request, clock));
  } finally {
    clock.stop();
  }
}

/** "prompts.results.ndjson" for "prompts.jsonl". */
async function outOf(ctx: Context, rows: string | undefined, { out, vary }: BatchFlags): Promise<string> {
  if (rows === undefined && !vary)
    throw usageError("there are no rows", "name a file of rows, or - for standard input, or give --vary");
  if (out === "") throw usageError("--out is empty");
  if (out?.endsWith("/")) throw usageError(`--out: ${out} names a folder`, "name a file");
  if (out !== undefined) return out;
  const alone = rows === undefined ? "--vary alone" : await passing(ctx, rows);
  if (rows === undefined || alone !== null)
    throw usageError(
      `--out is needed with ${alone}`,
      "--out results.ndjson names the file that the results go to",
    );
  return join(dirname(rows), `${basename(rows, extname(rows))}.results.ndjson`);
}

/** Rows that no results file can stand beside, in words: a pipe is gone with the command. Null for a file. */
async function passing({ machine: { cwd } }: Context, rows: string): Promise<string | null> {
  if (rows === "-") return "rows from standard input";
  const path = resolve(cwd, rows);
  const found = await stat(path).catch(() => null);
  const isPassing = /^\/(dev|proc)\//.test(path) || (found && !found.isFile() && !found.isDirectory());
  return isPassing ? `rows from ${rows}, which is no file of its own` : null;
}

async function readSource(
  ctx: Context,
  app: string,
  rows: string | undefined,
  flags: BatchFlags,
): Promise<SourceOptions> {
  if (rows === "-" && [...(flags.input ?? []), ...(flags.setup ?? [])].some(readsStdin))
    throw usageError("standard input holds the rows, and can be read only once");
  const shared: ParsedRun = await parseRun(ctx, app, flags);
  return {
    file: rows === undefined ? null : await findRows(ctx, rows, flags.allowSensitive ?? false),
    variations: parseVary(flags.vary ?? []),
    uploads: (flags.upload ?? []).map(parsePath),
    folder: folderOf(rows ?? "-", ctx.machine.cwd),
    cwd: ctx.machine.cwd,
    shared,
  };
}

/** The file of the rows; they are read twice, so that a pipe has to become one. */
async function findRows(ctx: Context, rows: string, allowSensitive: boolean): Promise<RowsFile> {
  if (rows === "-") return { name: "standard input", path: await ctx.readers.spool("-") };
  const { path } = await findReadable(ctx, rows, allowSensitive);
  return { name: rows, path };
}

async function requireOther({ results, journal, lock }: BatchFiles, file: RowsFile | null): Promise<void> {
  const place = file && (await realPlace(file.path));
  if (place !== null && [results, journal, lock].includes(place))
    throw usageError(`--out: ${place} holds the rows`, "name another file");
}
