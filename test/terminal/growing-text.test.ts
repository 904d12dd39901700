import { expect, test } from "vitest";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { GrowingText } from "../../src/terminal/growing-text.ts";
import { wrap } from "../../src/terminal/wrap.ts";

function growing(width: number) {
  const written: string[] = [];
  const text = new GrowingText({
    write: (part) => written.push(part),
    redact: (part) => part.replaceAll("inf_secret", "[key]"),
    width: () => width,
    textWidth: displayWidth,
  });
  return { text, written, shown: () => written.join("") };
}

const STORY =
  "The quick brown fox jumps over the lazy dog.\n\nThen it sleeps, a lighthouse beside it,\r\nuntil morning.";

test.each([20, 30, 80])("grows letter by letter into what the whole looks like, %i columns wide", (width) => {
  const { text, shown } = growing(width);
  for (let length = 1; length <= STORY.length; length++) text.show(STORY.slice(0, length));
  expect(text.end(STORY)).toBe(true);
  const lines = (all: string) => all.split("\n").map((line) => line.trimEnd());
  expect(lines(shown())).toEqual(
    lines(`${wrap(STORY.replace("\r", ""), { width, textWidth: displayWidth })}\n`),
  );
});

test("shows whole words, and letters of scripts without blanks at once", () => {
  const { text, shown } = growing(80);
  text.show("The qui");
  expect(shown()).toBe("The");
  text.show("The quick");
  expect(shown()).toBe("The");
  text.show("The quick 海");
  expect(shown()).toBe("The quick 海");
});

test("never shows a key, nor a sequence that does something to the terminal", () => {
  const { text, shown } = growing(80);
  const whole = "the key inf_secret \u001b[31mred";
  for (let length = 1; length <= whole.length; length++) text.show(whole.slice(0, length));
  text.end(whole);
  expect(shown()).toBe("the key [key] red\n");
});

test("shows a long word that does not end in parts", () => {
  const { text, shown } = growing(80);
  text.show("x".repeat(1_000));
  expect(shown().length).toBe(800);
});

test("stops where the text becomes another, which is to be shown anew", () => {
  const { text, shown } = growing(80);
  text.show("one two ");
  text.show("three");
  text.show("one two three ");
  expect(text.end("one two three")).toBe(false);
  expect(shown()).toBe("one two\n");
});

test("grows by its new ends alone into the same", () => {
  const { text, shown } = growing(30);
  const whole = growing(30);
  for (const letter of STORY) text.append(letter);
  expect(text.end(STORY)).toBe(true);
  whole.text.end(STORY);
  expect(shown()).toBe(whole.shown());
});

test("that pauses is shown to its end, and the line that was ended for it is not ended twice", () => {
  const { text, written, shown } = growing(80);
  text.append("Let me look");
  expect(shown()).toBe("Let me");
  text.pause();
  text.pause();
  written.push("spinner\n");
  text.append("\nIt is noon, ");
  text.append("\n\nand warm");
  expect(text.end("Let me look\nIt is noon, \n\nand warm")).toBe(true);
  expect(shown()).toBe("Let me look\nspinner\nIt is noon,\n\nand warm\n");
});

test("knows a key that comes in pieces", () => {
  const { text, shown } = growing(80);
  for (const piece of ["the key is inf_s", "ecret, ", "and inf_", "secret"]) text.append(piece);
  text.pause();
  expect(shown()).toBe("the key is [key], and [key]\n");
});

test("what is written in between has a line of its own", () => {
  const { text, written, shown } = growing(80);
  text.show("one two ");
  text.closeLine();
  written.push("note\n");
  text.show("one two three ");
  text.end("one two three ");
  expect(shown()).toBe("one two\nnote\nthree\n");
});
