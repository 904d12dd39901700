/** What each request and task is about: known from the apps of the server and from what it tells. */
import { isTerminal } from "../../wire/status.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { ServerEvent } from "../events.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Task } from "../tasks/task.ts";
import { REQUESTS, type Trigger } from "./scenario.ts";
import type { Subject } from "./script.ts";

/** An app as far as a scenario can name it. */
export interface KnownApp {
  app: string;
  name: string;
  /** Null until a scenario needs it, since only the app's code tells. */
  defaultFunction: string | null;
}

/** A task with what it is about. */
interface Followed extends Subject {
  ended: boolean;
}

export class Subjects {
  readonly #tasks = new Map<string, Followed>();
  readonly #sessions = new Map<string, string>();
  readonly #find: (id: string) => Task | undefined;
  apps: KnownApp[] = [];

  constructor(find: (id: string) => Task | undefined) {
    this.#find = find;
  }

  /** By `namespace/name[@version]` or a bare name. */
  app(reference: string): KnownApp | undefined {
    const [wanted] = reference.split("@", 1);
    return this.apps.find(({ app, name }) => app === wanted || name === wanted);
  }

  task(id: string): Followed | null {
    return this.#tasks.get(id) ?? null;
  }

  /** Also true of a task that an earlier server has left behind. */
  hasEnded(id: string): boolean {
    return this.#tasks.get(id)?.ended ?? true;
  }

  watch(event: ServerEvent): void {
    if (event.type === "session" && event.state === "opened") this.#sessions.set(event.id, event.app);
    if (event.type !== "task") return;
    if (event.status === "received") this.#remember(event.id);
    const task = this.#tasks.get(event.id);
    if (task) task.ended = isTerminal(event.status);
  }

  of(trigger: Trigger | null, { params, body }: ApiRequest): Subject | null {
    const id = params["id"] ?? "";
    if (trigger === "submit" || trigger === "estimate") return this.#ofBody(body, params);
    if (trigger?.startsWith("session.")) {
      const app = this.#sessions.get(id);
      return app === undefined ? null : { app, function: null, input: {} };
    }
    return this.task(id);
  }

  #ofBody(body: JsonObject, params: Record<string, string>): Subject | null {
    const reference = body["app"] || body["app_id"] || Object.values(params)[0];
    const known = typeof reference === "string" ? this.app(reference) : undefined;
    if (!known) return null;
    const { function: name, input } = body;
    return {
      app: known.app,
      function: typeof name === "string" && name !== "" ? name : known.defaultFunction,
      input: isObject(input) ? input : {},
    };
  }

  #remember(id: string): void {
    const task = this.#find(id);
    if (!task) return;
    const { appId: app, input } = task;
    this.#tasks.set(id, {
      app,
      input,
      function: task.function ?? this.app(app)?.defaultFunction ?? null,
      ended: false,
    });
  }
}

/** The names of a request in a scenario; "any" is one of every request's. */
export function triggersOf(method: string, path: string, body: JsonObject): Trigger[] {
  const route = `${method} ${path.replace(/:\w+/g, ":")}`;
  const trigger = (REQUESTS as Record<string, Trigger>)[route];
  return [...(trigger ? [trigger] : []), ...sessionTriggers(trigger, body["session"]), "any"];
}

function sessionTriggers(trigger: Trigger | undefined, session: unknown): Trigger[] {
  if (trigger !== "submit" || typeof session !== "string" || session === "") return [];
  return [session === "new" ? "session.new" : "session.call"];
}
