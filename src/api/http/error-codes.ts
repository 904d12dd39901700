import type { Exit } from "../../errors.ts";
import { belt, type Hint } from "../../hint.ts";
import { SESSION_CODES } from "../../wire/sessions.ts";

/** The API's codes and the HTTP status that each goes with (src/api/README.md, "Transport"). */
const STATUS_BY_CODE: Record<string, number> = {
  invalid_request: 400,
  unauthorized: 401,
  payment_required: 402,
  limit_exceeded: 402,
  forbidden: 403,
  feature_not_available: 403,
  otp_required: 403,
  not_found: 404,
  conflict: 409,
  validation_error: 422,
  rate_limited: 429,
  internal_error: 500,
  SESSION_NOT_FOUND: 404,
  SESSION_EXPIRED: 410,
  SESSION_ENDED: 410,
  WORKER_LEASED: 409,
  APP_MISMATCH: 400,
  VERSION_MISMATCH: 400,
  WORKER_LOST: 500,
};

export function codeForStatus(status: number): string {
  const known = Object.entries(STATUS_BY_CODE).find(
    ([code, one]) => one === status && /^[a-z]/.test(code),
  )?.[0];
  return known ?? (status >= 500 ? "internal_error" : `http_${status}`);
}

/** The status that an error inside a 200 stands for. */
export function statusForCode(code: string): number | undefined {
  return Object.hasOwn(STATUS_BY_CODE, code) ? STATUS_BY_CODE[code] : undefined;
}

/** The rules of src/cli/README.md, "Exit codes"; a session lost with its worker is gone, not unavailable. */
export function exitFor(code: string, status: number): Exit {
  if (code === "WORKER_LOST") return "notFound";
  if (status === 401 || status === 403) return "auth";
  if (status === 404 || status === 410) return "notFound";
  if (status === 402 || status === 429) return "quota";
  return status >= 500 ? "unavailable" : "failure";
}

const DOCTOR = belt("doctor");

/** src/cli/README.md, "Output", promises one for each of these; a caller that knows more says it in its place. */
export function hintFor(code: string, status: number, message: string): Hint | undefined {
  const hints: Record<number, Hint> = {
    401: [DOCTOR, " tells which key is in force, and how to change it"],
    402: [belt("balance"), " shows the credit of the account"],
    403: SCOPE.test(message)
      ? ["use a key that has the scope named above; ", DOCTOR, " tells which one is in force"]
      : ["this key may not do that; ", DOCTOR, " tells which one is in force"],
    404: ["check the name or id; ", DOCTOR, " tells which API and account are in force"],
    410: ["it is gone; ", belt("task list"), " and ", belt("session list"), " show what there is"],
    412: ["your account has not set up what this needs; ", DOCTOR, " tells which account is in force"],
    429: "wait a little, then run the same command again",
  };
  if (code === "WORKER_LOST") return "its state is gone; open another session with --session new";
  if (SESSION_CODES.some((known) => known === code)) return [belt("session list"), " shows those there are"];
  if (status >= 500) return "the API is having trouble; run the same command again later";
  return hints[status];
}

/** "apps:execute": what a key is allowed to do. */
const SCOPE = /\b[a-z_]+:[a-z_*]+/;
