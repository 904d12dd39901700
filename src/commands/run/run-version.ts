import type { Api } from "../../api/client.ts";
import type { AppSchemas } from "../../api/resources/app.ts";
import { asSchema } from "../../input/schema/document.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { RunContext } from "../shared/context.ts";
import { KnownApp } from "./app-schemas.ts";
import type { VersionRan } from "./receipt-document.ts";
import type { InputSchemas } from "./receipt-input.ts";

/** The version that a task ran, as the API tells it in the task. */
export function versionTold(task: JsonObject): VersionRan {
  const { app_version_id, app_version } = task;
  const inside = isObject(app_version) ? app_version : {};
  return { id: text(app_version_id) ?? text(inside["id"]), short_id: text(inside["short_id"]) };
}

/** What is known of an app that ran, asked for once however many of its runs are written down. */
export class RanApp {
  readonly #ctx: RunContext;
  readonly #api: Api | null;
  readonly #reference: string;
  readonly #versions = new Map<string, Promise<VersionRan>>();
  readonly #secret = new Map<string, Promise<InputSchemas>>();
  readonly #known: AppSchemas | null;

  /** `reference` is the app as it was asked for; without an `api` only the cache is asked; `known` is what it takes where that was read already. */
  constructor(ctx: RunContext, api: Api | null, reference: string, known: AppSchemas | null = null) {
    this.#ctx = ctx;
    this.#api = api;
    this.#reference = reference;
    this.#known = known;
  }

  /** The version that a task ran; where the task does not tell, the one that was asked for. */
  async version(task: JsonObject): Promise<VersionRan> {
    const told = versionTold(task);
    const { pin } = this.#asked;
    if (told.short_id !== null) return told;
    if (told.id === null) return { id: null, short_id: pin === "latest" ? null : pin };
    const known = this.#versions.get(told.id) ?? this.#named(told.id);
    this.#versions.set(told.id, known);
    return await known;
  }

  /** What the app takes, to know what of it is secret; today's version where the one that ran is not known. */
  async secretSchemas(name = ""): Promise<InputSchemas> {
    const known = this.#secret.get(name) ?? this.#secretSchemas(name);
    this.#secret.set(name, known);
    return await known;
  }

  get #asked(): { name: string; pin: string } {
    const [name = "", pin = "latest"] = this.#reference.split("@");
    return { name, pin };
  }

  async #named(id: string): Promise<VersionRan> {
    const [exact, current] = [this.#app(this.#reference), this.#app(this.#asked.name)];
    for (const look of [
      () => exact.cached(),
      () => current.cached(),
      () => this.#fetched(this.#asked.name),
    ]) {
      const found = await look();
      if (found?.version === id) return { id, short_id: found.shortVersion };
    }
    return { id, short_id: null };
  }

  async #secretSchemas(name: string): Promise<InputSchemas> {
    const found = this.#known ?? (await this.#found());
    if (!found) return { input: null, setup: null };
    const asked = name || found.defaultFunction;
    const own = Object.hasOwn(found.functions, asked) ? found.functions[asked] : undefined;
    return { input: asSchema(own?.input), setup: asSchema(found.setup) };
  }

  async #found(): Promise<AppSchemas | null> {
    const { name } = this.#asked;
    for (const one of [this.#reference, name]) {
      const found = await this.#app(one).cached();
      if (found) return found;
    }
    return await this.#fetched(name);
  }

  async #fetched(name: string): Promise<AppSchemas | null> {
    return this.#api && (await this.#app(name).fetched(this.#api));
  }

  #app(reference: string): KnownApp {
    return new KnownApp(this.#ctx, reference);
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
