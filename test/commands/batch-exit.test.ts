import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type BatchScene, batchScene } from "../support/batch-scene.ts";
import { until } from "../support/belt.ts";
import { SHORT } from "../support/changing-app.ts";
import type { TaskServerOptions } from "../support/task-server.ts";

const USD = 100_000_000;

/** How a row ends, by what is in its input. */
const ENDS: TaskServerOptions = {
  fails: ({ is }) => (is === "failed" ? "no paint" : null),
  drops: ({ is }, { tasks }) => is === "in doubt" && tasks.pop() !== undefined,
  output: ({ is }, { url }) => (is === "unsaved" ? { image: { uri: `${url}/out/x.png` } } : "ink"),
  download: (_name, response) => void response.writeHead(404).end(),
};

/** Why no more rows are begun: what the server does with the row "stop", what is typed, and what is told. */
interface Why {
  server?: TaskServerOptions;
  args?: string[];
  signal?: "SIGINT" | "SIGTERM" | "SIGHUP";
  told?: string;
}

const ENDLESS: TaskServerOptions = { takes: ({ is }) => (is === "stop" ? Number.POSITIVE_INFINITY : 5) };
const NEW_VERSION: TaskServerOptions = {
  app: () => ({ id: "app_1", version: SHORT.app(1) }),
  fields: (task) => SHORT.task(task.input["is"] === "stop" ? 2 : 1, task),
};

function refusing(status: number): Why {
  return {
    server: { refuses: ({ is }) => (is === "stop" ? { status } : null) },
    told: `HTTP ${status}`,
  };
}

function leaving(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): Why {
  return { server: ENDLESS, signal, told: "1 not run" };
}

const WHYS: Record<string, Why> = {
  nothing: {},
  budget: {
    server: { price: ({ is }) => (is === "stop" ? 5 * USD : 0) },
    args: ["--max-cost", "1"],
    told: "more than the cap",
  },
  quota: refusing(402),
  "refused key": refusing(401),
  "missing scope": refusing(403),
  "unknown app": refusing(404),
  "many failures": { args: ["--max-failures", "1"] },
  "new version": { server: NEW_VERSION, told: "no more rows are begun" },
  time: { server: ENDLESS, args: ["--timeout", "3s"], told: "out of time" },
  "Ctrl-C": leaving("SIGINT"),
  SIGTERM: leaving("SIGTERM"),
  SIGHUP: leaving("SIGHUP"),
};

/** By how a row before it ended. */
const CODES: Record<string, Record<string, number>> = {
  //               done failed unsaved in doubt
  nothing: codes(0, 9, 9, 11),
  budget: codes(7, 7, 7, 7),
  quota: codes(7, 7, 7, 7),
  "refused key": codes(4, 4, 4, 4),
  "missing scope": codes(4, 4, 4, 4),
  "unknown app": codes(5, 5, 5, 5),
  "many failures": codes(0, 9, 9, 11),
  "new version": codes(0, 9, 9, 11),
  time: codes(8, 8, 8, 11),
  "Ctrl-C": codes(130, 130, 130, 130),
  SIGTERM: codes(143, 143, 143, 143),
  SIGHUP: codes(129, 129, 129, 129),
};

function codes(done: number, failed: number, unsaved: number, doubt: number): Record<string, number> {
  return { done, failed, unsaved, "in doubt": doubt };
}

async function exitOf(scene: BatchScene, rows: string[], { args = [], signal }: Why) {
  scene.write("rows.jsonl", rows.map((is, n) => `{"is":"${is}","n":${n}}\n`).join(""));
  const running = scene.belt([scene.path("rows.jsonl"), "-j", "1", "--save", scene.path("out"), ...args]);
  if (signal) {
    await until(() =>
      scene.server.tasks.some(({ input, status }) => input["is"] === "stop" && status === "running"),
    );
    running.signal(signal);
  }
  return await running;
}

describe.concurrent("the exit code of a batch", () => {
  const pairs = Object.entries(CODES).flatMap(([why, byEnd]) =>
    Object.entries(byEnd).map(([end, code]) => [end, why, code] as const),
  );

  it.each(pairs)("of a row %s, then stopped by %s: %i", async (end, why, code) => {
    const test = async (scene: BatchScene) => {
      const { told = "" } = WHYS[why]!;
      const { code: found, stderr } = await exitOf(scene, [end, "stop"], WHYS[why]!);
      expect({ code: found, stderr }).toMatchObject({ code, stderr: expect.stringContaining(told) });
      if (end !== "done")
        expect(stderr).toMatch(new RegExp(`rows: .*1 ${end === "unsaved" ? "done but not saved" : end}`));
    };
    await batchScene(test, { ...only(end), ...WHYS[why]!.server })();
  });

  it.each([
    ["failed", "in doubt", 11],
    ["failed", "unsaved", 9],
    ["unsaved", "in doubt", 11],
  ])("of rows %s and %s: %i", async (one, other, code) => {
    for (const rows of [
      [one, other],
      [other, one],
    ])
      await batchScene(
        async (scene) => expect(await exitOf(scene, [...rows, "done"], {})).toMatchObject({ code }),
        { ...only(one), ...only(other) },
      )();
  });
});

it("the exit code of a batch whose rows are gone while it runs is 1, and all is told", async () => {
  let remove = () => {};
  await batchScene(
    async (scene) => {
      remove = () => rmSync(scene.path("rows.jsonl"), { force: true });
      const { code, stderr } = await exitOf(scene, ["done", "lost"], {});
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /error: .*rows\.jsonl.*; 2 rows: 1 done, 1 running;.*\nhint: .* goes on/,
        ),
      });
    },
    {
      drops: ({ is }) => is === "lost",
      waits: async (path) => path === "/tasks/list" && remove(),
    },
  )();
});

/** What a server needs for rows that end so. */
function only(end: string): TaskServerOptions {
  const { fails, drops, output, download } = ENDS;
  if (end === "failed") return { fails: fails! };
  if (end === "in doubt") return { drops: drops! };
  return end === "unsaved" ? { output: output!, download: download! } : {};
}
