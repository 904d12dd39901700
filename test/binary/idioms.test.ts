import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { belt, ROOT } from "../support/belt.ts";
import { api, home, KEY, setStage } from "../support/stage.ts";

setStage({ words: true }, () => {
  mkdirSync(join(home.dir, "bin"));
  writeFileSync(join(home.dir, "bin/belt"), `#!/bin/sh\nexec node '${ROOT}bin/belt.js' "$@"\n`);
  chmodSync(join(home.dir, "bin/belt"), 0o755);
});

/** The line of help that cancels all, typed into a shell. */
async function cancelAll() {
  const { stdout } = await belt(["help", "scripting"], { home });
  const line = /^ +(belt task list .*\| xargs .*)$/m.exec(stdout)![1]!;
  return await execa("sh", ["-ec", line], {
    reject: false,
    extendEnv: false,
    env: {
      ...home.env,
      PATH: `${join(home.dir, "bin")}:${process.env["PATH"]}`,
      INFSH_API_KEY: KEY,
      BELT_API_URL: api.url,
    },
  });
}

it("cancelling all that has not ended is success where there is nothing", async () => {
  api.on("POST /tasks/list", api.ok({ items: [api.task("completed")], has_next: false }));
  expect(await cancelAll()).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
});

it("cancelling all that has not ended misses none that waits in the queue", async () => {
  const items = [
    api.task("queued", { id: "a" }),
    api.task("failed", { id: "b" }),
    api.task("running", { id: "c" }),
  ];
  api.on("POST /tasks/list", api.ok({ items, has_next: false }));
  for (const id of ["a", "c"]) {
    api.on(`POST /tasks/${id}/cancel`, api.ok(api.task("cancelled", { id })));
    api.on(`GET /tasks/${id}`, api.ok(api.task("running", { id })), api.ok(api.task("cancelled", { id })));
  }
  const { exitCode, stdout } = await cancelAll();
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/a .*cancelled[\s\S]*c .*cancelled/)]);
});
