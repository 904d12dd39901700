import { describe, expect, test } from "vitest";
import { readMessages, type StreamMessage } from "../../src/api/http/stream.ts";

const NDJSON = "application/x-ndjson";
const SSE = "text/event-stream";

async function* chunksOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function read(parts: readonly (string | Uint8Array)[], contentType: string): Promise<StreamMessage[]> {
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  const messages: StreamMessage[] = [];
  for await (const batch of readMessages(chunksOf(bytes), contentType)) messages.push(...batch);
  return messages;
}

function ndjson(...lines: unknown[]): Promise<StreamMessage[]> {
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  return read([`${texts.join("\n")}\n`], NDJSON);
}

/** One task message; `fields` and `eventId` only where the stream gave them. */
function task(value: object, more: { fields?: unknown; eventId?: string } = {}): object {
  return { kind: "task", task: value, ...more };
}

const HEARTBEAT = { kind: "heartbeat" };
const DONE = { kind: "done" };

describe("NDJSON", () => {
  test.each([
    ["the whole task", { id: "t", status: 7 }, task({ id: "t", status: 7 })],
    ["the whole task under data", { data: { id: "t", status: 7 } }, task({ id: "t", status: 7 })],
    [
      "only some fields",
      { data: { status: 9, output: null }, fields: ["status"] },
      task({ status: 9, output: null }, { fields: ["status"] }),
    ],
    ["a task that owns a field data", { id: "t", data: { a: 1 } }, task({ id: "t", data: { a: 1 } })],
    [
      "a token-level change",
      { event: "delta", data: { delta: { text: "hey" }, seq: 3 } },
      { kind: "delta", delta: { text: "hey" }, seq: 3 },
    ],
    ["a change that holds nothing", { event: "delta", data: { seq: 4 } }, HEARTBEAT],
    ["a heartbeat", { type: "heartbeat" }, HEARTBEAT],
    ["a heartbeat as event", { event: "heartbeat" }, HEARTBEAT],
    ["the end", { event: "done", data: {} }, DONE],
    ["an error as text", { event: "error", data: { error: "boom" } }, { kind: "error", message: "boom" }],
    [
      "an error as object",
      { event: "error", error: { code: "x", message: "boom" } },
      { kind: "error", message: "boom" },
    ],
    ["an error as problem", { event: "error", data: { detail: "boom" } }, { kind: "error", message: "boom" }],
  ])("%s", async (_name, line, message) => {
    expect(await ndjson(line)).toEqual([message]);
  });

  test("an error that gives no reason still has a message", async () => {
    const [message] = await ndjson({ event: "error", data: { detail: { toString: 1 } } });
    expect(message).toEqual({ kind: "error", message: expect.stringMatching(/\w/) });
  });

  test.each([["not JSON"], ["[1]"], ["7"], ["null"], ['"text"'], ['{"id":']])(
    "%s is noise, and what follows is read",
    async (line) => {
      expect(await ndjson(line, { id: "t" })).toEqual([{ kind: "noise", text: line }, task({ id: "t" })]);
    },
  );

  test("blank lines are nothing", async () => {
    expect(await ndjson("", "  ", { id: "t" }, "\r", "")).toEqual([task({ id: "t" })]);
  });

  test("an unfinished last line counts", async () => {
    expect(await read(['{"id":"t"}\n{"id":"u"}'], NDJSON)).toEqual([task({ id: "t" }), task({ id: "u" })]);
  });

  test("a line may be far longer than a chunk", async () => {
    const text = "long ".repeat(50_000);
    const line = Buffer.from(`${JSON.stringify({ id: "t", output: text })}\n`);
    const parts = Array.from({ length: Math.ceil(line.length / 1000) }, (_, index) =>
      line.subarray(index * 1000, (index + 1) * 1000),
    );
    expect(await read(parts, NDJSON)).toEqual([task({ id: "t", output: text })]);
  });

  test("a key named __proto__ changes no prototype", async () => {
    await ndjson('{"data":{"__proto__":{"polluted":1}},"fields":["__proto__"]}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("an empty body has no message", async () => {
    expect(await read([], NDJSON)).toEqual([]);
    expect(await read(["", ""], NDJSON)).toEqual([]);
  });
});

describe("SSE", () => {
  test.each([
    ["an unnamed event", 'data: {"id":"t"}\n\n', [task({ id: "t" })]],
    ["no space after the colon", 'data:{"id":"t"}\n\n', [task({ id: "t" })]],
    ["named update", 'event: update\ndata: {"id":"t"}\n\n', [task({ id: "t" })]],
    [
      "named update with fields",
      'event: update\ndata: {"data":{"status":9},"fields":["status"]}\n\n',
      [task({ status: 9 }, { fields: ["status"] })],
    ],
    ["named done", "event: done\ndata: {}\n\n", [DONE]],
    ["named done with a text", "event: done\ndata: [DONE]\n\n", [DONE]],
    ["named error", 'event: error\ndata: {"error":"boom"}\n\n', [{ kind: "error", message: "boom" }]],
    [
      "named delta",
      'event: delta\ndata: {"delta":{"a":"b"},"seq":1}\n\n',
      [{ kind: "delta", delta: { a: "b" }, seq: 1 }],
    ],
    ["the event's name inside", 'data: {"event":"done","data":{}}\n\n', [DONE]],
    ["a comment", ": ping\n\n", [HEARTBEAT]],
    ["an empty comment", ":\n\n", [HEARTBEAT]],
    ["a heartbeat as data", 'data: {"type":"heartbeat"}\n\n', [HEARTBEAT]],
    ["data over several lines", 'data: {"id":\ndata: "t"}\n\n', [task({ id: "t" })]],
    ["a comment inside an event", 'data: {"id":\n: ping\ndata: "t"}\n\n', [HEARTBEAT, task({ id: "t" })]],
    ["fields nobody knows", 'retry: 10\nfoo\ndata: {"id":"t"}\n\n', [task({ id: "t" })]],
    ["blank lines between", '\n\ndata: {"id":"t"}\n\n\n', [task({ id: "t" })]],
    ["no data, no event", "event: update\nid: 4\n\n", []],
    ["noise", "data: hello\n\n", [{ kind: "noise", text: "hello" }]],
    ["one space after the colon is dropped, no more", "data:  a \n\n", [{ kind: "noise", text: " a " }]],
    ["an event cut short is none", 'data: {"id":"t"}\n\ndata: {"id":"u"}', [task({ id: "t" })]],
  ])("%s", async (_name, body, messages) => {
    expect(await read([body], SSE)).toEqual(messages);
  });

  test("a name holds for its own event alone", async () => {
    expect(await read(['event: done\ndata: {}\n\ndata: {"id":"t"}\n\n'], SSE)).toEqual([
      DONE,
      task({ id: "t" }),
    ]);
  });

  test("an id goes with its event, and with those after it that have none", async () => {
    expect(
      await read(['id: 7\ndata: {"id":"t"}\n\ndata: {"id":"u"}\n\nid:8\ndata: {"id":"v"}\n\n'], SSE),
    ).toEqual([
      task({ id: "t" }, { eventId: "7" }),
      task({ id: "u" }, { eventId: "7" }),
      task({ id: "v" }, { eventId: "8" }),
    ]);
  });

  test.each([["text/event-stream; charset=utf-8"], ["Text/Event-Stream"]])(
    "%s is SSE",
    async (contentType) => {
      expect(await read(['data: {"id":"t"}\n\n'], contentType)).toEqual([task({ id: "t" })]);
    },
  );

  test("each message comes as soon as its event is complete", async () => {
    for (const end of ["\n\n", "\r\n\r\n"]) {
      const reached: string[] = [];
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (const id of ["t", "u"]) {
          yield Buffer.from(`data: {"id":"${id}"}${end}`);
          reached.push(`asked for more after ${id}`);
        }
      }
      for await (const batch of readMessages(chunks(), SSE)) reached.push(...batch.map(({ kind }) => kind));
      expect(reached).toEqual(["task", "asked for more after t", "task", "asked for more after u"]);
    }
  });
});

describe("cut anywhere, the messages are the same", () => {
  const NAME = "Tür → 灯台 🗼";
  const ndjsonLines = [
    JSON.stringify({ data: { id: "t", status: 7, name: NAME } }),
    "noise ü",
    JSON.stringify({ type: "heartbeat" }),
    "",
    JSON.stringify({ event: "delta", data: { delta: { text: "🗼" }, seq: 1 } }),
    JSON.stringify({ data: { status: 10, name: null }, fields: ["status"] }),
  ];
  const ndjsonMessages = [
    task({ id: "t", status: 7, name: NAME }),
    { kind: "noise", text: "noise ü" },
    HEARTBEAT,
    { kind: "delta", delta: { text: "🗼" }, seq: 1 },
    task({ status: 10, name: null }, { fields: ["status"] }),
  ];
  const sseLines = [
    ": hello",
    "",
    "id: 1",
    `data: ${JSON.stringify({ id: "t", status: 7, name: NAME })}`,
    "",
    "event: update",
    'data: {"data":{"status":10},',
    'data: "fields":["status"]}',
    "",
    "data: noise ü",
    "",
    "event: done",
    "data: {}",
    "",
    "",
  ];
  const sseMessages = [
    HEARTBEAT,
    task({ id: "t", status: 7, name: NAME }, { eventId: "1" }),
    task({ status: 10 }, { fields: ["status"], eventId: "1" }),
    { kind: "noise", text: "noise ü" },
    DONE,
  ];

  const bodies: [string, string, string, object[]][] = [
    ["NDJSON with LF", ndjsonLines.join("\n"), NDJSON, ndjsonMessages],
    ["NDJSON with LF at its end", `${ndjsonLines.join("\n")}\n`, NDJSON, ndjsonMessages],
    ["NDJSON with CRLF", `${ndjsonLines.join("\r\n")}\r\n`, NDJSON, ndjsonMessages],
    ["NDJSON after a byte order mark", `\ufeff${ndjsonLines.join("\n")}`, NDJSON, ndjsonMessages],
    ["SSE with LF", sseLines.join("\n"), SSE, sseMessages],
    ["SSE with CRLF", sseLines.join("\r\n"), SSE, sseMessages],
    ["SSE after a byte order mark", `\ufeff${sseLines.join("\n")}`, SSE, sseMessages],
  ];

  test.each(bodies)("%s: in one piece", async (_name, body, contentType, messages) => {
    expect(await read([body], contentType)).toEqual(messages);
  });

  test.each(bodies)("%s: in two, cut at every byte", async (_name, body, contentType, messages) => {
    const bytes = Buffer.from(body);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const found = await read([bytes.subarray(0, cut), bytes.subarray(cut)], contentType);
      expect(found, `cut at byte ${cut} of ${bytes.length}`).toEqual(messages);
    }
  });

  test.each(bodies)("%s: byte by byte", async (_name, body, contentType, messages) => {
    const bytes = [...Buffer.from(body)].map((byte) => Uint8Array.of(byte));
    expect(await read(bytes, contentType)).toEqual(messages);
  });
});
