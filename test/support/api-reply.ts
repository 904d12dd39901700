import { type ApiResponse, readResponse } from "../../src/api/http/response.ts";
import { BeltError } from "../../src/errors.ts";

export const TASK = { id: "task_1", status: 7, output: null };
export const MESSAGES = [{ level: "warning", code: "old", message: "the app is old" }];

export function reply(status: number, body: unknown, more: Partial<ApiResponse> = {}): ApiResponse {
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

export function value(status: number, body: unknown): unknown {
  return readResponse(reply(status, body)).value;
}

export function refusal(status: number, body: unknown, more: Partial<ApiResponse> = {}): BeltError {
  try {
    readResponse(reply(status, body, more));
  } catch (thrown) {
    if (thrown instanceof BeltError) return thrown;
    throw thrown;
  }
  throw new Error("the reply was taken for a success");
}
