import type { Api } from "../../api/client.ts";
import { notAsExpected } from "../../api/paths.ts";
import { BeltError } from "../../errors.ts";
import { type TaskLog, taskLogView } from "../../views/log-view.ts";
import { isObject } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";
import { printEachId } from "../shared/for-each-id.ts";
import { resolveIds } from "../shared/ids.ts";
import { aboutTask } from "../shared/task-errors.ts";

/** `belt task logs <id…>`: the log so far. */
export async function logs(ctx: Context, references: string[]): Promise<void> {
  const given = await resolveIds(ctx, references, "task");
  const api = await ctx.api();
  const read = aboutTask((id) => readLog(api, id));
  await printEachId(ctx, given, read, taskLogView(given.asArray));
}

/** Older servers have no route for logs; they keep them in the task. */
async function readLog(api: Api, id: string): Promise<TaskLog> {
  const answer = await api.logs(id).catch(async (thrown) => {
    const missing = thrown instanceof BeltError && [404, 405].includes(thrown.facts.httpStatus ?? 0);
    if (missing) return await api.task(id);
    throw thrown;
  });
  const list = isObject(answer) ? answer["logs"] : answer;
  const isOfTask = isObject(answer) && ["task_id", "id", "status", "events"].some((field) => field in answer);
  if (list === undefined && !isOfTask)
    throw notAsExpected(`its answer about the log of task ${id} has no log`);
  return { task_id: id, logs: Array.isArray(list) ? list : list ? [list] : [] };
}
