import type { TaskDocument } from "../resources/task.ts";
import type { Change } from "../resources/task-state.ts";

/** What is learned of a task. */
export type Fact =
  | (Change & { elapsed_ms?: number })
  | { type: "link"; state: "open" | "retrying" | "polling" }
  | { type: "result"; task: TaskDocument };

/** One line of a task's life (src/cli/README.md, "Events"). */
export type TaskEvent = { seq: number; time: string; task_id: string } & Fact;
