import { describe, expect, test } from "vitest";
import { readResponse } from "../../src/api/http/response.ts";
import { BeltError } from "../../src/errors.ts";
import { MESSAGES, refusal, reply, TASK, value } from "../support/api-reply.ts";

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
