import type { JsonObject } from "../wire/types.ts";

/** What the API answers instead of a result: `status` is the HTTP status, `code` one of the API's words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** More members of the problem document: `field`, `suggestions`. */
  readonly details: JsonObject;

  constructor(status: number, code: string, message: string, details: JsonObject = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** 412: what the app needs and has not got; never in an envelope. */
export class RequirementsNotMet extends Error {
  readonly errors: JsonObject[];

  constructor(errors: JsonObject[]) {
    super("requirements are not met");
    this.errors = errors;
  }
}

export const notFound = (message: string, details: JsonObject = {}) =>
  new ApiError(404, "not_found", message, details);

export const invalidField = (field: string, problem: string) =>
  new ApiError(400, "validation_error", `${field} ${problem}`, { field });

/** An app that is there but cannot be loaded. */
export const brokenApp = (app: string, problem: string) =>
  new ApiError(422, "invalid_app", `${app} cannot be loaded: ${problem}`);
