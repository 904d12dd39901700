import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const STYLES = {
  plain: (text) => text,
  upper: (text) => text.toUpperCase(),
  title: (text) => text.replace(/\p{L}[\p{L}\p{M}'’]*/gu, (word) => word[0].toUpperCase() + word.slice(1)),
  reverse: (text) => Array.from(text).reverse().join(""),
};
/** A cancel is heard at least this often while the app waits. */
const LONGEST_NAP_MS = 50;
/** A long text is said in this many parts, so that its partial outputs together stay small. */
const MOST_PARTS = 50;

export const RunInput = z.object({
  text: z.string().min(1).max(10_000).describe("The text to say back"),
  style: z.enum(Object.keys(STYLES)).default("plain").describe("What to do with the text"),
  repeat: z.number().int().min(1).max(20).default(1).describe("How many times to say it, one line each"),
  seconds: z
    .number()
    .min(0)
    .max(3600)
    .default(0)
    .describe("How long to take, spread over the words; for trying cancel and timeout"),
  logs: z.number().int().min(0).max(10_000).default(0).describe("How many extra log lines to write"),
  fail: z.string().optional().describe("Fail with this message instead of finishing"),
});

export const RunOutput = z.object({
  text: z.string().describe("The text said back; while the task runs, as much of it as has been said"),
});

export class App {
  /** Each yield is a partial output, the last one the result. */
  async *run(input) {
    this.cancelled = false;
    const text = Array(input.repeat).fill(STYLES[input.style](input.text)).join("\n");
    const parts = partsOf(text);
    console.log(`saying ${text.length} characters in ${parts.length} parts`);
    for (let line = 1; line <= input.logs; line++) console.log(`log line ${line} of ${input.logs}`);

    let said = "";
    for (const part of parts) {
      await this._pause((input.seconds * 1000) / parts.length);
      said += part;
      yield { text: said };
    }
    if (input.fail !== undefined) throw new Error(input.fail || "failed on request");
  }

  onCancel() {
    this.cancelled = true;
    return true;
  }

  async _pause(milliseconds) {
    const end = performance.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = end - performance.now()) {
      this._stopIfCancelled();
      await sleep(Math.min(left, LONGEST_NAP_MS));
    }
    this._stopIfCancelled();
  }

  _stopIfCancelled() {
    if (this.cancelled) throw new Error("cancelled while speaking");
  }
}

/** Single words, or for a long text as many words at a time as it takes. */
function partsOf(text) {
  const words = text.match(/\s*\S+\s*|\s+/g);
  const together = Math.ceil(words.length / MOST_PARTS);
  return Array.from({ length: Math.ceil(words.length / together) }, (_, i) =>
    words.slice(i * together, (i + 1) * together).join(""),
  );
}
