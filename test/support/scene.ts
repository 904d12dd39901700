import type { RetryPolicy } from "../../src/api/http/retry-policy.ts";
import { belt, Home, type Running } from "./belt.ts";
import { ScriptedApi } from "./scripted-api.ts";

/** One test's own server and home, so that tests can wait side by side. */
export interface Scene {
  api: ScriptedApi;
  home: Home;
  belt(...argv: string[]): Running;
}

export interface SceneOptions {
  policy?: Partial<RetryPolicy>;
  env?: Record<string, string>;
}

/** Sets the scene for one test, and clears it away. */
export function scene(
  test: (scene: Scene) => Promise<void>,
  { policy = {}, env = {} }: SceneOptions = {},
): () => Promise<void> {
  return async () => {
    const home = new Home();
    const api = await new ScriptedApi({ words: true }).listen();
    const given = { INFSH_API_KEY: "inf_key_of_the_test", BELT_API_URL: api.url, ...env };
    try {
      await test({ api, home, belt: (...argv) => belt(argv, { home, policy, env: given }) });
      await api.close();
    } finally {
      await api.stop();
      home.remove();
    }
  };
}

/** For tests in which belt is not to give up, however busy the machine is. */
export const PATIENT = { giveUp: 20_000, finalRead: 10_000, estimate: 10_000, newTask: 10_000 };

/** The same with patience. */
export function patientScene(
  test: (scene: Scene) => Promise<void>,
  options: SceneOptions = {},
): () => Promise<void> {
  return scene(test, { ...options, policy: { ...PATIENT, ...options.policy } });
}

/** The error document at the end of what was printed with --json. */
export function lastError(stderr: string) {
  return JSON.parse(stderr.trim().split("\n").at(-1)!).error;
}
