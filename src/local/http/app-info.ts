/** What the server says about its apps. */
import type { JsonObject } from "../../wire/types.ts";
import { type AppDirectory, describeProblem, problemOf } from "../apps/app-directory.ts";
import type { AppVersion, Catalogue } from "../apps/catalog.ts";
import { brokenApp } from "../errors.ts";
import type { AppSummary } from "../events.ts";
import type { Pool } from "../workers/pool.ts";
import type { AppSchemas } from "../workers/protocol.ts";
import { WorkerDied } from "../workers/worker-process.ts";
import { OWNER } from "./owner.ts";

export class Apps {
  readonly #catalogue: Catalogue;
  readonly #pool: Pool;
  readonly #schemas = new WeakMap<AppVersion, Promise<AppSchemas>>();

  constructor(catalogue: Catalogue, pool: Pool) {
    this.#catalogue = catalogue;
    this.#pool = pool;
  }

  async get(reference: string): Promise<JsonObject> {
    const { version } = await this.#catalogue.resolve(reference, (known) => this.#pool.isLoaded(known));
    return presentApp(version, await this.schemas(version));
  }

  /** Without schemas: to list the apps none is started. */
  async list(): Promise<JsonObject[]> {
    const versions = (await this.#catalogue.list()).flatMap(({ current }) => current ?? []);
    return versions.map((version) => presentApp(version, null));
  }

  /** Loads every app once, so that broken ones are known. */
  async summaries(): Promise<AppSummary[]> {
    const summaries: AppSummary[] = [];
    for (const directory of await this.#catalogue.list()) summaries.push(await this.#summarise(directory));
    return summaries;
  }

  /** Read from the app's code, once per version. */
  schemas(version: AppVersion): Promise<AppSchemas> {
    const known = this.#schemas.get(version);
    if (known) return known;
    const schemas = this.#describe(version);
    this.#schemas.set(version, schemas);
    schemas.catch(() => this.#schemas.delete(version));
    return schemas;
  }

  async #describe(version: AppVersion): Promise<AppSchemas> {
    try {
      const schemas = await this.#pool.withAnyInstance(version, (instance) =>
        instance.loaded.then(() => instance.describe()),
      );
      await this.#catalogue.report(version, null);
      return schemas;
    } catch (error) {
      const problem = problemOf(error, version.dir);
      if (error instanceof WorkerDied) await this.#catalogue.report(version, problem);
      throw brokenApp(version.app, describeProblem(problem));
    }
  }

  async #summarise(directory: AppDirectory): Promise<AppSummary> {
    const { current } = directory;
    const schemas = current ? await this.schemas(current).catch(() => null) : null;
    return {
      app: directory.app,
      dir: directory.dir,
      builtIn: directory.builtIn,
      version: current?.hash ?? null,
      functions: Object.keys(schemas?.functions ?? {}),
      problem: directory.problem,
    };
  }
}

function presentApp(version: AppVersion, schemas: AppSchemas | null): JsonObject {
  return {
    id: version.app,
    short_id: version.app,
    ...timesOf(version),
    ...OWNER,
    namespace: version.namespace,
    name: version.name,
    title: "",
    description: version.description,
    agent_description: "",
    category: version.category,
    images: { card: "", thumbnail: "", banner: "" },
    status: "active",
    version_id: version.hash,
    ...(schemas ? { version: presentVersion(version, schemas) } : {}),
  };
}

function presentVersion(version: AppVersion, { functions, setup_schema }: AppSchemas): JsonObject {
  const names = Object.keys(functions);
  const preferred = version.defaultFunction ?? (names.length === 1 ? names[0]! : "run");
  return {
    id: version.hash,
    short_id: version.hash,
    ...timesOf(version),
    metadata: {},
    repository: "",
    variants: {},
    env: version.env,
    resources: { gpu: { count: 0, vram: 0, type: "none" }, ram: 0 },
    kernel: version.kernel,
    required_secrets: version.secrets,
    default_function: preferred,
    input_schema: functions[preferred]?.input_schema ?? null,
    output_schema: functions[preferred]?.output_schema ?? null,
    setup_schema,
    functions,
  };
}

function timesOf({ modifiedAt }: AppVersion): JsonObject {
  const time = new Date(modifiedAt).toISOString();
  return { created_at: time, updated_at: time };
}
