import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RetryPolicy } from "../../src/api/http/retry-policy.ts";
import type { ResultLine } from "../../src/store/batch-records.ts";
import { belt, Home, type Running, spawnBelt } from "./belt.ts";
import { TaskServer, type TaskServerOptions } from "./task-server.ts";

/** The input of an app that batches may know. */
export const SCHEMA = {
  type: "object",
  properties: {
    prompt: { type: "string" },
    steps: { type: "integer", minimum: 1 },
    image: { type: "string", format: "file" },
    deep: { type: "object", properties: { x: { type: "number" } } },
  },
  required: ["prompt"],
};

/** A server that describes it. */
export const KNOWN = { app: () => ({ id: "app_1", version: { id: "v1", input_schema: SCHEMA } }) };

/** A batch with a server and a home of its own. */
export class BatchScene {
  readonly home = new Home();
  readonly server: TaskServer;
  readonly env: Record<string, string> = { INFSH_API_KEY: "inf_key_of_the_test" };

  constructor(options: TaskServerOptions = {}) {
    this.server = new TaskServer(options);
  }

  async open(): Promise<this> {
    await this.server.listen();
    this.env["BELT_API_URL"] = this.server.url;
    return this;
  }

  /** Also fails for what the server was told and never came to bear. */
  async close(): Promise<void> {
    await this.clear();
    await this.server.close();
  }

  async clear(): Promise<void> {
    this.home.remove();
    await this.server.stop();
  }

  path(name: string): string {
    return join(this.home.dir, name);
  }

  write(name: string, text: string | Uint8Array): void {
    mkdirSync(join(this.path(name), ".."), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** A stored profile, the current one. */
  profile({ name, key }: { name: string; key: string }): void {
    const profile = {
      name,
      key,
      api_url: this.server.url,
      infra: null,
      status_table: "auto",
      insecure: false,
    };
    mkdirSync(this.path("config"), { mode: 0o700 });
    writeFileSync(this.path("config/profiles.json"), JSON.stringify({ current: name, profiles: [profile] }), {
      mode: 0o600,
    });
  }

  /** JSON lines `{"n":1}` and so on. */
  rows(count: number, name = "rows.jsonl"): void {
    this.write(name, Array.from({ length: count }, (_, n) => `{"n":${n + 1}}\n`).join(""));
  }

  belt(args: string[], policy: Partial<RetryPolicy> = {}, stdin = ""): Running {
    return this.command(["batch", "a/b", ...args], policy, stdin);
  }

  /** Any other command of belt's. */
  command(argv: string[], policy: Partial<RetryPolicy> = {}, stdin = ""): Running {
    // A machine that is busy with other tests answers late.
    const patient = { estimate: 15_000, giveUp: 15_000, finalRead: 10_000, silence: 10_000, ...policy };
    return belt(argv, { home: this.home, env: this.env, policy: patient, stdin });
  }

  spawn(args: string[], env: Record<string, string> = {}) {
    return spawnBelt(["batch", "a/b", ...args], this.home, { env: { ...this.env, ...env } });
  }

  /** All lines of a results file. */
  lines(name = "rows.results.ndjson"): ResultLine[] {
    return this.read(name)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as ResultLine);
  }

  /** Of several lines of a row the last stands. */
  results(name?: string): ResultLine[] {
    return [...new Map(this.lines(name).map((line) => [line.key, line])).values()];
  }
}

/** Sets the scene for one test, and clears it away. */
export function batchScene(
  test: (scene: BatchScene) => Promise<void>,
  options: TaskServerOptions = {},
): () => Promise<void> {
  return async () => {
    const scene = await new BatchScene(options).open();
    try {
      await test(scene);
      await scene.close();
    } finally {
      await scene.clear();
    }
  };
}
