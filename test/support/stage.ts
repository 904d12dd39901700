import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { belt, Home } from "./belt.ts";
import { ScriptedApi, type ScriptedOptions } from "./scripted-api.ts";

/** What the test at hand stands on: put up and cleared away by `setStage`, one test after the other. */
export let home: Home;
export let api: ScriptedApi;

export const KEY = "inf_secret_canary_1234";

/** A home and a server for each test of the file; `scene` is for tests side by side. */
export function setStage(options: ScriptedOptions = {}, script = () => {}): void {
  beforeEach(async () => {
    home = new Home();
    api = await new ScriptedApi(options).listen();
    script();
  });

  afterEach(async () => {
    await api.close();
    home.remove();
    expect(api.unexpected).toEqual([]);
  });
}

/** Another server in place of the one that stands there. */
export async function speaking(options: ScriptedOptions): Promise<void> {
  await api.close();
  api = await new ScriptedApi(options).listen();
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
