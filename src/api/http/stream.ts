import { isObject, type JsonObject } from "../../wire/types.ts";
import { readJson, readPlainJson } from "./read-json.ts";

/** What one message of a task's stream says (src/api/README.md, "Following a task"). */
export type StreamMessage =
  /** With `fields`, only these changed; the rest of the task may be zero values. */
  | { kind: "task"; task: JsonObject; fields: unknown; eventId?: string | undefined }
  | { kind: "delta"; delta: JsonObject; seq: number | null; eventId?: string | undefined }
  | { kind: "heartbeat" }
  | { kind: "done" }
  | { kind: "error"; message: string }
  | { kind: "noise"; text: string };

/** Messages of an NDJSON or SSE body, whichever `contentType` says it is, by the batch that came together; heartbeats included. */
export async function* readMessages(
  chunks: AsyncIterable<Uint8Array>,
  contentType: string,
): AsyncGenerator<StreamMessage[]> {
  for await (const frames of readFrames(chunks, contentType)) yield frames.map(messageOf);
}

/** The same with the data of each event as it is. */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array>,
  contentType: string,
): AsyncGenerator<Frame[]> {
  const format = contentType.toLowerCase().includes("text/event-stream") ? sse() : ndjson;
  for await (const lines of readLines(chunks)) {
    const frames: Frame[] = [];
    for (const line of lines) {
      const unread = format(line);
      if (!unread) continue;
      frames.push({ ...unread, body: readPlainJson(unread.text) ?? (await readJson(unread.text)) });
    }
    if (frames.length > 0) yield frames;
  }
}

/** Characters; more than any answer, and less than what would exhaust the machine. */
const LONGEST_LINE = 256 * 1024 * 1024;

/** Complete lines, by the batch that arrived together; an unfinished last line counts as one. */
async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n");
    if (end === -1) {
      held += text.length;
      if (held > LONGEST_LINE) throw new Error("a line of the stream is too long");
      rest.push(text);
      continue;
    }
    held = text.length - end;
    const whole = (rest.join("") + text.slice(0, end)).replace(/\r$/, "");
    rest = [text.slice(end + 1)];
    yield whole.split(/\r?\n/);
  }
  const last = rest.join("") + decoder.decode();
  if (last !== "") yield [last];
}

/** One event. */
export interface Frame extends UnreadFrame {
  /** Its data, undefined where that is no JSON. */
  body: unknown;
}

interface UnreadFrame {
  text: string;
  /** Of SSE; "" where there is none. */
  name: string;
  eventId?: string | undefined;
}

type Format = (line: string) => UnreadFrame | null;

/** What is sent so that something is. */
const HEARTBEAT: UnreadFrame = { text: "", name: "heartbeat" };

function ndjson(line: string): UnreadFrame | null {
  return line.trim() === "" ? null : { text: line, name: "" };
}

/** A reader of SSE lines; returns a frame at the blank line that ends an event. */
function sse(): Format {
  let name = "";
  let data: string[] = [];
  let eventId: string | undefined;
  return (line) => {
    if (line === "") {
      const frame = data.length > 0 ? { text: data.join("\n"), name, eventId } : null;
      name = "";
      data = [];
      return frame;
    }
    if (line.startsWith(":")) return HEARTBEAT;
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    if (field === "data") data.push(value);
    if (field === "id") eventId = value;
    return null;
  };
}

/** The message in a frame; with the event's id where it tells of the task. */
function messageOf(frame: Frame): StreamMessage {
  const message = readMessage(frame);
  const tells = message.kind === "task" || message.kind === "delta";
  return tells && frame.eventId !== undefined ? { ...message, eventId: frame.eventId } : message;
}

function readMessage({ name, text, body }: Frame): StreamMessage {
  if (name === "heartbeat") return { kind: "heartbeat" };
  if (!isObject(body)) return name === "done" ? { kind: "done" } : { kind: "noise", text };
  const event = name || (typeof body["event"] === "string" ? body["event"] : "");
  const data = isObject(body["data"]) ? body["data"] : undefined;
  if (body["type"] === "heartbeat" || event === "heartbeat") return { kind: "heartbeat" };
  if (event === "done") return { kind: "done" };
  if (event === "error") return { kind: "error", message: errorText(data ?? body) };
  if (event === "delta") return delta(data ?? body);
  const task = data && !("id" in body) ? data : body;
  const { fields } = body;
  if (!Array.isArray(fields) && !TASK_FIELDS.some((field) => field in task)) return { kind: "heartbeat" };
  return { kind: "task", task, fields };
}

/** A message with none of these says nothing about the task, such as `{"type":"connected"}`. */
const TASK_FIELDS = ["id", "BaseModel", "status", "status_text", "output", "error", "logs", "session_id"];

function delta(data: JsonObject): StreamMessage {
  if (!isObject(data["delta"])) return { kind: "heartbeat" };
  return { kind: "delta", delta: data["delta"], seq: typeof data["seq"] === "number" ? data["seq"] : null };
}

function errorText(body: JsonObject): string {
  const nested = isObject(body["error"]) ? body["error"]["message"] : body["error"];
  const found = [body["detail"], nested, body["message"]].find((value) => typeof value === "string");
  return typeof found === "string" ? found : "the stream reported an error";
}
