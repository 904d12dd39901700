/** What the server says about its apps. */
import { join } from "node:path";
import type { JsonObject } from "../../wire/types.ts";
import type { AppDirectory } from "../apps/app-directory.ts";
import { describeProblem, problemOf } from "../apps/app-problem.ts";
import type { AppVersion } from "../apps/app-version.ts";
import type { Catalog } from "../apps/catalog.ts";
import { missingSecrets } from "../apps/secrets.ts";
import { brokenApp } from "../errors.ts";
import type { AppSummary } from "../events.ts";
import type { Pool } from "../workers/pool.ts";
import type { AppSchemas } from "../workers/protocol.ts";
import { WorkerExit, WorkerStopped } from "../workers/worker-exit.ts";
import { OWNER } from "./owner.ts";

const LOADED_AT_ONCE = 4;

export class Apps {
  readonly #catalog: Catalog;
  readonly #pool: Pool;
  readonly #schemas = new WeakMap<AppVersion, Promise<AppSchemas>>();

  constructor(catalog: Catalog, pool: Pool) {
    this.#catalog = catalog;
    this.#pool = pool;
  }

  async get(reference: string): Promise<JsonObject> {
    const { version } = await this.#catalog.resolve(reference, (known) => this.#pool.isLoaded(known));
    return serializeApp(version, await this.schemas(version));
  }

  /** The functions of an app, and the one that runs when none is named. */
  async functions(reference: string): Promise<{ names: string[]; preferred: string }> {
    const { version } = await this.#catalog.resolve(reference, (known) => this.#pool.isLoaded(known));
    const { functions } = await this.schemas(version);
    return { names: Object.keys(functions), preferred: defaultFunction(version, functions) };
  }

  /** Without schemas: to list the apps none is started. */
  async list(): Promise<JsonObject[]> {
    const versions = (await this.#catalog.list()).flatMap(({ current }) => current ?? []);
    return versions.map((version) => serializeApp(version, null));
  }

  /** Loads every app once, so that broken ones are known; a slow one keeps few others waiting. */
  async summaries(): Promise<AppSummary[]> {
    const directories = await this.#catalog.all();
    const summaries: AppSummary[] = [];
    const left = directories.entries();
    const loadInTurn = async () => {
      for (const [index, directory] of left) summaries[index] = await this.#summarize(directory);
    };
    await Promise.all(Array.from({ length: LOADED_AT_ONCE }, loadInTurn));
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
      const schemas = await this.#pool.withAnyWorker(version, (worker) =>
        worker.loaded.then(() => worker.describe()),
      );
      await this.#catalog.report(version, null, slipsOf(version, schemas));
      return schemas;
    } catch (error) {
      const problem = problemOf(error, version.dir);
      const tells = error instanceof WorkerExit && !(error instanceof WorkerStopped);
      if (tells) await this.#catalog.report(version, problem);
      throw brokenApp(version.app, describeProblem(problem));
    }
  }

  async #summarize(directory: AppDirectory): Promise<AppSummary> {
    const { current } = directory;
    const loads = current !== null && directory.yieldsTo === null;
    const schemas = loads ? await this.schemas(current).catch(() => null) : null;
    return {
      app: directory.app,
      dir: directory.dir,
      built_in: directory.builtIn,
      version: current?.hash ?? null,
      functions: Object.keys(schemas?.functions ?? {}),
      problem: directory.problem,
      warnings: directory.warnings,
    };
  }
}

/** What is probably a slip: of its inf.yml, of its code, and what one says of the other. */
function slipsOf(version: AppVersion, schemas: AppSchemas): string[] {
  const { slips, defaultFunction: name } = version;
  const file = join(version.dir, ".env");
  const secrets = missingSecrets(version).map(({ key }) => `no run without a secret: ${key}=… in ${file}`);
  const names = Object.keys(schemas.functions);
  const isThere = name === null || names.includes(name);
  const wrong = `inf.yml: default_function is ${name}, which is no function of the app; it has ${names.join(", ")}`;
  return [...slips, ...schemas.slips, ...(isThere ? [] : [wrong]), ...secrets];
}

function serializeApp(version: AppVersion, schemas: AppSchemas | null): JsonObject {
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
    ...(schemas ? { version: serializeVersion(version, schemas) } : {}),
  };
}

function serializeVersion(version: AppVersion, { functions, setup_schema }: AppSchemas): JsonObject {
  const preferred = defaultFunction(version, functions);
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

/** The function that is called where none is named. */
export function defaultFunction(version: AppVersion, functions: AppSchemas["functions"]): string {
  const names = Object.keys(functions);
  return version.defaultFunction ?? (names.length === 1 ? names[0]! : "run");
}

function timesOf({ modifiedAt }: AppVersion): JsonObject {
  const time = new Date(modifiedAt).toISOString();
  return { created_at: time, updated_at: time };
}
