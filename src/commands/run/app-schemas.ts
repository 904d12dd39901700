import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { notAsExpected } from "../../api/paths.ts";
import { type AppSchemas, appSchemas, shortVersionOf, versionOf } from "../../api/resources/app.ts";
import { type CachedApp, SchemaCache } from "../../store/schema-cache.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";

/** A schema is worth this much waiting, in milliseconds, and no more: a run goes on without. */
const PATIENCE = 3_000;

/** A local server has to start the app to know its schema; the run that follows finds it started. */
const LOCAL_PATIENCE = 30_000;

/** What is younger is taken for current, in milliseconds. */
const YOUNG = 5 * 60_000;

/**
 * What is known of an app: from the cache at once, else from the API, else nothing. It is never
 * in the way: no failure gets out of here, and no wait lasts long.
 */
export class KnownApp {
  readonly #ctx: Context;
  readonly #reference: string;
  readonly #cache: SchemaCache;

  constructor(ctx: Context, reference: string) {
    this.#ctx = ctx;
    this.#reference = reference;
    this.#cache = new SchemaCache(ctx.store.paths.cache, ctx.out, ctx.store.owner);
  }

  async cached(): Promise<AppSchemas | null> {
    const entry = await this.#read();
    return entry && appSchemas(entry.app);
  }

  async fetched(api: Api): Promise<AppSchemas | null> {
    const [reference = "", pin] = this.#reference.split("@");
    try {
      const signal = AbortSignal.any([
        this.#ctx.signal,
        deadline(this.#ctx.endpoint.local ? LOCAL_PATIENCE : PATIENCE),
      ]);
      const app = await api.app(reference, signal);
      if (pin !== undefined && !isVersion(app, pin)) return null;
      await this.#cache.write({
        api: this.#server,
        reference: this.#reference,
        fetched: this.#ctx.now(),
        app,
      });
      return appSchemas(app);
    } catch (thrown) {
      this.#ctx.out.trace(`no schema of ${this.#reference}: ${(thrown as Error).message}`);
      return null;
    }
  }

  /** What the API calls the app, in any version; throws what it said where it does not know it. */
  async id(api: Api, signal: AbortSignal): Promise<string> {
    const [reference = ""] = this.#reference.split("@");
    const known = (await this.#read())?.app ?? (await api.app(reference, signal));
    if (typeof known["id"] === "string" && known["id"] !== "") return known["id"];
    throw notAsExpected(`its answer about ${reference} has no id`);
  }

  /** Looks for a newer version in the background. */
  async refresh(api: Api): Promise<void> {
    const entry = await this.#read();
    const lasting = this.#reference.includes("@");
    if (entry && !lasting && this.#ctx.now() - entry.fetched > YOUNG) await this.fetched(api);
  }

  get #server(): string {
    return this.#ctx.endpoint.local ? "local" : (this.#ctx.endpoint.baseUrl ?? "");
  }

  #read(): Promise<CachedApp | null> {
    return this.#cache.read(this.#server, this.#reference);
  }
}

/** The API shows the current version only; of another one nothing is known. */
function isVersion(app: JsonObject, pin: string): boolean {
  return pin === "latest" || versionOf(app) === pin || shortVersionOf(app) === pin;
}
