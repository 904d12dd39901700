import type { JsonObject } from "../../src/wire/types.ts";
import { ndjson } from "./scripted-api.ts";
import { api } from "./stage.ts";

/** A task that is running when first asked about, and ends as told when it is followed. */
export function ends(id: string, end: JsonObject): void {
  api
    .on(`GET /tasks/${id}`, api.ok({ id, status: "running" }), api.ok({ id, ...end }))
    .on(`GET /tasks/${id}/stream`, ndjson([{ id, ...end }]));
}

/** A task that runs as long as anybody looks; what is waited for may be over before anybody does. */
export function runsOn(id: string): void {
  api
    .offer(`GET /tasks/${id}`, api.ok({ id, status: "running" }))
    .offer(`GET /tasks/${id}/stream`, ndjson([{ id, status: "running" }], "open"))
    .offer(`GET /tasks/${id}/logs`, api.ok({ task_id: id, logs: [] }));
}

/** A task whose end polling finds: nobody may open a stream of it. */
export function polled(id: string, end: JsonObject): void {
  api
    .on(`GET /tasks/${id}`, api.ok({ id, status: "running" }), api.ok({ id, ...end }))
    .on(`GET /tasks/${id}/logs`, api.ok({ task_id: id, logs: [] }));
}

export const DONE = { status: "completed", output: { text: "ok" } };
export const FAILED = { status: "failed", error: "no luck" };
