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

/** Lines of a page of help that fit, typed into a shell as they stand. */
async function typeFrom(page: string[], wanted: RegExp, account: Record<string, string> = {}) {
  const { stdout } = await belt([...page], { home });
  const lines = stdout
    .replaceAll(/ \\\n +/g, " ")
    .split("\n")
    .filter((line) => wanted.test(line));
  return await execa("sh", ["-ec", lines.join("\n")], {
    reject: false,
    extendEnv: false,
    env: { ...home.env, ...account, PATH: `${join(home.dir, "bin")}:${process.env["PATH"]}` },
  });
}

function cancelAll() {
  const account = { INFSH_API_KEY: KEY, BELT_API_URL: api.url };
  return typeFrom(["help", "scripting"], /^ +belt task list .*\| xargs /, account);
}

it("a chat goes on as the examples say", async () => {
  const { exitCode, stdout } = await typeFrom(["agent", "run", "--help"], /^ +belt agent run .* --local$/);
  expect([exitCode, stdout.match(/^I paint .*$/gm)]).toEqual([
    0,
    [expect.stringContaining("a fox at night"), expect.stringContaining("one by day")],
  ]);
  const env = { BELT_LOCAL: "1" };
  const { stdout: shown } = await typeFrom(["chat", "get", "--help"], /^ +belt chat get .* --field /, env);
  expect(shown).toBe("idle");
});

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
