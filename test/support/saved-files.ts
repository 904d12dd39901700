import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Scene } from "./scene.ts";

/** The API's task is done, with this output. */
export function ends({ api }: Scene, output: unknown): void {
  api.on("GET /tasks/task_1", api.ok(api.task("completed", { output })));
}

/** Saves the files of that task. */
export const save = (scene: Scene, ...argv: string[]) =>
  scene.belt("task", "get", "task_1", "--save", "out", "--json", ...argv);

export const saved = ({ home }: Scene, name: string) => readFileSync(join(home.dir, "out", name));

export const savedNames = ({ home }: Scene) => readdirSync(join(home.dir, "out")).sort();
