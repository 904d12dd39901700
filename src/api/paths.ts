import { BeltError } from "../errors.ts";

export function taskPath(id: string, rest = ""): string {
  return `/tasks/${segment(id)}${rest}`;
}

export function sessionPath(id: string, rest = ""): string {
  return `/sessions/${segment(id)}${rest}`;
}

/** An id as one part of a path; "." and ".." would name another resource. */
export function segment(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw notAsExpected(`"${id}" cannot be an id`);
  return encodeURIComponent(wellFormed(id));
}

/** Lone surrogates cannot be put into a URL. */
function wellFormed(id: string): string {
  return Buffer.from(id, "utf8").toString("utf8");
}

/** An answer of another form than the API's. */
export function notAsExpected(what: string): BeltError {
  return new BeltError({
    code: "unexpected_reply",
    message: `the API is not answering as expected: ${what}`,
    hint: "check the base URL (--api-url, BELT_API_URL); run again with -v to see the requests",
    exit: "failure",
  });
}
