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

/** True for the rest, from this place on, of the very file that `validator` tells: not every server obeys If-Range. */
export function isRest(answer: Dispatcher.ResponseData, validator: string, from: number): boolean {
  const [, start] = CONTENT_RANGE.exec(header(answer, "content-range") ?? "") ?? [];
  const told = header(answer, validator.startsWith('"') ? "etag" : "last-modified") ?? validator;
  return (
    answer.statusCode === 206 &&
    Number(start) === from &&
    told === validator &&
    encodingsOf(answer).length === 0
  );
}

/** Bytes of the whole file, by the head of an answer with all or part of it; null when it does not say. */
export function wholeLength(answer: Dispatcher.ResponseData): number | null {
  const [, , total] = CONTENT_RANGE.exec(header(answer, "content-range") ?? "") ?? [];
  const length = total === undefined ? header(answer, "content-length") : total;
  return length === undefined || length === "*" ? null : Number(length);
}
