/** Where something may stand between the server and its clients, its workers and the receivers of webhooks. */
import type { EmitEvent, Rehearsal } from "../events.ts";
import type { LiveTask } from "../tasks/task.ts";
import type { WorkerProcess } from "../workers/worker-process.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Route } from "./routes.ts";
import type { Services } from "./services.ts";

export interface Hooks {
  /** Called once the parts of the server are there, before it serves. */
  open(services: Services): Promise<void>;
  /** Around each request that may be served. */
  around(
    route: Route,
    request: ApiRequest,
    serve: () => Promise<Reply | undefined>,
  ): Promise<Reply | undefined>;
  /** A task stays in its phase until this resolves, and fails when it throws. */
  atPhase(live: LiveTask, worker: WorkerProcess | null): Promise<void>;
  /** Sends a webhook. */
  deliver(url: string, request: RequestInit & { body: string }): Promise<Response>;
  /** Hears all that happens. */
  watch: EmitEvent;
  /** What was rehearsed, and what came of it; null when nothing was. */
  rehearsal(): Rehearsal | null;
}

export const NO_HOOKS: Hooks = {
  open: async () => {},
  around: (_route, _request, serve) => serve(),
  atPhase: async () => {},
  deliver: (url, request) => fetch(url, request),
  watch() {},
  rehearsal: () => null,
};
