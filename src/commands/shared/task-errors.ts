import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";

/** A refusal about a task, with the command that shows which tasks there are. */
export function explainTask(thrown: unknown, taskId: string): unknown {
  if (!(thrown instanceof BeltError)) return thrown;
  const error = thrown.with({ taskId });
  if (error.facts.code !== "not_found") return error;
  return error.with({
    hint: [
      belt("task list"),
      " shows the tasks of this account; ",
      belt("doctor"),
      " tells which account is in force",
    ],
  });
}

/** Work on one task whose errors name it. */
export function aboutTask<T>(work: (id: string) => Promise<T>): (id: string) => Promise<T> {
  return async (id) => {
    try {
      return await work(id);
    } catch (thrown) {
      throw explainTask(thrown, id);
    }
  };
}
