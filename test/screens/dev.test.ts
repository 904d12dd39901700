import { afterEach, beforeEach, expect, it } from "vitest";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { Home } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { onTerminal } from "./terminal.ts";

let home: Home;

beforeEach((context) => {
  needsLinux(context);
  home = new Home();
});

afterEach(() => home?.remove());

it.each([80, 40])("dev on %i columns, in color, until Ctrl-C", async (columns) => {
  const { lines, exitCode } = await onTerminal(
    columns,
    ["dev", "--port", "0"],
    home,
    {},
    { stopAfter: "stops it" },
  );
  expect(exitCode).toBe(130);
  const told = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith("stopping:")),
  );
  for (const line of told) expect(displayWidth.width(line)).toBeLessThanOrEqual(columns);
  const [title, url, key] = lines;
  expect(title).toBe("belt dev  serves the API on this machine");
  expect(url).toMatch(/^url {2}http:\/\/127\.0\.0\.1:\d+$/);
  expect(key).toMatch(/^key {2}inf_local_[\w-]+$/);
  const rest = lines.join("\n").replaceAll(/\n */g, " ");
  expect(rest).toContain(
    "infsh/counter  run get set_value reset crash infsh/echo     run infsh/flux     run",
  );
  expect(rest).toContain("other terminals reach it with --local; Ctrl-C stops it stopping:");
});
