import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { pictureWay, renderPicture } from "../../src/terminal/picture.ts";
import { wrap } from "../../src/terminal/wrap.ts";

function image(width: number, height: number) {
  const data = Buffer.alloc(width * height * 4, 255);
  for (let at = 0; at < data.length; at += 4) data.set([255, 0, 51], at);
  return { width, height, data };
}

function png(width: number, height: number): Buffer {
  const { data } = image(width, height);
  const picture = new PNG({ width, height });
  data.copy(picture.data);
  return PNG.sync.write(picture);
}

/** So many columns of a screen that is high enough. */
const room = (columns: number) => ({ columns, rows: 100 });

describe("how a terminal shows pictures", () => {
  test.each([
    [{ TERM: "xterm-kitty" }, true, "kitty"],
    [{ KITTY_WINDOW_ID: "1", TERM: "xterm-256color" }, false, "kitty"],
    [{ TERM_PROGRAM: "iTerm.app" }, true, "iterm2"],
    [{ TERM_PROGRAM: "WezTerm" }, true, "iterm2"],
    [{ TERM_PROGRAM: "iTerm.app", TMUX: "/tmp/x" }, true, "blocks256"],
    [{ TERM: "xterm-256color", COLORTERM: "truecolor" }, true, "blocks"],
    [{ TERM: "xterm-256color" }, true, "blocks256"],
    [{ TERM: "xterm-256color" }, false, null],
    [{ TERM: "dumb", KITTY_WINDOW_ID: "1" }, true, null],
  ])("%j, colored %j: %s", (env, colored, way) => {
    expect(pictureWay(env as Record<string, string>, colored)).toBe(way);
  });
});

describe("renderPicture", () => {
  test("half blocks keep the shape and the color", async () => {
    const text = await renderPicture(png(160, 80), "blocks", room(100));
    const lines = text!.split("\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]!.match(/▀/g)).toHaveLength(20);
    expect(lines[0]).toContain("\u001b[38;2;255;0;51;48;2;255;0;51m▀");
    expect(lines.every((line) => line.endsWith("\u001b[0m"))).toBe(true);
  });

  test("leave room on a screen that is low, in every way", async () => {
    const low = { columns: 80, rows: 10 };
    expect((await renderPicture(png(800, 800), "blocks", low))!.split("\n")).toHaveLength(10);
    expect(await renderPicture(png(800, 800), "kitty", low)).toContain("c=20,");
    expect(await renderPicture(png(800, 800), "iterm2", low)).toContain("width=20;");
    expect((await renderPicture(png(10, 900), "blocks", low))!.split("\n").length).toBeLessThan(11);
  });

  test("in 256 colors", async () => {
    expect(await renderPicture(png(8, 16), "blocks256", room(10))).toBe(
      "\u001b[38;5;197;48;5;197m▀\u001b[0m",
    );
  });

  test("a JPEG, and on kitty, which takes only PNG, too", async () => {
    const bytes = jpeg.encode(image(80, 40), 90).data;
    for (const way of ["blocks", "kitty"] as const)
      expect(await renderPicture(bytes, way, room(80))).toContain("▀");
  });

  test("kitty and iTerm2 get the very bytes", async () => {
    const bytes = png(300, 200);
    const kitty = (await renderPicture(bytes, "kitty", room(80)))!;
    const sent = [...kitty.matchAll(/\u001b_G[^;]*;([^\u001b]*)\u001b\\/g)]
      .map(([, piece]) => piece)
      .join("");
    expect(Buffer.from(sent, "base64")).toEqual(bytes);
    expect(await renderPicture(bytes, "iterm2", room(80))).toContain(bytes.toString("base64"));
  });

  test("what cannot be shown is nothing: no picture, a torn one, one that claims to be huge", async () => {
    const huge = png(8, 8);
    huge.writeUInt32BE(100_000, 16);
    huge.writeUInt32BE(100_000, 20);
    for (const bytes of [
      Buffer.from("<html>"),
      Buffer.alloc(0),
      png(80, 80).subarray(0, 60),
      huge,
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]) {
      expect(await renderPicture(bytes, "blocks", room(80))).toBeNull();
    }
  });
});

test.each([
  ["one two three", 7, "one two\nthree"],
  ["one two three", Number.POSITIVE_INFINITY, "one two three"],
  [
    "see https://example.com/a/very/long/address here",
    10,
    "see\nhttps://example.com/a/very/long/address\nhere",
  ],
  ["a\n  b c", 5, "a\n  b c"],
  ["", 5, ""],
  ["猫が 座る 窓", 9, "猫が 座る\n窓"],
  ["🙂🙂 🙂🙂", 8, "🙂🙂\n🙂🙂"],
])("%j in %j columns", (text, width, wrapped) => {
  expect(wrap(text, { width, textWidth: displayWidth })).toBe(wrapped);
});
