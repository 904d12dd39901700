import type { TaskDocument } from "../resources/task.ts";
import type { Change } from "../resources/task-state.ts";
import type { Link } from "./keep-following.ts";

/** What is learned of a task. */
export type Fact = (Change & { elapsed_ms?: number }) | Link | { type: "result"; task: TaskDocument };

/** One line of a task's life (src/cli/README.md, "Events"). */
export type TaskEvent = { seq: number; time: string; task_id: string } & Fact;
