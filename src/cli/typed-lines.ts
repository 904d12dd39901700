import type { Interface } from "node:readline";
import type { Lines } from "../commands/shared/context.ts";
import { BeltError } from "../errors.ts";
import type { Output } from "../terminal/output.ts";
import type { Host } from "./host.ts";

/** Lines typed on the terminal, with a history of them; in between the terminal is as it was. */
export function typedLines({ stdin, stderr }: Host, out: Output, signal: AbortSignal): Lines {
  let history: string[] = [];
  return {
    async next() {
      signal.throwIfAborted();
      out.progress.stop();
      const { createInterface } = await import("node:readline");
      const output = stderr as NodeJS.WriteStream;
      const reader = createInterface({ input: stdin, output, terminal: true, history, historySize: 200 });
      reader.on("history", (lines: string[]) => {
        history = lines;
      });
      const leave = () => reader.close();
      signal.addEventListener("abort", leave, { once: true });
      try {
        return await typedLine(reader, output);
      } finally {
        signal.removeEventListener("abort", leave);
        reader.close();
        signal.throwIfAborted();
      }
    },
  };
}

async function typedLine(reader: Interface, output: NodeJS.WritableStream): Promise<string | null> {
  return await new Promise((resolve, reject) => {
    // Ctrl-C reaches it as a key, and no signal is sent.
    reader.once("SIGINT", () =>
      reject(new BeltError({ code: "interrupted", message: "interrupted", exit: "interrupted" })),
    );
    let isAnswered = false;
    reader.once("close", () => {
      // What comes next begins on a line of its own.
      if (!isAnswered) output.write("\n");
      resolve(null);
    });
    reader.question("> ", (line) => {
      isAnswered = true;
      resolve(line);
    });
  });
}
