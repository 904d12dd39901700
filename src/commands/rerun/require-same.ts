import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { hashOutput, hashSaved, type OutputHashes } from "../run/output-hash.ts";
import type { Finished } from "../run/run.ts";
import type { Context } from "../shared/context.ts";

/** Throws exit 1 when what came out is not, byte for byte, what came out before. */
export async function requireSame(
  ctx: Context,
  before: OutputHashes,
  { api, task, saving }: Finished,
): Promise<void> {
  const now = await (saving ? hashSaved(ctx, task, saving.files) : hashOutput(ctx, api, task));
  const differences = differencesOf(before, now);
  const count = `${now.files.length} ${now.files.length === 1 ? "file" : "files"}`;
  if (differences.length === 0) return ctx.out.note(`what came out is the same as before: ${count}`);
  throw new BeltError({
    code: "not_same",
    message: `what came out is not the same as before: ${differences.join("; ")}`,
    hint: belt("task get", task.id),
    exit: "failure",
    taskId: task.id,
  });
}

function differencesOf(before: OutputHashes, now: OutputHashes): string[] {
  const [was, is] = [byPlace(before), byPlace(now)];
  const places = [...new Set([...was.keys(), ...is.keys()])];
  const files = places.flatMap((place) => {
    const [one, other] = [was.get(place), is.get(place)];
    if (one === other) return [];
    if (one === undefined || other === undefined)
      return [`${place} ${one === undefined ? "is new" : "is gone"}`];
    return [`${place} has SHA-256 ${other}, not ${one}`];
  });
  return before.rest === now.rest ? files : [...files, "the values beside the files differ"];
}

function byPlace({ files }: OutputHashes): Map<string, string> {
  return new Map(files.map(({ field, sha256 }) => [field.join(".") || "the output", sha256]));
}
