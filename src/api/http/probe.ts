import { BeltError } from "../../errors.ts";
import { isObject } from "../../wire/types.ts";
import { type ApiResponse, readResponse } from "./response.ts";

/** The success and error formats of the API by their generation (src/api/README.md, "Success formats"). */
type Format = "v1" | "v2" | "current";

/** One harmless request, and what its answer shows of the server. */
export interface Probe {
  /** From sending to the end of the answer, milliseconds. */
  latency: number;
  status: number;
  format: Format | null;
  /** How far this machine's clock is ahead of the server's, milliseconds; null when the server does not tell. */
  skew: number | null;
  /** Why the API refused, or what is wrong with its answer. */
  error: BeltError | null;
}

export interface ProbeFacts {
  /** Milliseconds since 1970. */
  sent: number;
  received: number;
  /** Throws for what is no answer of this API. */
  check(answer: unknown): void;
}

export function readProbe(
  reply: ApiResponse & { date: string | undefined },
  { sent, received, check }: ProbeFacts,
): Probe {
  const date = Date.parse(reply.date ?? "");
  return {
    latency: received - sent,
    status: reply.status,
    format: formatOf(reply),
    // The header counts whole seconds: half a one is its middle.
    skew: Number.isNaN(date) ? null : Math.round((sent + received) / 2 - (date + 500)),
    error: refusal(reply, check),
  };
}

/** Null where the generations do not differ: in errors of the two newer ones, and in what is no JSON. */
function formatOf({ body, status }: ApiResponse): Format | null {
  if (isObject(body) && typeof body["success"] === "boolean") return "v1";
  if (body === undefined || status >= 300) return null;
  return isObject(body) && "data" in body ? "current" : "v2";
}

function refusal(reply: ApiResponse, check: ProbeFacts["check"]): BeltError | null {
  try {
    check(readResponse(reply).value);
    return null;
  } catch (thrown) {
    if (thrown instanceof BeltError) return thrown;
    throw thrown;
  }
}
