import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { BeltError } from "../../errors.ts";
import { belt, type Hint } from "../../hint.ts";
import { SESSION_CODES } from "../../wire/sessions.ts";

/** True for the API's own codes of sessions. */
export function isSessionError({ facts: { code } }: BeltError): boolean {
  return SESSION_CODES.some((known) => known === code);
}

/**
 * A refusal about a session in words that name it, with the command to type next
 * (src/api/README.md, "Sessions"). `app` is what was to run in it, null where the command has none.
 */
export async function explainSession(
  thrown: unknown,
  api: Api,
  sessionId: string,
  app: string | null,
): Promise<unknown> {
  if (!(thrown instanceof BeltError)) return thrown;
  const startOver = async () => {
    const owner = app ?? (await ownerOf(api, sessionId));
    return owner ? belt("run", owner, "--session", "new") : "open another with --session new";
  };
  const explain = (message: string, hint: Hint) => thrown.with({ message, hint });
  switch (thrown.facts.code) {
    case "SESSION_NOT_FOUND":
      return explain(`there is no session ${sessionId}`, belt("session list"));
    case "SESSION_EXPIRED":
      return explain(
        `session ${sessionId} has expired: it was idle for longer than its timeout`,
        await startOver(),
      );
    case "SESSION_ENDED":
      return explain(`session ${sessionId} was ended`, await startOver());
    case "WORKER_LEASED":
      return explain(
        `session ${sessionId} cannot run: its worker is bound to another session`,
        belt("session list"),
      );
    case "WORKER_LOST": {
      const [, reason] = /\bworker: (.+)$/s.exec(thrown.message) ?? [];
      const why = reason === undefined ? "" : `: ${reason}`;
      return explain(
        `session ${sessionId} is lost: its worker died, and its state with it${why}`,
        await startOver(),
      );
    }
    case "VERSION_MISMATCH":
      return explain(
        `session ${sessionId} is bound to another version of ${app ?? "its app"}`,
        await startOver(),
      );
    case "APP_MISMATCH": {
      const bound = await ownerOf(api, sessionId);
      return explain(
        `session ${sessionId} belongs to ${bound ?? "another app"}, not to ${app ?? "this one"}`,
        bound ? belt("run", bound, "--session", sessionId) : await startOver(),
      );
    }
    default:
      return thrown;
  }
}

/** Milliseconds that a better hint is worth. */
const PATIENCE = 3_000;

/** The app a session is bound to, when the API tells it by name. */
async function ownerOf(api: Api, sessionId: string): Promise<string | null> {
  const session = await api.session(sessionId, deadline(PATIENCE)).catch(() => null);
  return session?.app_id?.includes("/") ? session.app_id : null;
}
