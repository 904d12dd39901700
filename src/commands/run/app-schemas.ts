import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { notAsExpected } from "../../api/paths.ts";
import { type AppSchemas, appSchemas, isOfVersion } from "../../api/resources/app.ts";
import { BeltError } from "../../errors.ts";
import { type CachedApp, SchemaCache } from "../../store/schema-cache.ts";
import type { RunContext } from "../shared/context.ts";

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
  readonly #ctx: RunContext;
  readonly #reference: string;
  readonly #cache: SchemaCache;
  /** The API was asked, and describes another version than the one that is pinned. */
  #isOther = false;

  constructor(ctx: RunContext, reference: string) {
    this.#ctx = ctx;
    this.#reference = reference;
    this.#cache = new SchemaCache(ctx.store.paths.cache, ctx.out, ctx.store.owner);
  }

  async cached(): Promise<AppSchemas | null> {
    const entry = await this.#read();
    return entry && appSchemas(entry.app);
  }

  async fetched(api: Api): Promise<AppSchemas | null> {
    try {
      const signal = AbortSignal.any([
        this.#ctx.signal,
        deadline(this.#ctx.endpoint.local ? LOCAL_PATIENCE : PATIENCE),
      ]);
      return await this.#fetch(api, signal);
    } catch (thrown) {
      this.#ctx.out.trace(`no schema of ${this.#reference}: ${(thrown as Error).message}`);
      return null;
    }
  }

  /** The same where it must be had: throws what is in the way. Null when the API has no such app to show. */
  async required(api: Api): Promise<AppSchemas | null> {
    return await this.#fetch(api).catch((thrown) => {
      const status = thrown instanceof BeltError ? thrown.facts.httpStatus : undefined;
      if (status === 404 || status === 405) return null;
      throw thrown;
    });
  }

  /** What the API calls the app, in any version; throws what it said where it does not know it. */
  async id(api: Api, signal: AbortSignal): Promise<string> {
    const [reference = ""] = this.#reference.split("@");
    const known = (await this.#read())?.app ?? (await api.app(reference, signal));
    if (typeof known["id"] === "string" && known["id"] !== "") return known["id"];
    throw notAsExpected(`its answer about ${reference} has no id`);
  }

  /** Says so where nothing is checked, since the version that is pinned is not the one that the API describes. */
  warnIfOther(): void {
    if (!this.#isOther) return;
    const [app, pin] = this.#reference.split("@");
    this.#ctx.out.warn(
      `the API shows the current version of ${app} only, not ${pin}: the input is not checked, and text is sent as text (key:=2 sends a number)`,
    );
  }

  /** Looks for a newer version in the background. */
  async refresh(api: Api): Promise<void> {
    const entry = await this.#read();
    const lasting = this.#reference.includes("@");
    if (entry && !lasting && this.#ctx.now() - entry.fetched > YOUNG) await this.fetched(api);
  }

  /** Null for a pinned version that is not the current one. */
  async #fetch(api: Api, signal?: AbortSignal): Promise<AppSchemas | null> {
    const [name = "", pin] = this.#reference.split("@");
    const app = await api.app(name, signal);
    this.#isOther = pin !== undefined && !isOfVersion(app, pin);
    if (this.#isOther) return null;
    const fetched = this.#ctx.now();
    await this.#cache.write({ api: this.#server, reference: this.#reference, fetched, app });
    return appSchemas(app);
  }

  get #server(): string {
    return this.#ctx.endpoint.local ? "local" : (this.#ctx.endpoint.baseUrl ?? "");
  }

  #read(): Promise<CachedApp | null> {
    return this.#cache.read(this.#server, this.#reference);
  }
}
