/** The local server: the API of inference.sh on loopback, with real apps as worker processes. */
import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { systemClock } from "./clock.ts";
import { ApiError } from "./errors.ts";
import type { AppSummary, Rehearsal } from "./events.ts";
import { type Hooks, NO_HOOKS } from "./http/hooks.ts";
import { createHttpServer, listen, portOf } from "./http/http-server.ts";
import type { Dialect } from "./http/response.ts";
import type { Services } from "./http/services.ts";
import { assemble, type Parts, type PartsOptions } from "./parts.ts";
import { removeOldFiles } from "./remove-old-files.ts";

export type { ServerEvent } from "./events.ts";

export interface LocalServerOptions extends PartsOptions {
  /** 0 for any. */
  port: number;
  /** Null: every form at once, bare for a request with `X-API-Version: 2`. */
  dialect: Dialect | null;
  key?: string;
  /** A script of faults: as it was given, and the file that this would be. */
  scenario?: { given: string; file: string } | undefined;
  /** Ends the start, which may have to load apps, with its reason. */
  signal?: AbortSignal;
}

export interface LocalServer {
  url: string;
  key: string;
  /** Loads every app once; a broken one is among them, with its problem. */
  apps(): Promise<AppSummary[]>;
  /** What of the scenario was rehearsed so far; null without one. */
  rehearsal(): Rehearsal | null;
  /** Tasks that have not ended. */
  running(): number;
  /** Cancels what runs, ends sessions, ends every process, frees the port. */
  close(): Promise<void>;
}

const WATCH_MS = 1000;
const SWEEP_MS = 3_600_000;
const WEBHOOK_GRACE_MS = 500;
const LAST_ANSWERS_MS = 200;

/** Rejects with an error of code EADDRINUSE when the port is taken, of code SCENARIO for one that is not in order. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const key = options.key ?? `inf_local_${randomBytes(18).toString("base64url")}`;
  const hooks = options.scenario ? await loadFaults(options.scenario, options) : NO_HOOKS;
  const parts = assemble(options, key, hooks, () => `http://127.0.0.1:${portOf(server)}`);
  const { dialect } = options;
  const server: Server = createHttpServer(parts.services, { key, dialect, around: hooks.around.bind(hooks) });
  await untilAborted(hooks.open(parts.services), options.signal).catch(async (error) => {
    await parts.services.pool.close();
    throw error;
  });
  await listen(server, options.port);
  // Answers of the first request need the catalog: it is read while that request is on its way.
  setImmediate(() => void parts.services.catalog.directories().catch(() => {}));
  const stopUpkeep = startUpkeep(options, parts);
  let closing: Promise<void> | null = null;
  return {
    url: parts.services.baseUrl(),
    key,
    apps: () => summaries(parts.services),
    rehearsal: () => hooks.rehearsal(),
    running: () => parts.services.tasks.running,
    close() {
      stopUpkeep();
      closing ??= drain(server, parts);
      return closing;
    },
  };
}

async function untilAborted(work: Promise<void>, signal?: AbortSignal): Promise<void> {
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  signal?.throwIfAborted();
  await Promise.race([work, aborted]);
}

/** Apps, then agents. */
async function summaries({ apps, agents }: Services): Promise<AppSummary[]> {
  const known = await agents.catalog.all();
  return [...(await apps.summaries()), ...known.map((directory) => directory.summary())];
}

/** Nothing of faults is loaded where none are asked for. */
async function loadFaults(
  scenario: { given: string; file: string },
  { clock = systemClock, onEvent: emit = () => {} }: LocalServerOptions,
): Promise<Hooks> {
  const { Faults } = await import("./faults/faults.ts");
  const refusal = (...answer: ConstructorParameters<typeof ApiError>) => new ApiError(...answer);
  return new Faults({ ...scenario, clock, emit, refusal });
}

/** Throws away what is a week old, and looks for edits of apps when they are to be shown. */
function startUpkeep(options: LocalServerOptions, { services, folders }: Parts): () => void {
  const tidy = () => {
    for (const folder of Object.values(folders)) void removeOldFiles(folder, Date.now());
  };
  tidy();
  const timers = [setInterval(tidy, SWEEP_MS)];
  if (options.onEvent) timers.push(setInterval(() => void loadEdited(services), WATCH_MS));
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

/** An edit is loaded at once, so that it shows whether it can be. */
async function loadEdited({ catalog, apps }: Services): Promise<void> {
  for (const version of await catalog.watch()) await apps.schemas(version).catch(() => {});
}

async function drain(server: Server, { services, runner, webhooks }: Parts): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  runner.drain();
  await services.agents.chats.close();
  await services.tasks.cancelAll();
  services.sessions.endAll();
  await Promise.all([services.pool.close(), webhooks.close(WEBHOOK_GRACE_MS)]);
  // Apps may have had last words.
  await services.tasks.recorded();
  server.closeIdleConnections();
  // Answers that are on their way may arrive; a client that does not take them may not hold the port.
  const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  await closed;
  clearTimeout(timer);
}
