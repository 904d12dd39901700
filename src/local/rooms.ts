import type { Apps } from "./apps.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Clock } from "./clock.ts";
import type { FileStore } from "./files.ts";
import type { Pool } from "./pool.ts";
import type { Presenter } from "./present.ts";
import type { Sessions } from "./sessions.ts";
import type { Tasks } from "./tasks.ts";

/** The parts of the server that a request may need. */
export interface Rooms {
  clock: Clock;
  apps: Apps;
  catalogue: Catalogue;
  pool: Pool;
  sessions: Sessions;
  tasks: Tasks;
  files: FileStore;
  presenter: Presenter;
  /** `http://127.0.0.1:<port>`, known once the server listens. */
  baseUrl(): string;
  /** The reference to the stored file that a text is an address of, else null. */
  recognise(text: string): string | null;
}
