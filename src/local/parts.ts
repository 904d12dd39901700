/** The parts of the local server, each made from those before it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { MICROCENTS_PER_USD } from "../wire/money.ts";
import type { StatusTable } from "../wire/status.ts";
import { createAgents } from "./agents/agents.ts";
import { Catalog } from "./apps/catalog.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { EmitEvent } from "./events.ts";
import { Apps } from "./http/app-info.ts";
import type { Hooks } from "./http/hooks.ts";
import { Serializer } from "./http/serialize.ts";
import { ChatSerializer } from "./http/serialize-chat.ts";
import type { Services } from "./http/services.ts";
import { createIds, type IdKind } from "./ids.ts";
import { Wallet } from "./money/wallet.ts";
import { Sessions } from "./sessions/sessions.ts";
import { FileStore } from "./tasks/file-store.ts";
import { mapStrings } from "./tasks/json.ts";
import { Runner } from "./tasks/runner.ts";
import type { Task } from "./tasks/task.ts";
import { TaskStore } from "./tasks/task-store.ts";
import { Tasks } from "./tasks/tasks.ts";
import { Webhooks } from "./tasks/webhook.ts";
import { Pool } from "./workers/pool.ts";

/** What the parts of a server are made by. */
export interface PartsOptions {
  /** The package's folder: the worker program and the built-in apps are in it. */
  root: string;
  /** Belt's state folder. */
  stateDir: string;
  /** The user's app directories; they win over built-in apps of the same name. */
  appDirs: string[];
  /** Most worker processes that work at a time. */
  workers: number;
  /** Most sessions that hold a worker and do not use it, 32 unless told. */
  idleSessions?: number;
  taskTimeoutMs: number;
  /** Credit in microcents, 100 USD unless told. */
  balance?: number;
  statusTable: StatusTable;
  /** "file": outputs carry `file:` uris, which outlive the server. */
  fileUris: "http" | "file";
  clock?: Clock;
  ids?: (kind: IdKind) => string;
  /** What workers are told beside what they inherit, such as how to reach this server. */
  workerEnvironment?: Record<string, string>;
  /** Bound of one worker's JavaScript heap, 1024 unless told. */
  workerMemoryMb?: number;
  /** Milliseconds that an app may take to load, 30,000 unless told. */
  loadMs?: number;
  /** Facts to show; with it, edits of apps are looked for all the time and not only at the next run. */
  onEvent?: EmitEvent;
}

const IDLE_SESSIONS = 32;
const LOAD_MS = 30_000;
const BALANCE = 100 * Number(MICROCENTS_PER_USD);

/** The parts of a server, made once. */
export interface Parts {
  services: Services;
  runner: Runner;
  webhooks: Webhooks;
  folders: Folders;
}

/** What every part may need: time, ids, and where facts go. */
interface Basics {
  clock: Clock;
  nextId: (kind: IdKind) => string;
  emit: EmitEvent;
}

/** Each part is made of those before it. */
export function assemble(options: PartsOptions, key: string, hooks: Hooks, baseUrl: () => string): Parts {
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
  const parseReference = (text: string) =>
    files.parseReference(text, [baseUrl(), baseUrl().replace("127.0.0.1", "localhost")]);
  const runner = new Runner({
    clock,
    pool,
    files,
    sessions,
    taskTimeoutMs: options.taskTimeoutMs,
    report: (version, problem) => void catalog.report(version, problem),
    atPhase: hooks.atPhase.bind(hooks),
    inputUri: (text) => serializer.httpUri(text),
    parseReference,
  });
  const webhooks = new Webhooks(clock, emit, hooks.deliver.bind(hooks));
  const wallet = new Wallet(options.balance ?? BALANCE);
  const onEnd = (task: Task) => {
    wallet.settle(task);
    if (task.webhook) webhooks.send(task.id, task.webhook, serializer.webhook(task));
  };
  const tasks = createTasks(basics, folders, runner, onEnd);
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
  {
    root,
    workers,
    idleSessions = IDLE_SESSIONS,
    workerMemoryMb = 1024,
    loadMs = LOAD_MS,
    workerEnvironment = {},
  }: PartsOptions,
  { nextId, emit }: Basics,
  { cache: cacheDir, temporary: temporaryDir }: Folders,
): Pool {
  const program = join(root, "dist", "local", "worker", "main.js");
  const settings = {
    program,
    memoryMb: workerMemoryMb,
    cacheDir,
    temporaryDir,
    environment: workerEnvironment,
  };
  return new Pool({
    workers,
    idleLeases: idleSessions,
    settings,
    loadMs,
    nextId: () => nextId("wrk"),
    emit,
  });
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
