/** Connections that end before their time. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { Reply } from "../http/response.ts";
import type { IsLast } from "./last-line.ts";
import type { Cut } from "./scenario.ts";

/** One request that is cut off: where, and how. */
export interface CutOff {
  request: IncomingMessage;
  response: ServerResponse;
  after: number;
  cut: Cut;
  clock: Clock;
}

/** What was written is on its way before the connection is torn down. */
const LEAVE_MS = 20;
const GARBAGE = "\u0000<garbage>{]\n";

/** Closed as a process does that has ended. */
export function close({ socket }: IncomingMessage): void {
  socket.destroy();
}

/** For what answers by itself, piece by piece, and perhaps without an end. */
export function closeAtFirstWord(request: IncomingMessage, response: ServerResponse): void {
  const leave = () => {
    close(request);
    return true;
  };
  Object.assign(response, { writeHead: () => response, flushHeaders() {}, write: leave, end: leave });
}

/** Torn down, so that the other side gets an error at once. */
export function reset({ socket }: IncomingMessage): void {
  socket.resetAndDestroy();
}

/**
 * Lets so many lines of a stream through, heartbeats not counted, and never the last one: a stream
 * that ends sooner is cut before its end.
 */
export function cutStream(off: CutOff, isLast: IsLast): void {
  const { response, after, cut } = off;
  const write = response.write.bind(response) as (text: string, done?: () => void) => boolean;
  let lines = 0;
  let isCut = false;
  const end = (line: string) => {
    isCut = true;
    response.flushHeaders();
    // Asked of the class: `response.end` is the stream's own, which must not end it any more.
    const inOrder = () => void Object.getPrototypeOf(response).end.call(response);
    write(lastWords(cut, line), () => setTimeout(() => finish(off, inOrder), LEAVE_MS));
  };
  response.write = ((line: string, ...rest: (() => void)[]) => {
    if (isCut) return true;
    if (isHeartbeat(line)) return write(line, ...rest);
    if (lines === after || isLast(line)) end(line);
    else {
      lines += 1;
      write(line, ...rest);
      if (lines === after) end(line);
    }
    return true;
  }) as typeof response.write;
}

/** An answer that came at once in place of a stream is its last line, of which nothing passes whole. */
export function cutReply({ response, ...off }: CutOff, { data }: Reply): void {
  response.writeHead(200, { "Content-Type": "application/json" });
  const end = () => finish({ response, ...off }, () => void response.end());
  Object.getPrototypeOf(response).write.call(response, lastWords(off.cut, JSON.stringify(data)), () =>
    setTimeout(end, LEAVE_MS),
  );
}

function lastWords({ how }: Cut, line: string): string {
  if (how === "garbage") return GARBAGE;
  return how === "half-line" ? line.slice(0, Math.floor(line.length / 2)) : "";
}

/** Lets so many bytes of a file through; a smaller one is cut before its last byte. */
export function cutDownload(off: CutOff): void {
  const { request, response } = off;
  const write = response.write.bind(response) as (bytes: Buffer, done?: () => void) => boolean;
  let left = off.after;
  let held = Buffer.alloc(0);
  let isCut = false;
  const end = (bytes: Buffer) => {
    isCut = true;
    response.flushHeaders();
    write(bytes, () => setTimeout(() => finish(off, () => close(request)), LEAVE_MS));
  };
  // Each piece waits for the next, so that there is always something left to be cut off.
  response.write = ((bytes: Buffer) => {
    if (isCut) return true;
    if (held.length >= left) end(held.subarray(0, left));
    else {
      left -= held.length;
      if (held.length > 0) write(held);
      held = Buffer.from(bytes);
    }
    return true;
  }) as typeof response.write;
  response.end = (() => {
    if (!isCut) end(held.subarray(0, Math.min(left, Math.max(held.length - 1, 0))));
    return response;
  }) as typeof response.end;
}

/** Takes so many bytes of an upload, or all of a smaller one, and ends the connection without an answer. */
export async function cutUpload(off: CutOff): Promise<void> {
  let taken = 0;
  for await (const chunk of off.request.iterator({ destroyOnReturn: false })) {
    taken += (chunk as Buffer).length;
    if (taken >= off.after) break;
  }
  finish(off, () => close(off.request));
}

function finish({ request, cut, clock }: CutOff, inOrder: () => void): void {
  if (cut.how === "stall") clock.after(cut.ms, () => close(request));
  else if (cut.how === "fin") inOrder();
  else reset(request);
}

function isHeartbeat(line: string): boolean {
  return line.startsWith(":") || line.includes('"type":"heartbeat"');
}
