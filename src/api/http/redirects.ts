import type { Dispatcher } from "undici";
import { BeltError } from "../../errors.ts";
import type { Hint } from "../../hint.ts";

/** As many as browsers' oldest bound; a chain that is longer is a loop. */
const MAX_REDIRECTS = 5;

export interface Following {
  /** Asks at an address; whether it gets the key is decided by where it is. */
  send(url: URL): Promise<Dispatcher.ResponseData>;
  /** False for what must not be done at an address that nobody named. */
  follow: boolean;
  /** What to do about a redirect that is not followed. */
  hint?: Hint;
}

/** The first answer that points nowhere else. Throws for a redirect that is not followed. */
export async function followRedirects(
  url: URL,
  { send, follow, hint }: Following,
): Promise<Dispatcher.ResponseData> {
  for (let at = url, hops = 0; ; hops++) {
    const answer = await send(at);
    const location = placeOf(answer);
    if (location === null) return answer;
    await answer.body.dump();
    const next = URL.canParse(location, at.href) ? new URL(location, at) : null;
    const goesOn = follow && hops < MAX_REDIRECTS && /^https?:$/.test(next?.protocol ?? "");
    if (!next || !goesOn) throw notFollowed(at, location, answer.statusCode, hint);
    at = next;
  }
}

function placeOf({ statusCode, headers }: Dispatcher.ResponseData): string | null {
  const [location] = [headers["location"]].flat();
  return statusCode >= 300 && statusCode < 400 && location !== undefined ? location : null;
}

function notFollowed(url: URL, location: string, httpStatus: number, hint: Hint | undefined): BeltError {
  return new BeltError({
    code: "redirected",
    message: `${url.origin} redirects to ${location}, which belt does not follow`,
    hint,
    exit: "failure",
    httpStatus,
  });
}
