import type { AgentParts } from "../agents/agents.ts";
import type { Catalog } from "../apps/catalog.ts";
import type { Clock } from "../clock.ts";
import type { Wallet } from "../money/wallet.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { FileStore } from "../tasks/file-store.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { Pool } from "../workers/pool.ts";
import type { Apps } from "./app-info.ts";
import type { Serializer } from "./serialize.ts";
import type { ChatSerializer } from "./serialize-chat.ts";

/** The parts of the server that a request may need. */
export interface Services {
  clock: Clock;
  agents: AgentParts & { serializer: ChatSerializer };
  apps: Apps;
  catalog: Catalog;
  pool: Pool;
  sessions: Sessions;
  tasks: Tasks;
  files: FileStore;
  serializer: Serializer;
  wallet: Wallet;
  /** `http://127.0.0.1:<port>`, known once the server listens. */
  baseUrl(): string;
  /** The reference to the stored file that a text is an address of, else null. */
  parseReference(text: string): string | null;
}
