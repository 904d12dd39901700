/** What the topics of `belt help` show as code can be copied. */
import { expect, it } from "vitest";
import { CODE_INDENT, layOut } from "../../src/cli/help/layout.ts";
import { TOPICS } from "../../src/cli/help/topics.ts";
import { beltCalls, requireParsed } from "../support/grammar.ts";

const codeOf = (text: string) => text.split("\n").filter((line) => line.startsWith(CODE_INDENT));
const texts = Object.entries(TOPICS).map(([name, topic]) => [name, topic.text()] as const);

it.each(texts)("the code of %s fits 80 columns, and is shown as it is at any width", (_name, text) => {
  expect(codeOf(text).filter((line) => line.length > 80)).toEqual([]);
  for (const width of [30, 80, 200]) {
    const shown = new Set(layOut(text, { width, bold: (head) => head }).split("\n"));
    expect(codeOf(text).filter((line) => !shown.has(line))).toEqual([]);
  }
});

it.each(texts)("the prose of %s stands on one line for each paragraph, and is wrapped", (_name, text) => {
  expect(/^\S.*\n\S.*$/m.exec(text)?.[0]).toBeUndefined();
  const shown = layOut(text, { width: 80, bold: (head) => head }).split("\n");
  const code = new Set(codeOf(text));
  expect(shown.filter((line) => line.length > 80 && !code.has(line))).toEqual([]);
});

it.each(texts.filter(([, text]) => /^ {4}[^#\n]*\bbelt /m.test(text)))(
  "the commands of %s are taken by belt",
  async (_name, text) => {
    const lines = codeOf(text)
      .join("\n")
      .replace(/(\\|\|)\n +/g, (_, end: string) => (end === "|" ? "| " : " "))
      .split("\n");
    const calls = lines.flatMap((line) =>
      beltCalls(line.replace(/ +(# .*|;;)$/, "")).map((call) => ({ call, line })),
    );
    expect(calls.length).toBeGreaterThan(0);
    for (const { call, line } of calls) await requireParsed(call, line);
  },
);

it("what follows a dash is set in behind it", () => {
  const rule = "  - a rule that has some more words than fit";
  expect(layOut(rule, { width: 30, bold: (head) => head })).toBe(
    "  - a rule that has some more\n    words than fit",
  );
});
