/** What a step does to a request: refuses it, loses its answer, or cuts its connection. */
import type { JsonObject } from "../../wire/types.ts";
import type { Clock } from "../clock.ts";
import type { ApiError } from "../errors.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Reply } from "../http/response.ts";
import {
  type CutOff,
  close,
  closeAtFirstWord,
  cutDownload,
  cutReply,
  cutStream,
  cutUpload,
  reset,
} from "./cut.ts";
import type { IsLast } from "./last-line.ts";
import type { Action, Step, Trigger } from "./scenario.ts";

export interface EdgeOptions {
  clock: Clock;
  /** Makes the error that the server answers with. */
  refusal(status: number, code: string, message: string, details: JsonObject): ApiError;
  /** Of a stream. */
  isLast: IsLast;
}

type Serve = () => Promise<Reply | undefined>;

const HEADER = "X-Belt-Fault";

/** Answers in the place of the route, or lets it answer less than it would. */
export async function applyToRequest(
  step: Step,
  trigger: Trigger | undefined,
  request: ApiRequest,
  serve: Serve,
  options: EdgeOptions,
): Promise<Reply | undefined> {
  const action = step.do;
  request.response.setHeader(HEADER, `step ${step.number}: ${asHeader(step.does)}`);
  if (action.kind === "refuse") throw refuse(action, request, options);
  if (action.kind === "lose") return await lose(action.answer, request, serve);
  if (action.kind === "cut") return await cut(action, trigger, request, serve, options);
  return await serve();
}

type Of<K extends Action["kind"]> = Extract<Action, { kind: K }>;

function refuse(
  { status, code, detail, more, retryAfter }: Of<"refuse">,
  { response }: ApiRequest,
  { refusal }: EdgeOptions,
) {
  if (retryAfter !== null) response.setHeader("Retry-After", String(retryAfter));
  return refusal(status, code, detail, more);
}

async function lose(
  answer: "drop" | "reset",
  { raw, response }: ApiRequest,
  serve: Serve,
): Promise<undefined> {
  if (answer === "reset") {
    reset(raw);
    return;
  }
  closeAtFirstWord(raw, response);
  // A request that is refused loses its answer, too.
  await serve().catch(() => {});
  close(raw);
}

async function cut(
  { after, cut }: Of<"cut">,
  trigger: Trigger | undefined,
  { raw, response }: ApiRequest,
  serve: Serve,
  { clock, isLast }: EdgeOptions,
): Promise<Reply | undefined> {
  const off: CutOff = { request: raw, response, after, cut, clock };
  if (trigger === "put") {
    await cutUpload(off);
    return undefined;
  }
  if (trigger === "download") {
    cutDownload(off);
    return await serve();
  }
  cutStream(off, isLast);
  const reply = await serve();
  if (reply) cutReply(off, reply);
  return undefined;
}

/** A header holds no line ends and no foreign letters. */
function asHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
}
