import { describe, expect, test } from "vitest";
import { type ApiResponse, readResponse } from "../../src/api/http/response.ts";
import { BeltError } from "../../src/errors.ts";

const TASK = { id: "task_1", status: 7, output: null };
const MESSAGES = [{ level: "warning", code: "old", message: "the app is old" }];

function reply(status: number, body: unknown, more: Partial<ApiResponse> = {}): ApiResponse {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    status,
    contentType: "application/json",
    requestId: "req_9",
    retryAfter: undefined,
    text,
    body: bodyOf(text),
    ...more,
  };
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function value(status: number, body: unknown): unknown {
  return readResponse(reply(status, body)).value;
}

function refusal(status: number, body: unknown, more: Partial<ApiResponse> = {}): BeltError {
  try {
    readResponse(reply(status, body, more));
  } catch (thrown) {
    if (thrown instanceof BeltError) return thrown;
    throw thrown;
  }
  throw new Error("the reply was taken for a success");
}

describe("success", () => {
  test.each([
    ["204", 204, ""],
    ["204 whatever its body says", 204, "not JSON"],
    ["an empty 200", 200, ""],
    ["a 200 of white space", 200, " \r\n"],
    ["an empty 202", 202, ""],
  ])("%s has no value", (_name, status, text) => {
    expect(readResponse(reply(status, text))).toEqual({ value: null, messages: [] });
  });

  test.each([
    ["v1", { success: true, status: 200, data: TASK }, TASK],
    ["v1 without data", { success: true, status: 200 }, null],
    ["v2", TASK, TASK],
    ["v2, a list", [TASK], [TASK]],
    ["v2, null", null, null],
    ["v2, a number", 5, 5],
    ["v2, an empty object", {}, {}],
    ["current", { data: TASK, messages: [] }, TASK],
    ["current, data alone", { data: TASK }, TASK],
    ["current, data null", { data: null, messages: [] }, null],
    ["current, with status and meta", { data: [1], messages: [], status: 200, meta: {} }, [1]],
    ["a resource that owns data among other keys", { id: "1", data: 2 }, { id: "1", data: 2 }],
    ["a resource with envelope keys but no data", { status: 7, meta: {} }, { status: 7, meta: {} }],
    ["a resource whose success is no boolean", { success: "yes", id: 1 }, { success: "yes", id: 1 }],
    ["data that itself looks like an envelope", { data: { data: 1 } }, { data: 1 }],
  ])("%s", (_name, body, expected) => {
    expect(value(200, body) ?? null).toEqual(expected);
  });

  test("an answer without a value is null in every format", () => {
    expect(value(200, { success: true, status: 200 })).toBeNull();
  });

  test("messages come along, and only those that say something", () => {
    const body = { data: 1, messages: [...MESSAGES, { level: "info" }, { message: "hey" }, "odd", null] };
    expect(readResponse(reply(200, body)).messages).toEqual([
      { level: "warning", message: "the app is old" },
      { level: "info", message: "hey" },
    ]);
  });

  test("v1 may carry messages too", () => {
    const body = { success: true, data: 1, messages: MESSAGES };
    expect(readResponse(reply(200, body)).messages).toHaveLength(1);
  });

  test("messages of a bare resource belong to the resource", () => {
    const chat = { id: "1", messages: MESSAGES };
    expect(readResponse(reply(200, chat))).toEqual({ value: chat, messages: [] });
  });

  test.each([
    ["bare", { id: "t", status: 11, error: "no luck" }],
    ["v1", { success: false, status: 422, data: { id: "t", status: 11, error: "no luck" } }],
    ["current", { data: { id: "t", status: "failed", error: "no luck" }, messages: [] }],
  ])("a failed task sent as 422 is a task: %s", (_name, body) => {
    expect(value(422, body)).toMatchObject({ id: "t", error: "no luck" });
  });

  test.each([400, 500])("a task sent as %i is not taken for an answer", (status) => {
    expect(refusal(status, TASK).facts.httpStatus).toBe(status);
  });
});

describe("the error formats", () => {
  test.each([
    [
      "v1",
      { success: false, status: 404, error: { code: "not_found", message: "no such task", suggestions: [] } },
    ],
    [
      "problem+json",
      { type: "https://api.inference.sh/errors/not_found", title: "t", status: 404, detail: "no such task" },
    ],
    ["problem+json without detail", { type: "urn:inference:not_found", title: "no such task", status: 404 }],
    ["code and message", { code: "NOT_FOUND", message: "no such task" }],
    ["error as text", { code: "not_found", error: "no such task" }],
  ])("%s gives code and message", (_name, body) => {
    const error = refusal(404, body);
    expect(error.facts.code).toBe("not_found");
    expect(error.message).toContain("no such task");
    expect(error.facts).toMatchObject({ exit: "notFound", httpStatus: 404, requestId: "req_9" });
  });

  test.each([
    [{ code: "a", error: { code: "b" }, type: "x/c" }, "a"],
    [{ error: { code: "b" }, type: "x/c" }, "b"],
    [{ type: "https://x/errors/c" }, "c"],
    [{ type: "https://x/errors/c/" }, "c"],
    [{ code: "", error: { code: "b" } }, "b"],
    [{ code: 7, error: { code: "b" } }, "b"],
    [{ code: "Not_Found" }, "not_found"],
    [{ code: "session_expired" }, "SESSION_EXPIRED"],
    [{ type: "about:blank" }, "conflict"],
    [{}, "conflict"],
  ])("the code of %j", (body, code) => {
    expect(refusal(409, body).facts.code).toBe(code);
  });

  test.each([
    [{ detail: "a", error: { message: "b" }, message: "c", title: "d" }, "a"],
    [{ error: { message: "b" }, message: "c", title: "d" }, "b"],
    [{ error: "b2", message: "c", title: "d" }, "b2"],
    [{ message: "c", title: "d" }, "c"],
    [{ title: "d" }, "d"],
    [{ detail: "", title: "d" }, "d"],
    [{ detail: [{ loc: 1 }], title: "d" }, "d"],
  ])("the message of %j", (body, message) => {
    expect(refusal(400, body).message.startsWith(message)).toBe(true);
  });

  test("a text body is its own message, cut at 500 characters", () => {
    const { message } = refusal(502, `  upstream is down ${"x".repeat(600)}`);
    expect(message).toMatch(/^upstream is down x+ /);
    expect(message.match(/x/g)?.length).toBe(500 - "upstream is down ".length);
  });

  test("an HTML page gives its title", () => {
    const page = "<!doctype html><html><head><TITLE lang=en> 502 Bad Gateway\n</TITLE></head><body>…</body>";
    expect(refusal(502, page).message).toMatch(/^502 Bad Gateway/);
  });

  test.each([["[1,2]"], ['"just text"'], ["null"], ["{broken"]])("%s is text, not an object", (text) => {
    expect(refusal(400, text).message).toContain(text);
  });

  test("an empty error still says something", () => {
    const error = refusal(500, "");
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.facts.code).toBe("internal_error");
  });

  test("v1 inside a 200 is an error with the status it names", () => {
    const body = { success: false, status: 404, error: { code: "not_found", message: "gone" } };
    expect(refusal(200, body).facts).toMatchObject({ httpStatus: 404, exit: "notFound" });
  });

  test("the status of the answer counts before the one inside an error body", () => {
    expect(refusal(503, { status: 404, title: "x" }).facts).toMatchObject({
      httpStatus: 503,
      exit: "unavailable",
    });
  });

  test.each([
    [
      "id and status beside the problem",
      { type: "e/validation_error", title: "Bad", status: 422, id: "req_1" },
    ],
    ["v1", { success: false, status: 422, error: { code: "validation_error", message: "Bad" } }],
  ])("a 422 that is a problem is not taken for a failed task: %s", (_name, body) => {
    expect(refusal(422, body).facts.code).toBe("validation_error");
  });

  test("a 2xx that is not JSON names what came instead", () => {
    const error = refusal(200, "<html><title>Sign in</title></html>", { contentType: "text/html" });
    expect(error.exitCode).toBe(1);
    expect(error.message).toContain("text/html");
    expect(error.message).toContain("Sign in");
    expect(error.facts.hint).toContain("--api-url");
  });
});

describe("412", () => {
  const errors = [
    { type: "secret", key: "OPENAI_KEY", message: "is missing", action: { type: "add_secret" } },
    {
      type: "integration",
      key: "drive",
      message: "is not connected",
      action: { type: "connect", provider: "google", scopes: ["drive.read", "drive.write"] },
    },
    { type: "scope", key: "apps:execute", message: "is not granted" },
  ];

  test("each requirement is listed with what to do about it", () => {
    const error = refusal(412, { satisfied: false, errors });
    for (const { key, message } of errors) expect(error.message).toMatch(new RegExp(`${key}.*${message}`));
    const { hint = "", ...facts } = error.facts;
    for (const { key } of errors) expect(hint).toContain(key);
    for (const detail of ["google", "drive.read", "drive.write"]) expect(hint).toContain(detail);
    expect(facts).toMatchObject({ exit: "failure", httpStatus: 412 });
  });

  test("412 without a list of errors is an error like any other", () => {
    const error = refusal(412, { code: "precondition_failed", detail: "too old" });
    expect(error.facts).toMatchObject({ code: "precondition_failed", exit: "failure" });
    expect(error.message).toContain("too old");
  });

  test("a list of errors without 412 is no requirement", () => {
    expect(refusal(400, { errors, detail: "bad input" }).message).toContain("bad input");
  });

  test("a requirement with missing parts does not print undefined", () => {
    const { message, facts } = refusal(412, { errors: [{ type: "secret" }, { key: "A" }, null] });
    expect(`${message} ${facts.hint}`).not.toMatch(/undefined|null/);
  });
});

describe("exit code", () => {
  test.each([
    [300, 1],
    [302, 1],
    [400, 1],
    [401, 4],
    [402, 7],
    [403, 4],
    [404, 5],
    [405, 1],
    [408, 1],
    [409, 1],
    [410, 5],
    [412, 1],
    [413, 1],
    [415, 1],
    [418, 1],
    [422, 1],
    [429, 7],
    [451, 1],
    [500, 6],
    [501, 6],
    [502, 6],
    [503, 6],
    [504, 6],
    [599, 6],
  ])("HTTP %i is exit %i", (status, exit) => {
    expect(refusal(status, { title: "no" }).exitCode).toBe(exit);
    expect(refusal(status, "").exitCode).toBe(exit);
  });

  test.each([
    ["invalid_request", 400, 1],
    ["validation_error", 422, 1],
    ["unauthorized", 401, 4],
    ["forbidden", 403, 4],
    ["feature_not_available", 403, 4],
    ["otp_required", 403, 4],
    ["not_found", 404, 5],
    ["conflict", 409, 1],
    ["rate_limited", 429, 7],
    ["limit_exceeded", 402, 7],
    ["payment_required", 402, 7],
    ["internal_error", 500, 6],
    ["SESSION_NOT_FOUND", 404, 5],
    ["SESSION_EXPIRED", 410, 5],
    ["SESSION_ENDED", 410, 5],
    ["WORKER_LEASED", 409, 1],
    ["APP_MISMATCH", 400, 1],
    ["VERSION_MISMATCH", 400, 1],
    ["WORKER_LOST", 500, 5],
  ])("%s (HTTP %i) is exit %i, in every spelling and format", (code, status, exit) => {
    const bodies = [
      { type: `https://x/errors/${code}`, status, detail: "no" },
      { success: false, status, error: { code, message: "no" } },
      { code: code.toLowerCase(), message: "no" },
      { code: code.toUpperCase(), message: "no" },
    ];
    for (const body of bodies) {
      const error = refusal(status, body);
      expect(error.facts.code).toBe(code);
      expect(error.exitCode).toBe(exit);
    }
  });

  test.each([
    [401, "unauthorized"],
    [402, "payment_required"],
    [403, "forbidden"],
    [404, "not_found"],
    [409, "conflict"],
    [422, "validation_error"],
    [429, "rate_limited"],
    [500, "internal_error"],
    [503, "internal_error"],
    [418, "http_418"],
  ])("HTTP %i without a code is %s", (status, code) => {
    expect(refusal(status, "").facts.code).toBe(code);
  });

  test.each([
    [429, "rate_limited", true],
    [500, "internal_error", true],
    [503, "unavailable", true],
    [500, "WORKER_LOST", false],
    [400, "invalid_request", false],
    [404, "not_found", false],
    [409, "WORKER_LEASED", false],
  ])("HTTP %i %s: retryable is %s", (status, code, retryable) => {
    expect(refusal(status, { code, message: "x" }).facts.retryable).toBe(retryable);
  });
});

describe("Retry-After", () => {
  function wait(retryAfter: string | undefined): number | undefined {
    return refusal(429, {}, { retryAfter }).facts.retryAfter;
  }

  test.each([
    ["7", 7_000],
    [" 0 ", 0],
    [undefined, undefined],
    ["soon", undefined],
    ["", undefined],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ])("%j waits %j ms", (header, ms) => {
    expect(wait(header)).toBe(ms);
  });

  test("a date in the future is waited for", () => {
    const ms = wait(new Date(Date.now() + 60_000).toUTCString());
    expect(ms).toBeGreaterThan(50_000);
    expect(ms).toBeLessThanOrEqual(60_000);
  });
});

describe("hostile bodies end as a value or as a BeltError", () => {
  const unprintable = { toString: 1, valueOf: null };

  test.each([
    ["__proto__ is no success flag", '{"__proto__":{"success":false},"id":"1"}'],
    ["__proto__ beside data is a key like any other", '{"data":1,"__proto__":{}}'],
  ])("%s", (_name, text) => {
    expect(readResponse(reply(200, text)).value).toEqual(JSON.parse(text));
  });

  test("deep nesting is read", () => {
    expect(value(200, `${"[".repeat(50_000)}${"]".repeat(50_000)}`)).toHaveLength(1);
  });

  test("a message whose text is no text does not bring the answer down", () => {
    const messages = [{ level: unprintable, message: unprintable }, ...MESSAGES];
    expect(value(200, { data: TASK, messages })).toEqual(TASK);
  });

  test.each([
    ["code", { code: unprintable, message: "x" }],
    ["error", { error: unprintable }],
    ["error.message", { error: { code: "x", message: unprintable } }],
    ["type", { type: unprintable }],
    ["detail", { detail: unprintable, title: unprintable }],
    ["a member named like a method", { code: "constructor", message: "__proto__" }],
    ["data of a 422", { data: unprintable }],
    ["nothing but nulls", { code: null, error: null, type: null, detail: null, message: null, title: null }],
  ])("odd %s", (_name, body) => {
    for (const status of [400, 412, 422, 500]) expect(refusal(status, body)).toBeInstanceOf(BeltError);
    expect(refusal(200, { success: false, ...body })).toBeInstanceOf(BeltError);
  });

  test.each([
    ["key and message", [{ type: "secret", key: unprintable, message: unprintable }]],
    ["type", [{ type: unprintable, key: "A", message: "m" }]],
    ["provider", [{ type: "secret", key: "A", message: "m", action: { provider: unprintable } }]],
    ["scopes", [{ type: "scope", key: "A", message: "m", action: { scopes: [unprintable] } }]],
    ["entries", [null, 1, "x", []]],
    ["empty list", []],
  ])("odd requirements: %s", (_name, errors) => {
    expect(refusal(412, { satisfied: false, errors }).facts.httpStatus).toBe(412);
  });

  test("a requirement's type is looked up among the known ones alone", () => {
    const { hint } = refusal(412, { errors: [{ type: "constructor", key: "A", message: "m" }] }).facts;
    expect(hint).not.toContain("function");
  });
});
