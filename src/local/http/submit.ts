/** `POST /run` and `POST /apps/run`: from a body to a task in the queue. */
import type { RunRequest } from "../../wire/types.ts";
import type { AppVersion } from "../apps/app-version.ts";
import { requireSecrets } from "../apps/secrets.ts";
import { messageOf } from "../error-text.ts";
import { ApiError, invalidField } from "../errors.ts";
import type { Session } from "../sessions/session.ts";
import { DEFAULT_IDLE_TIMEOUT } from "../sessions/sessions.ts";
import { mapStrings } from "../tasks/json.ts";
import { LOG_TASK } from "../tasks/task.ts";
import { estimateOf } from "./money-routes.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";
import { flag, ignoredRunFields, readRunRequest } from "./validate.ts";

export async function submitRun(
  services: Services,
  request: ApiRequest,
  waitsByDefault: boolean,
): Promise<Reply> {
  const { catalog, pool, tasks, sessions, serializer, clock, wallet } = services;
  const run = readRunRequest(request.body);
  const wait = waits(request) ?? waitsByDefault;
  const found = await catalog.resolve(run.app, (version) => pool.isLoaded(version));
  const resolved = { ...found, messages: [...found.messages, ...ignoredRunFields(request.body)] };
  requireSecrets(resolved.version);
  checkWorkers(services, run);
  const estimated = await estimateOf(services, resolved.version, run);
  const cost = estimated?.max ?? estimated?.min ?? 0;
  wallet.require(cost);
  const session = sessionFor(services, run, resolved.version);
  const kept = { ...run, input: mapStrings(run.input, (text) => services.parseReference(text) ?? text) };
  const { live, saved } = tasks.submit(kept, resolved, { sessionId: session?.id ?? null, cost }, (call) => {
    wallet.take(cost);
    if (session) call.previousCalls = sessions.enqueueCall(session, call);
  });
  // Made before the task can have ended: a submit that does not wait never answers a terminal status.
  const first = serializer.task(live.task);
  await saved.catch((error) =>
    live.log(`the record of this task could not be kept: ${messageOf(error)}`, LOG_TASK, clock.now()),
  );
  if (!wait) return { data: first, messages: resolved.messages };
  await live.done;
  return { data: serializer.task(live.task), messages: resolved.messages };
}

function waits({ query, body }: ApiRequest): boolean | undefined {
  const asked = query.get("wait");
  if (asked === null) return flag(body, "wait");
  if (asked !== "true" && asked !== "false") throw invalidField("wait", "must be true or false");
  return asked === "true";
}

function sessionFor({ sessions }: Services, run: RunRequest, version: AppVersion): Session | null {
  if (run.session === undefined) return null;
  if (run.session === "new") return sessions.open(version, run.session_timeout ?? DEFAULT_IDLE_TIMEOUT);
  return sessions.forCall(run.session, version);
}

/** Naming workers of the cloud means nothing here; naming one that a session holds is refused. */
function checkWorkers({ pool }: Services, run: RunRequest): void {
  const named = (run.workers ?? []).flatMap((id) => pool.find(id) ?? []);
  const leased = named.find(({ session }) => session !== null && session !== run.session);
  if (leased && named.every(({ session }) => session !== null && session !== run.session)) {
    throw new ApiError(409, "WORKER_LEASED", `worker ${leased.id} is leased by session ${leased.session}`, {
      suggestions: [`run in that session: --session ${leased.session}`, "name another worker, or none"],
    });
  }
}
