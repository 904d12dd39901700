import { describe, expect, test } from "vitest";
import { formatBytes, formatDuration, safeJson, safeLine, safeText } from "../../src/terminal/text.ts";

const ESC = "\u001b";
/** What must never reach a terminal: C0 but tab and newline, DEL, C1, overrides and isolates. */
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const EVERY_CONTROL = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, index) => 0x7f + index),
  0x202a,
  0x202b,
  0x202c,
  0x202d,
  0x202e,
  0x2066,
  0x2067,
  0x2068,
  0x2069,
].map((code) => String.fromCharCode(code));

describe("safeText", () => {
  test.each([
    ["plain", "plain"],
    ["Tür 灯台 🗼 👩‍👩‍👧", "Tür 灯台 🗼 👩‍👩‍👧"],
    ["tab\tand\nnewline", "tab\tand\nnewline"],
    ["windows\r\nlines\r\n", "windows\nlines\n"],
    [`${ESC}[31mred${ESC}[0m`, "red"],
    [`${ESC}[1;38;2;1;2;3mrgb`, "rgb"],
    [`clear${ESC}[2J${ESC}[H`, "clear"],
    [`${ESC}]0;title\u0007text`, "text"],
    [`${ESC}]0;title${ESC}\\text`, "text"],
    [`${ESC}]8;;https://evil.example${ESC}\\click${ESC}]8;;${ESC}\\`, "click"],
    ["\u009b31mred", "red"],
  ])("%j reads %j", (text, safe) => {
    expect(safeText(text)).toBe(safe);
  });

  test.each([
    ["a bare escape", `a${ESC}`],
    ["an escape that is cut off", `a${ESC}[31`],
    ["a title without end", `${ESC}]0;owned`],
    ["an escape hidden in an escape", `${ESC}${ESC}[31m[2J`],
    ["a split one that stripping would join", `${ESC}${ESC}[0m[2Jx`],
    ["a device control string", `${ESC}P1$r0m${ESC}\\`],
    ["an application command", `${ESC}_cmd${ESC}\\`],
    ["C1 OSC", "\u009d0;title\u009c"],
    ["clipboard", `${ESC}]52;c;aGk=\u0007`],
    ["carriage return over the line", "safe\rEVIL"],
    ["backspaces", "rm -rf\b\b\b\b\b\bls"],
    ["a bell", "\u0007"],
    ["bidi override", "user\u202egnp.exe"],
    ["bidi isolates", "a\u2066b\u2069"],
  ])("%s is made harmless", (_name, text) => {
    expect(safeText(text)).not.toMatch(HARMFUL);
    expect(safeText(text)).not.toContain("\r");
  });

  test("every control character but tab and newline is made visible, not lost", () => {
    for (const char of EVERY_CONTROL) {
      if (char === "\t" || char === "\n" || char === "\u009b") continue;
      const safe = safeText(`a${char}`);
      expect(safe, `U+${char.charCodeAt(0).toString(16)}`).not.toMatch(HARMFUL);
      expect(safe.length).toBeGreaterThan(1);
    }
  });

  test("no mix of controls and text gets through", () => {
    const alphabet = [...EVERY_CONTROL, "[", "]", "m", "0", ";", "\\", "P", "a"];
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed;
    };
    for (let round = 0; round < 2_000; round++) {
      const text = Array.from({ length: 12 }, () => alphabet[(random() >> 8) % alphabet.length]).join("");
      expect(safeText(text), JSON.stringify(text)).not.toMatch(HARMFUL);
    }
  });

  test("what is safe stays as it is when made safe again", () => {
    for (const text of [`${ESC}[31mred`, `${ESC}]0;x`, "a\u202eb", "a\rb"]) {
      expect(safeText(safeText(text))).toBe(safeText(text));
    }
  });
});

test.each([
  ["a\nb", "a b"],
  ["a\r\nb\n\n\tc", "a b c"],
  [`a${ESC}[2J\nb`, "a b"],
])("safeLine: %j is the one line %j", (text, line) => {
  expect(safeLine(text)).toBe(line);
});

describe("safeJson", () => {
  const values: [string, unknown][] = [
    ["every control character in a text", EVERY_CONTROL.join("")],
    ["and in a key", { [EVERY_CONTROL.join("")]: 1 }],
    ["escape sequences", { a: [`${ESC}[2J${ESC}]0;x\u0007`, "\u009b2J"] }],
    ["bidi overrides", { name: "user\u202egnp.exe" }],
    ["quotes and backslashes", '"\\u202e\\\u202e'],
    ["plain values", { a: [1, true, null, "Tür 🗼"], b: {} }],
  ];

  test.each(values)("%s: is JSON, says the same, and holds nothing harmful", (_name, value) => {
    for (const indent of [0, 2]) {
      const text = safeJson(value, indent);
      expect(JSON.parse(text)).toEqual(value);
      expect(text).not.toMatch(HARMFUL);
    }
  });

  test("is one line unless an indent is asked for", () => {
    expect(safeJson({ a: "x\ny", b: [1] })).toBe('{"a":"x\\ny","b":[1]}');
    expect(safeJson({ a: 1 }, 2)).toBe('{\n  "a": 1\n}');
  });

  test.each([[undefined], [() => 1]])("%s, which JSON cannot say, is null", (value) => {
    expect(safeJson(value)).toBe("null");
  });
});

test.each([
  [0, "0ms"],
  [340, "340ms"],
  [999, "999ms"],
  [1000, "1.0s"],
  [4_200, "4.2s"],
  [59_900, "59.9s"],
  [59_949, "59.9s"],
  [59_950, "1m 00s"],
  [185_000, "3m 05s"],
  [3_599_400, "59m 59s"],
  [3_599_500, "1h 00m"],
  [7_800_000, "2h 10m"],
  [360_000_000, "100h 00m"],
])("formatDuration: %d is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1_500, "1.5 kB"],
  [214_000, "214 kB"],
  [1_000_000, "1.0 MB"],
  [2_500_000_000, "2.5 GB"],
  [1e12, "1.0 TB"],
  [5e15, "5000 TB"],
])("formatBytes: %d is %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
