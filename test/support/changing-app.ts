import type { JsonObject } from "../../src/wire/types.ts";
import type { ServedTask, TaskServerOptions } from "./task-server.ts";

/** The names of a version, and how a task tells which one it runs in. */
export interface Naming {
  app(version: number): JsonObject;
  task(version: number, task: ServedTask): JsonObject;
}

export const NAMINGS: Record<string, Naming> = {
  "a short id, tasks by the long one": {
    app: (version) => ({ id: `ver_long_${version}`, short_id: `v${version}` }),
    task: (version) => ({ app_version_id: `ver_long_${version}` }),
  },
  "a short id, tasks by it": {
    app: (version) => ({ id: `ver_long_${version}`, short_id: `v${version}` }),
    task: (version) => ({ app_version: { short_id: `v${version}` } }),
  },
  "an id": {
    app: (version) => ({ id: `v${version}` }),
    task: (version) => ({ app_version_id: `v${version}` }),
  },
  "an id, tasks as they end": {
    app: (version) => ({ id: `v${version}` }),
    task: (version, { status }) => (status === "running" ? {} : { app_version_id: `v${version}` }),
  },
};

export const SHORT = NAMINGS["a short id, tasks by the long one"]!;

/** The version that the n-th task of a server ran in. */
type VersionOf = (n: number) => number;

function numberOf({ id }: ServedTask): number {
  return Number(id.slice("task_".length));
}

/** An app whose versions come while tasks of it are submitted: told once a task has run in them. */
export function changingApp(versionOf: VersionOf, naming: Naming = SHORT): TaskServerOptions {
  return {
    app: ({ tasks }) => ({ id: "app_1", version: naming.app(versionOf(Math.max(1, tasks.length))) }),
    fields: (task) => naming.task(versionOf(numberOf(task)), task),
  };
}
