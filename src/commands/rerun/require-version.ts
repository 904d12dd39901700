import { cancelTask } from "../../api/cancel.ts";
import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { asBeltError, BeltError } from "../../errors.ts";
import { belt, type Hint } from "../../hint.ts";
import type { JsonObject } from "../../wire/types.ts";
import { versionTold } from "../run/run-version.ts";
import type { Recipe } from "./recipe.ts";

/** Milliseconds for the cancel to be answered. */
const CANCEL_PATIENCE = 15_000;

/** True when it is told, and is another than the recipe's. */
export function isOtherVersion({ version }: Recipe, task: JsonObject): boolean {
  const told = versionTold(task);
  return version.id !== null && told.id !== null && told.id !== version.id;
}

/** Cancels a task that runs another version than the one asked for, and throws what came of it. */
export async function refuseVersion(
  api: Api,
  recipe: Recipe,
  task: JsonObject & { id: string },
  hint: () => Promise<Hint>,
): Promise<never> {
  const signal = deadline(CANCEL_PATIENCE);
  const outcome = await cancelTask(api, task.id, signal).catch((thrown) => asBeltError(thrown));
  const told = `version ${versionTold(task).id} of ${recipe.app} was started, not ${recipe.version.id} as before`;
  if (outcome instanceof BeltError) {
    throw outcome.with({
      message: `${told}; task ${task.id} could not be cancelled and may still be running: ${outcome.message}`,
      hint: belt("task cancel", task.id),
      exit: "stillRunning",
      taskId: task.id,
    });
  }
  const what = outcome.cancelled
    ? `was ${outcome.status === "cancelled" ? "" : "being "}cancelled`
    : "had ended";
  throw new BeltError({
    code: "version_mismatch",
    message: `${told}; task ${task.id} ${what.replace("was being", "is being")}`,
    hint: await hint(),
    exit: "notFound",
    taskId: task.id,
  });
}
