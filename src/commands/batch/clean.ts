import type { TaskDocument } from "../../api/resources/task.ts";
import { asBeltError, type BeltError } from "../../errors.ts";
import type { BatchRun, Job } from "./batch-run.ts";
import { RowSecrets } from "./row-secrets.ts";

/** An error that quotes nothing secret of the row. */
export async function clean(run: BatchRun, job: Job, thrown: unknown): Promise<BeltError> {
  const error = asBeltError(thrown);
  const secrets = await secretsOf(run, job);
  const message = secrets.clean(error.message);
  return message === error.message ? error : error.with({ message });
}

/** A task that tells nothing secret of the row. */
export async function cleanTask(run: BatchRun, job: Job, task: TaskDocument): Promise<TaskDocument> {
  const secrets = await secretsOf(run, job);
  return { ...task, output: secrets.clean(task.output), error: secrets.clean(task.error) };
}

async function secretsOf(run: BatchRun, { prepared: { candidate, coerced } }: Job): Promise<RowSecrets> {
  return new RowSecrets(coerced, await run.knownApp.secretSchemas(candidate.function));
}
