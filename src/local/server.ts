/** The local server: the API of inference.sh on loopback, with real apps as worker processes. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { MICROCENTS_PER_USD } from "../wire/money.ts";
import type { StatusTable } from "../wire/status.ts";
import { createAgents } from "./agents/agents.ts";
import { Catalog } from "./apps/catalog.ts";
import { type Clock, systemClock } from "./clock.ts";
import { ApiError } from "./errors.ts";
import type { AppSummary, EmitEvent, Rehearsal } from "./events.ts";
import { Apps } from "./http/app-info.ts";
import { type Hooks, NO_HOOKS } from "./http/hooks.ts";
import { createHttpServer, listen, portOf } from "./http/http-server.ts";
import type { Dialect } from "./http/response.ts";
import { Serializer } from "./http/serialize.ts";
import { ChatSerializer } from "./http/serialize-chat.ts";
import type { Services } from "./http/services.ts";
import { createIds, type IdKind } from "./ids.ts";
import { Wallet } from "./money/wallet.ts";
import { removeOldFiles } from "./remove-old-files.ts";
import { Sessions } from "./sessions/sessions.ts";
import { FileStore } from "./tasks/file-store.ts";
import { mapStrings } from "./tasks/json.ts";
import { Runner } from "./tasks/runner.ts";
import type { Task } from "./tasks/task.ts";
import { TaskStore } from "./tasks/task-store.ts";
import { Tasks } from "./tasks/tasks.ts";
import { Webhooks } from "./tasks/webhook.ts";
import { Pool } from "./workers/pool.ts";

export type { ServerEvent } from "./events.ts";

export interface LocalServerOptions {
  /** The package's folder: the worker program and the built-in apps are in it. */
  root: string;
  /** Belt's state folder. */
  stateDir: string;
  /** The user's app directories; they win over built-in apps of the same name. */
  appDirs: string[];
  /** 0 for any. */
  port: number;
  /** Most worker processes that work at a time. */
  workers: number;
  /** Most sessions that hold a worker and do not use it, 32 unless told. */
  idleSessions?: number;
  taskTimeoutMs: number;
  /** Credit in microcents, 100 USD unless told. */
  balance?: number;
  /** Null: every form at once, bare for a request with `X-API-Version: 2`. */
  dialect: Dialect | null;
  statusTable: StatusTable;
  /** "file": outputs carry `file:` uris, which outlive the server. */
  fileUris: "http" | "file";
  key?: string;
  clock?: Clock;
  ids?: (kind: IdKind) => string;
  /** Bound of one worker's JavaScript heap, 1024 unless told. */
  workerMemoryMb?: number;
  /** A script of faults: as it was given, and the file that this would be. */
  scenario?: { given: string; file: string } | undefined;
  /** Facts to show; with it, edits of apps are looked for all the time and not only at the next run. */
  onEvent?: EmitEvent;
}

export interface LocalServer {
  url: string;
  key: string;
  /** Loads every app once; a broken one is among them, with its problem. */
  apps(): Promise<AppSummary[]>;
  /** What of the scenario was rehearsed so far; null without one. */
  rehearsal(): Rehearsal | null;
  /** Cancels what runs, ends sessions, ends every process, frees the port. */
  close(): Promise<void>;
}

const IDLE_SESSIONS = 32;
const BALANCE = 100 * Number(MICROCENTS_PER_USD);
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
  await hooks.open(parts.services).catch(async (error) => {
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
    close() {
      stopUpkeep();
      closing ??= drain(server, parts);
      return closing;
    },
  };
}

/** Apps, then agents. */
async function summaries({ apps, agents }: Services): Promise<AppSummary[]> {
  const known = await agents.catalog.list();
  return [...(await apps.summaries()), ...known.map((directory) => directory.summary())];
}

interface Parts {
  services: Services;
  runner: Runner;
  webhooks: Webhooks;
  folders: Folders;
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

/** What every part may need: time, ids, and where facts go. */
interface Basics {
  clock: Clock;
  nextId: (kind: IdKind) => string;
  emit: EmitEvent;
}

/** Each part is made of those before it. */
function assemble(options: LocalServerOptions, key: string, hooks: Hooks, baseUrl: () => string): Parts {
  const { clock = systemClock, onEvent } = options;
  const emit: EmitEvent = (event) => {
    hooks.watch(event);
    onEvent?.(event);
  };
  const basics = { clock, emit, nextId: options.ids ?? createIds(clock) };
  const folders = makeFolders(join(options.stateDir, "local"));
  const catalog = new Catalog(options.appDirs, join(options.root, "src", "samples"), emit);
  const files = new FileStore({
    dir: folders.files,
    key,
    nextId: () => basics.nextId("file"),
    now: clock.now,
  });
  const { statusTable: table, fileUris } = options;
  const serializer = new Serializer({ table, fileUris, files, baseUrl });
  const pool = createPool(options, basics, folders);
  const sessions = new Sessions({
    clock,
    emit,
    nextId: () => basics.nextId("sess"),
    retire: (worker) => pool.retire(worker),
  });
  const runner = new Runner({
    clock,
    pool,
    files,
    sessions,
    taskTimeoutMs: options.taskTimeoutMs,
    report: (version, problem) => void catalog.report(version, problem),
    atPhase: hooks.atPhase.bind(hooks),
    inputUri: (text) => serializer.httpUri(text),
  });
  const webhooks = new Webhooks(clock, emit, hooks.deliver.bind(hooks));
  const wallet = new Wallet(options.balance ?? BALANCE);
  const onEnd = (task: Task) => {
    wallet.settle(task);
    if (task.webhook) webhooks.send(task.id, task.webhook, serializer.webhook(task));
  };
  const tasks = createTasks(basics, folders, runner, onEnd);
  const parseReference = (text: string) =>
    files.parseReference(text, [baseUrl(), baseUrl().replace("127.0.0.1", "localhost")]);
  const agents = createAgents({
    ...{ clock, nextId: basics.nextId, dir: folders.chats, catalog, pool, tasks },
    appDirs: options.appDirs,
    builtInDir: join(options.root, "src", "samples"),
    present: (value) => mapStrings(value, (text) => serializer.uri(text)),
  });
  const known = { clock, catalog, pool, sessions, tasks, files, serializer, wallet, baseUrl, parseReference };
  const served = { ...agents, serializer: new ChatSerializer(serializer) };
  return { services: { ...known, agents: served, apps: new Apps(catalog, pool) }, runner, webhooks, folders };
}

type Folders = ReturnType<typeof makeFolders>;

function makeFolders(local: string) {
  const folder = (name: string) => {
    const path = join(local, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  };
  return {
    tasks: folder("tasks"),
    chats: folder("chats"),
    files: folder("files"),
    cache: folder("cache"),
    temporary: folder("tmp"),
  };
}

function createPool(
  { root, workers, idleSessions = IDLE_SESSIONS, workerMemoryMb = 1024 }: LocalServerOptions,
  { nextId, emit }: Basics,
  { cache: cacheDir, temporary: temporaryDir }: Folders,
): Pool {
  const program = join(root, "dist", "local", "worker", "main.js");
  const settings = { program, memoryMb: workerMemoryMb, cacheDir, temporaryDir };
  return new Pool({ workers, idleLeases: idleSessions, settings, nextId: () => nextId("wrk"), emit });
}

function createTasks(
  { clock, nextId, emit }: Basics,
  folders: Folders,
  runner: Runner,
  onEnd: (task: Task) => void,
): Tasks {
  return new Tasks({
    clock,
    emit,
    nextId: () => nextId("task"),
    store: new TaskStore(folders.tasks),
    execute: (live, version) => runner.execute(live, version),
    onEnd,
  });
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
  await Promise.all([services.pool.close(), services.tasks.recorded(), webhooks.close(WEBHOOK_GRACE_MS)]);
  server.closeIdleConnections();
  // Answers that are on their way may arrive; a client that does not take them may not hold the port.
  const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  await closed;
  clearTimeout(timer);
}
