/** The wire between the server and a worker process: pipes of their own, a line of JSON for each message. */
import { writeSync } from "node:fs";
import type { Readable } from "node:stream";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** Descriptors in the worker. What it says is written at once, so that nothing is lost when it exits. */
export const FROM_SERVER = 3;
const TO_SERVER = 4;

/** Longest message, in characters; what is larger belongs into a file. */
const LONGEST = 32 * 1024 * 1024;

/** Throws for a value that cannot become JSON, or becomes too much of it. */
export function sendToServer(message: object): void {
  const text = JSON.stringify(message);
  if (text.length > LONGEST) {
    throw new Error(`the output is larger than ${LONGEST / 1024 / 1024} MiB; return large results as files`);
  }
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(TO_SERVER, rest));
}

/**
 * Calls back for each message, true when it was one. App code can reach these pipes, so whatever comes
 * through them is possible: `onBroken` is called once for what is no message, and nothing is read after that.
 */
export function readMessages(
  pipe: Readable,
  onMessage: (message: JsonObject) => boolean,
  onBroken: () => void,
): void {
  let parts: string[] = [];
  let length = 0;
  const stop = () => {
    parts = [];
    pipe.removeAllListeners("data").resume();
    onBroken();
  };
  pipe.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = chunk.split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = parse(parts.length === 0 ? line : parts.join("") + line);
      [parts, length] = [[], 0];
      if (!message || !onMessage(message)) return stop();
    }
    if (rest !== "") parts.push(rest);
    length += rest.length;
    if (length > 2 * LONGEST) stop();
  });
}

function parse(line: string): JsonObject | null {
  try {
    const message: unknown = JSON.parse(line);
    return isObject(message) ? message : null;
  } catch {
    return null;
  }
}
