import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { readMessages, type StreamMessage } from "../../src/api/http/stream.ts";
import { StatusReader } from "../../src/api/resources/status.ts";
import { flattenBase } from "../../src/api/resources/task.ts";
import { TaskState } from "../../src/api/resources/task-state.ts";
import { isTerminal } from "../../src/wire/status.ts";
import type { JsonObject } from "../../src/wire/types.ts";
import { type Harness, hold } from "./harness.ts";
import { shaped, task, text, value } from "./values.ts";

const toolCall = shaped({ index: fc.nat(3), id: text, function: shaped({ name: text, arguments: text }) });
const delta = shaped({
  event: fc.constant("delta"),
  data: shaped({
    delta: shaped({ response: text, text, tool_calls: fc.array(toolCall, { maxLength: 2 }), usage: value }),
    seq: fc.nat(20),
  }),
});
const message = fc.oneof(
  task,
  shaped({
    data: task,
    fields: fc.array(fc.oneof(fc.constantFrom("status", "output", "logs.0"), value), { maxLength: 3 }),
  }),
  delta,
  fc.constantFrom({ type: "heartbeat" }, { event: "done" }, { event: "error", data: { message: 1 } }),
  value,
);

interface Stream {
  lines: unknown[];
  sse: boolean;
  /** Places to cut at, and bytes that belong to nothing. */
  cuts: number[];
  noise: Uint8Array;
}

export const streams: Harness<Stream> = {
  name: "streams with any byte split",
  properties: [
    "the messages do not depend on where the bytes are cut",
    "bytes that are no stream end in noise, not in an error",
    "no order of messages breaks the task that they tell of; a task that has ended stays so",
    "what is told of a log is told once: a stream told again after it was opened again brings no line",
  ],
  inputs: fc.record({
    lines: fc.array(message, { maxLength: 6 }),
    sse: fc.boolean(),
    cuts: fc.array(fc.nat(2000), { maxLength: 8 }),
    noise: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 12 })),
  }),
  async check({ lines, sse, cuts, noise }) {
    const type = sse ? "text/event-stream" : "application/x-ndjson";
    const whole = Buffer.concat([Buffer.from(written(lines, sse)), noise]);
    const messages = await read([whole], type);
    deepStrictEqual(await read(pieces(whole, cuts), type), messages);
    fold(messages);
  },
};

function written(lines: unknown[], sse: boolean): string {
  return lines
    .map((line) => JSON.stringify(line))
    .map((line, at) => (sse ? `${at % 2 ? "event: update\n" : ""}id: ${at}\ndata: ${line}\n\n` : `${line}\n`))
    .join("");
}

function pieces(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, at) => bytes.subarray(places[at], to));
}

async function read(chunks: Uint8Array[], type: string): Promise<StreamMessage[]> {
  async function* body() {
    yield* chunks;
  }
  const messages: StreamMessage[] = [];
  for await (const batch of readMessages(body(), type)) messages.push(...batch);
  return messages;
}

/** Puts a task together as following does. */
function fold(messages: StreamMessage[]): void {
  const state = new TaskState("task_1", new StatusReader(null), null);
  for (let round = 0; round < 2; round++) {
    for (const message of messages) {
      const ended = state.ended;
      if (message.kind === "task") state.advance(flattenBase(message.task) as JsonObject, message.fields);
      if (message.kind === "delta") state.append(message.delta, message.seq);
      hold(!ended || state.ended, "a task that has ended goes on");
    }
    state.reopened();
  }
  const document = state.document();
  hold(document.id === "task_1", "a task is another");
  hold(isTerminal(document.status) === state.ended || document.status === "unknown", "it ended in no word");
  JSON.stringify([document, state.hasGrown && state.wholeOutput()]);
}
