/** What completed tasks came to, as the API breaks it down. */
import type { JsonObject } from "../../wire/types.ts";
import type { Task } from "../tasks/task.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far back a time goes, and the steps in which it is told, in milliseconds. */
interface Range {
  length: number;
  step: number;
}

export const RANGES: Record<string, Range> = {
  "1h": { length: HOUR, step: MINUTE },
  "1d": { length: DAY, step: HOUR },
  "7d": { length: 7 * DAY, step: DAY },
  "30d": { length: 30 * DAY, step: DAY },
  "90d": { length: 90 * DAY, step: DAY },
};

/** Of tasks in any order; those that did not complete cost nothing. */
export function breakdown(tasks: Task[], to: number, { length, step }: Range): JsonObject {
  const steps = new Map<string, Map<string, number>>();
  const apps = new Map<string, { calls: number; cost: number }>();
  for (const { status, appId, cost = 0, createdAt } of tasks) {
    if (status !== "completed") continue;
    const app = apps.get(appId) ?? { calls: 0, cost: 0 };
    apps.set(appId, { calls: app.calls + 1, cost: app.cost + cost });
    const date = dateOf(createdAt, step);
    const perApp = steps.get(date) ?? new Map<string, number>();
    steps.set(date, perApp.set(appId, (perApp.get(appId) ?? 0) + cost));
  }
  const perModel = [...apps].map(([name, { calls, cost }]) => ({
    app_endpoint: name,
    call_count: calls,
    cost,
  }));
  return {
    timeseries: [...steps]
      .sort(byKey)
      .map(([date, perApp]) => ({ date, per_app: Object.fromEntries(perApp) })),
    per_model: perModel.sort((a, b) => b.cost - a.cost),
    models: [...apps.keys()],
    total_cost: perModel.reduce((sum, { cost }) => sum + cost, 0),
    period_start: new Date(to - length).toISOString(),
    period_end: new Date(to).toISOString(),
  };
}

/** "2026-05-28", or the time at which a shorter step begins. */
function dateOf(time: number, step: number): string {
  const start = new Date(Math.floor(time / step) * step).toISOString();
  return step === DAY ? start.slice(0, "2026-05-28".length) : start;
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
