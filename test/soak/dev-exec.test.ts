import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Home, spawnBelt, until } from "../support/belt.ts";

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.remove());

/** Five seconds each: what a command has to end by itself. */
test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "a command that does not hear %s is ended all the same, and nothing of it is left",
  async (signal) => {
    const up = join(home.dir, "up");
    const deaf = `for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(name, () => {});
require("fs").writeFileSync(${JSON.stringify(up)}, ""); setInterval(() => {}, 1000);`;
    const child = spawnBelt(["dev", "exec", "--", "node", "-e", deaf], home, { env: { TMPDIR: home.dir } });
    await until(() => existsSync(up));
    // Not by execa, which would kill belt itself after five seconds.
    process.kill(child.pid!, signal);
    const [code] = await once(child, "exit");
    expect(code).toBe(137);
    expect(readdirSync(home.dir).filter((name) => name.startsWith("belt-dev-exec-"))).toEqual([]);
  },
);
