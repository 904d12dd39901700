import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { type App, call, loadApp } from "./load.ts";

const counter = await loadApp("counter");

function started(config: object = {}): App {
  const app = new counter.App();
  app.setup?.(counter.AppSetup!.parse(config));
  return app;
}

test("an instance remembers its count", async () => {
  const app = started();
  expect(await call(counter, app, "run", {})).toEqual([{ count: 1 }]);
  expect(await call(counter, app, "run", { by: 41 })).toEqual([{ count: 42 }]);
  expect(await call(counter, app, "run", { by: -2 })).toEqual([{ count: 40 }]);
  expect(await call(counter, app, "get", {})).toEqual([{ count: 40 }]);
});

test("another instance has its own", async () => {
  const [one, other] = [started(), started()];
  await call(counter, one, "run", { by: 5 });
  expect(await call(counter, other, "get", {})).toEqual([{ count: 0 }]);
});

test("set_value and reset; setup says where it begins", async () => {
  const app = started({ start: 10 });
  expect(await call(counter, app, "set_value", { value: 7 })).toEqual([{ count: 7 }]);
  expect(await call(counter, app, "reset", {})).toEqual([{ count: 10 }]);
});

test("crash ends the process with its message", async () => {
  const file = fileURLToPath(new URL("../../src/samples/counter/inference.js", import.meta.url));
  const script = `new (await import(${JSON.stringify(file)})).App().crash({ message: "bang" })`;
  const ended = await execa(process.execPath, ["--input-type=module", "-e", script], { reject: false });
  expect(ended).toMatchObject({ exitCode: 70, stderr: "bang" });
});

test.each([{ by: 1.5 }, { by: "1" }, { by: 1e10 }])("refused: %j", (input) => {
  expect(counter.RunInput!.safeParse(input).success).toBe(false);
});
