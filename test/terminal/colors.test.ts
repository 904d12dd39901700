import { describe, expect, test } from "vitest";
import { type ColorChoice, plainColors, terminalColors, wantsColor } from "../../src/terminal/colors.ts";

const TERMINAL = true;
const PIPE = false;

describe("wantsColor: --color, NO_COLOR, FORCE_COLOR, terminal, in that order", () => {
  test.each<[string, ColorChoice, Record<string, string | undefined>, boolean, boolean]>([
    [
      "--color always before everything",
      "always",
      { NO_COLOR: "1", FORCE_COLOR: "0", TERM: "dumb" },
      PIPE,
      true,
    ],
    ["--color never before everything", "never", { FORCE_COLOR: "1" }, TERMINAL, false],
    ["NO_COLOR before FORCE_COLOR", "auto", { NO_COLOR: "1", FORCE_COLOR: "1" }, TERMINAL, false],
    ["NO_COLOR before the terminal", "auto", { NO_COLOR: "1" }, TERMINAL, false],
    ["NO_COLOR counts whatever it says", "auto", { NO_COLOR: "0" }, TERMINAL, false],
    ["an empty NO_COLOR does not count", "auto", { NO_COLOR: "" }, TERMINAL, true],
    ["an empty NO_COLOR leaves it to FORCE_COLOR", "auto", { NO_COLOR: "", FORCE_COLOR: "1" }, PIPE, true],
    ["FORCE_COLOR before the terminal", "auto", { FORCE_COLOR: "1" }, PIPE, true],
    ["FORCE_COLOR before TERM=dumb", "auto", { FORCE_COLOR: "3", TERM: "dumb" }, TERMINAL, true],
    ["FORCE_COLOR=0 turns it off", "auto", { FORCE_COLOR: "0" }, TERMINAL, false],
    ["an empty FORCE_COLOR does not count: pipe", "auto", { FORCE_COLOR: "" }, PIPE, false],
    ["an empty FORCE_COLOR does not count: terminal", "auto", { FORCE_COLOR: "" }, TERMINAL, true],
    ["a terminal", "auto", { TERM: "xterm-256color" }, TERMINAL, true],
    ["a terminal of unknown kind", "auto", {}, TERMINAL, true],
    ["a dumb terminal", "auto", { TERM: "dumb" }, TERMINAL, false],
    ["a pipe", "auto", { TERM: "xterm" }, PIPE, false],
  ])("%s", (_name, choice, env, isTerminal, wanted) => {
    expect(wantsColor(choice, env, isTerminal)).toBe(wanted);
  });
});

test("plain paint leaves text alone; color paint wraps it, wherever it is written to", async () => {
  const color = await terminalColors(true);
  for (const name of ["bold", "dim", "red", "green", "yellow", "cyan"] as const) {
    expect(plainColors[name]("x")).toBe("x");
    expect(color[name]("x")).toMatch(/^\u001b\[\d+mx\u001b\[\d+m$/);
  }
});

test("a link is one where the terminal knows links and the address is one; nothing in it ends the sequence", async () => {
  const [linking, color] = [await terminalColors(true), await terminalColors(false)];
  const uri = "https://files.inference.sh/a%20b.png?x=1";
  expect(linking.link("a b.png", uri)).toBe(`\u001b]8;;${uri}\u001b\\a b.png\u001b]8;;\u001b\\`);
  expect(linking.link("x", "https://a.test/\u001b\\\u0007\n")).not.toMatch(/test\/\u001b|[\u0007\n]/);
  for (const odd of ["javascript:alert(1)", "inf://x", "image.png", "https://"])
    expect(linking.link("x", odd)).toBe("x");
  expect([color.link("x", uri), plainColors.link("x", uri)]).toEqual(["x", "x"]);
});
