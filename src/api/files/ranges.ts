import type { Dispatcher } from "undici";
import { encodingsOf } from "../http/content-encoding.ts";
import { header } from "./transfer.ts";

/**
 * What tells the state of a file that is being sent from every other, for If-Range (RFC 9110 on
 * validators): a strong ETag, or a date that cannot stand for two states. Null when the file
 * cannot be taken up in the middle.
 */
export function validatorOf(answer: Dispatcher.ResponseData): string | null {
  if (encodingsOf(answer).length > 0 || header(answer, "accept-ranges") === "none") return null;
  const tag = header(answer, "etag");
  if (tag?.startsWith('"')) return tag;
  const changed = header(answer, "last-modified") ?? "";
  const age = Date.parse(header(answer, "date") ?? "") - Date.parse(changed);
  return age >= 1000 ? changed : null;
}

const CONTENT_RANGE = /^bytes (\d+)-\d+\/(\d+|\*)$/;

/** Where the part that is sent begins. */
export function rangeStart(answer: Dispatcher.ResponseData): number | null {
  const [, start] = CONTENT_RANGE.exec(header(answer, "content-range") ?? "") ?? [];
  return start === undefined ? null : Number(start);
}

/** Bytes of the whole file, by the head of an answer with all or part of it; null when it does not say. */
export function wholeLength(answer: Dispatcher.ResponseData): number | null {
  const [, , total] = CONTENT_RANGE.exec(header(answer, "content-range") ?? "") ?? [];
  const length = total === undefined ? header(answer, "content-length") : total;
  return length === undefined || length === "*" ? null : Number(length);
}
