import type { Readable } from "node:stream";
import { BeltError } from "../../errors.ts";

/**
 * Bytes; more than any answer, and less than what would exhaust the machine (src/api/README.md,
 * "Transport").
 */
const LARGEST_ANSWER = 256 * 2 ** 20;

/** Bytes; enough for any reason that a server gives. */
const LARGEST_ERROR = 64 * 2 ** 10;

/** The whole text of an answer; throws for one that is too large. */
export async function readWhole(body: Readable): Promise<string> {
  const { text, whole } = await readUpTo(body, LARGEST_ANSWER);
  if (whole) return text;
  throw new BeltError({
    code: "answer_too_large",
    message: `the answer is larger than ${LARGEST_ANSWER / 2 ** 20} MiB, and was not read further`,
    hint: "check the base URL (--api-url, BELT_API_URL); run again with -v to see the requests",
    exit: "failure",
  });
}

/** What comes of an error's text before `signal` aborts: a server in trouble may never end it. */
export async function readReason(body: Readable, signal: AbortSignal): Promise<string> {
  const giveUp = () => void body.destroy();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return (await readUpTo(body, LARGEST_ERROR)).text;
  } catch {
    return "";
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

async function readUpTo(body: Readable, most: number): Promise<{ text: string; whole: boolean }> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) return { text: parts.join(""), whole: false };
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return { text: parts.join("") + decoder.decode(), whole: true };
}

/** A stream that has been left is let to its end for so long, in milliseconds: its connection can then be used again. */
const FAREWELL = 250;

/** The pieces of a body; whoever stops reading them leaves the rest to go by. */
export async function* letRestGoBy(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body.iterator({ destroyOnReturn: false });
  } finally {
    const timer = setTimeout(() => body.destroy(), FAREWELL).unref();
    body
      .on("error", () => {})
      .once("close", () => clearTimeout(timer))
      .resume();
  }
}
