import { fileNames } from "./file-names.ts";
import { grammar, schemas } from "./grammar.ts";
import { type Bounds, fuzz, type Harness, type Report } from "./harness.ts";
import { localServer } from "./local-server.ts";
import { replies } from "./replies.ts";
import { streams } from "./streams.ts";
import { terminalText } from "./terminal-text.ts";

/** A harness whatever its inputs are. */
interface Runnable {
  properties: readonly string[];
  run(bounds: Bounds): Promise<Report>;
}

export const HARNESSES: Record<string, Runnable> = {
  grammar: runnable(grammar),
  schemas: runnable(schemas),
  replies: runnable(replies),
  streams: runnable(streams),
  text: runnable(terminalText),
  names: runnable(fileNames),
  server: runnable(localServer),
};

function runnable<T>(harness: Harness<T>): Runnable {
  return { properties: harness.properties, run: (bounds) => fuzz(harness, bounds) };
}
