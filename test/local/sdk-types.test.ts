import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Json, ROOT, startServer } from "./server-fixture.ts";

const TYPES = readFileSync(join(ROOT, "node_modules/@inferencesh/sdk/dist/types.d.ts"), "utf8");

/** The fields that a published type of the SDK says are always there, its bases' too. */
function requiredOf(name: string): string[] {
  const [, bases = "", body] =
    new RegExp(`^export interface ${name}(?: extends ([\\w, ]+))? \\{\\n(.*?)^\\}`, "ms").exec(TYPES) ?? [];
  if (body === undefined) throw new Error(`the SDK has no type ${name}`);
  const own = [...body.matchAll(/^ {4}(\w+): /gm)].map(([, field]) => field!);
  return [...bases.split(", ").filter(Boolean).flatMap(requiredOf), ...own];
}

test("answers carry every field that the SDK's types name", async () => {
  const server = await startServer();
  const get = async (path: string) => (await server.call("GET", path)).body;
  const task = await server.run({ session: "new", session_timeout: 30, workers: ["wrk_cloud"] });
  const path = `/tasks/${task.id}`;
  const [logs, timings] = [await get(`${path}/logs`), await get(`${path}/timings`)];
  const [list, apps] = [await server.call("POST", "/tasks/list"), await server.call("POST", "/apps/list")];
  const app = await get("/apps/test/probe");
  const [created] = (await server.call("POST", "/files", { files: [{ filename: "a.txt" }] })).body;
  const answers: [string, Json][] = [
    ["TaskDTO", task],
    ["TaskDTO", await server.submit({})],
    ["TaskDTO", await get(path)],
    ["TaskDTO", list.body.items[0]],
    ["TaskEvent", task.events[0]],
    ["TaskLogsDTO", logs],
    ["TaskLog", logs.logs[0]],
    ["TaskLog", (await get(path)).logs[0]],
    ["TaskTimingsDTO", timings],
    ["TaskTimingGroup", timings.groups[0]],
    ["TaskTimingEvent", timings.events[0]],
    ["AppSessionDTO", await get(`/sessions/${task.session_id}`)],
    ["AppSessionDTO", (await get("/sessions"))[0]],
    ["AppDTO", app],
    ["AppDTO", apps.body.items[0]],
    ["AppImages", app.images],
    ["AppVersionDTO", app.version],
    ["AppResources", app.version.resources],
    ["AppGPUResource", app.version.resources.gpu],
    ["AppFunction", app.version.functions.run],
    ["FileDTO", created],
    ["FileDTO", await get(`/files/${created.id}`)],
    ["CursorListResponse<T extends any>", list.body],
  ];
  for (const [name, answer] of answers) {
    const required = requiredOf(name);
    expect(required.length).toBeGreaterThan(1);
    expect([name, required.filter((field) => answer?.[field] === undefined)]).toEqual([name, []]);
  }
  expect(task).toMatchObject({ session_timeout: 30, workers: ["wrk_cloud"] });
  expect(logs.logs[0]).toMatchObject({ task_id: task.id, updated_at: logs.logs[0].created_at });
  expect(timings.total_duration).toMatch(/^(\d+(\.\d+)?s|\d+ms)$/);
});
