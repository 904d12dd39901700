import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { belt, Home } from "./belt.ts";
import { ScriptedApi, type ScriptedOptions } from "./scripted-api.ts";

/** What the test at hand stands on: put up and cleared away by `setStage`, one test after the other. */
export let home: Home;
export let api: ScriptedApi;

let putUp: (options: ScriptedOptions) => Promise<void>;

export const KEY = "inf_secret_canary_1234";

/** A home and a server, with this script, for each test of the file; `scene` is for tests side by side. */
export function setStage(options: ScriptedOptions = {}, script: () => unknown = () => {}): void {
  putUp = async (given) => {
    api = await new ScriptedApi(given).listen();
    await script();
  };

  beforeEach(async () => {
    home = new Home();
    await putUp(options);
  });

  afterEach(async () => {
    home.remove();
    await api.close();
  });
}

/** Another server in place of the one that stands there. */
export async function speaking(options: ScriptedOptions): Promise<void> {
  await api.close();
  await putUp(options);
}

export function onStage(argv: string[], stdin = "", env: Record<string, string> = {}) {
  return belt(argv, { home, stdin, env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url, ...env } });
}

/** `belt run infsh/flux …` */
export function run(...argv: string[]) {
  return onStage(["run", "infsh/flux", ...argv]);
}

/** `belt task …` */
export function task(argv: string[], stdin = "") {
  return onStage(["task", ...argv], stdin);
}

/** What `--events` wrote. */
export function eventsIn(file: string) {
  const lines = readFileSync(join(home.dir, file), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}
