/** The agents of this server and their chats, made of the parts they need. */
import type { JsonObject, RunRequest } from "../../wire/types.ts";
import { type Catalog, foldersIn } from "../apps/catalog.ts";
import { requireSecrets } from "../apps/secrets.ts";
import type { Clock } from "../clock.ts";
import type { IdKind } from "../ids.ts";
import type { LiveTask } from "../tasks/task.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { Pool } from "../workers/pool.ts";
import { AgentCatalog } from "./agent-catalog.ts";
import { isAgentFolder } from "./agent-directory.ts";
import type { AgentTool } from "./agent-version.ts";
import { Answerer } from "./answer.ts";
import { ChatStore } from "./chat-store.ts";
import { Chats } from "./chats.ts";

export interface AgentsOptions {
  clock: Clock;
  nextId: (kind: IdKind) => string;
  /** Where chats are kept. */
  dir: string;
  appDirs: string[];
  /** The folders that come with belt. */
  builtInDir: string;
  catalog: Catalog;
  pool: Pool;
  tasks: Tasks;
  present(value: unknown): unknown;
}

export interface AgentParts {
  catalog: AgentCatalog;
  chats: Chats;
}

export function createAgents(options: AgentsOptions): AgentParts {
  const { clock, nextId, dir, appDirs, builtInDir, tasks, present } = options;
  const answerer = new Answerer({
    clock,
    nextId,
    tasks,
    present,
    runApp: (tool, input) => runApp(options, tool, input),
    cancelTask: (task) => void tasks.cancel(task),
  });
  const chats = new Chats({
    clock,
    nextId,
    store: new ChatStore(dir),
    answer: (live, version, run) => answerer.answer(live, version, run),
  });
  const builtIn = foldersIn(builtInDir).filter(isAgentFolder);
  return { catalog: new AgentCatalog(appDirs.filter(isAgentFolder), builtIn), chats };
}

async function runApp(
  { catalog, pool, tasks }: AgentsOptions,
  tool: AgentTool,
  input: JsonObject,
): Promise<LiveTask> {
  const resolved = await catalog.resolve(tool.app, (version) => pool.isLoaded(version));
  requireSecrets(resolved.version);
  const request: RunRequest = { app: tool.app, input, ...(tool.function && { function: tool.function }) };
  const { live, saved } = tasks.submit(request, resolved, { sessionId: null, cost: 0 }, () => {});
  // What cannot be kept runs all the same.
  void saved.catch(() => {});
  return live;
}
