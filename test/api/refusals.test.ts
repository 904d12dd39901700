import { describe, expect, test } from "vitest";
import { refusal } from "../support/api-reply.ts";

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

describe("hint", () => {
  const bodies = [
    { title: "no" },
    { code: "some_code", detail: "no" },
    { error: { code: "x", message: "no" } },
    { errors: [] },
    { errors: ["no", null] },
    { errors: [{}] },
    "",
    "<html><title>no</title></html>",
  ];

  test.each([401, 402, 403, 404, 410, 412, 429, 500, 502, 503, 504])(
    "HTTP %i has one, whatever the body",
    (status) => {
      for (const body of bodies) expect(refusal(status, body).facts.hint).toBeTruthy();
    },
  );
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
