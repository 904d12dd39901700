import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Home } from "../support/belt.ts";
import { processesOf, spawnDev } from "./dev-process.ts";
import { cleanup, copyOfProbe, until } from "./server-fixture.ts";

function temporaryHome(): Home {
  const home = new Home();
  cleanup(() => home.remove());
  return home;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
  ["SIGKILL", undefined],
] as const)(
  "after %s no process of an app is left and the port is free, within two seconds",
  async (signal, code) => {
    const dir = copyOfProbe();
    const home = temporaryHome();
    const server = await spawnDev(home, [dir, "--port", "0", "--workers", "3"]);
    cleanup(() => server.child.kill("SIGKILL"));
    const submit = (act: string, more = {}) =>
      server.post("/apps/run", { app: "test/probe", function: "act", input: { act }, ...more });
    await submit("hang", { session: "new" });
    await submit("block with a child");
    await submit("block with a child");
    await until(() => processesOf(dir).filter((line) => line.includes("sleep 1000")).length === 2);
    const start = performance.now();
    server.child.kill(signal);
    expect((await server.child).exitCode).toBe(code);
    await until(() => processesOf(dir).length === 0);
    expect(await isFree(Number(new URL(server.url).port))).toBe(true);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(existsSync(join(home.dir, "state", "dev.json"))).toBe(signal === "SIGKILL");
  },
);
