import fc from "fast-check";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { safeJson, safeLine, safeParagraph, safeText } from "../../src/terminal/text.ts";
import { pad } from "../../src/terminal/text-width.ts";
import { flow, wrap } from "../../src/terminal/wrap.ts";
import { type Harness, hold } from "./harness.ts";
import { text } from "./values.ts";

/** C0 but tab and newline, DEL, C1, overrides and isolates. */
export const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

export const terminalText: Harness<{ text: string; width: number }> = {
  name: "terminal text and widths",
  properties: [
    "safe text holds nothing that a terminal obeys, and is safe already when it is made safe again",
    "a safe line is one line, and a further line of a paragraph is set in",
    "safe JSON is the same JSON, and holds nothing that a terminal obeys",
    "what is cut is no wider than it may be, and whole where it fits; what is padded is as wide as it must be",
    "wrapping keeps every word, and breaks wherever two words do not fit",
    "what flows side by side keeps every part, and is too wide only where one part is",
  ],
  inputs: fc.record({ text, width: fc.integer({ min: 1, max: 40 }) }),
  async check({ text, width }) {
    const safe = safeText(text);
    hold(!HARMFUL.test(safe), "safe text is harmful");
    hold(safeText(safe) === safe, "safe text changes again");
    hold(!/[\n\t]/.test(safeLine(text)) && !HARMFUL.test(safeLine(text)), "a safe line is none");
    hold(!/\n(?! {2})/.test(safeParagraph(text)), "a line is not set in");
    const json = safeJson({ [text]: text }, width % 3);
    hold(JSON.stringify(JSON.parse(json)) === JSON.stringify({ [text]: text }), "safe JSON is other JSON");
    hold(!HARMFUL.test(json.replaceAll("\n", "")), "safe JSON is harmful");
    checkWidths(safeLine(text), width);
    checkLines(safe, width);
  },
};

function checkWidths(line: string, width: number): void {
  const cut = displayWidth.cut(line, width);
  hold(displayWidth.width(cut) <= width, `cut to ${width} it is ${displayWidth.width(cut)} wide`);
  hold(displayWidth.width(line) > width || cut === line, "what fits is cut");
  hold(displayWidth.width(pad(line, width, displayWidth)) >= width, "padded too little");
}

function checkLines(safe: string, width: number): void {
  const room = { width, textWidth: displayWidth };
  const words = (all: string) => all.split(/\s+/).filter(Boolean).join(" ");
  const wrapped = wrap(safe, room);
  hold(words(wrapped) === words(safe), "a word is lost");
  for (const line of wrapped.split("\n")) {
    const alone = !/\S\s+\S/.test(line.trim());
    hold(alone || displayWidth.width(line.trimEnd()) <= width, "a line is too wide");
  }
  const parts = safe.split("\n");
  const lines = flow(parts, "  ", room);
  hold(lines.join("  ") === parts.join("  "), "a part is lost");
  const fits = lines.every((line) => displayWidth.width(line) <= width || parts.includes(line));
  hold(fits, "parts stand side by side that do not fit");
}
