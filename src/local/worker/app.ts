/** The contract of an app module (src/local/README.md, "An app directory"). Runs in the worker process. */
import type { JsonObject } from "../../wire/types.ts";
import { liveFields } from "./marks.ts";
import { HOOKS, pascal, slipsOf, whyNoFunction, whyNot } from "./missing.ts";

/** As much of zod 3 and zod 4 as running an app needs. */
export interface ZodSchema {
  safeParseAsync(value: unknown): Promise<{ success: boolean; data?: unknown; error?: ZodProblem }>;
  description?: string;
}
interface ZodProblem {
  issues: { path: (string | number | symbol)[]; message: string }[];
}

type AppMethod = (...args: unknown[]) => unknown;
type AppObject = Record<string, AppMethod | undefined> & { context?: unknown };

export interface LoadedApp {
  entry: string;
  functions: string[];
  /** What is probably a slip of its author. */
  slips: string[];
  unloads: boolean;
  setupSchema: ZodSchema | null;
  schemasOf(name: string): { input: ZodSchema; output: ZodSchema };
  /** A stream function speaks over a socket, which this server has not. */
  kindOf(name: string): "run" | "stream";
  setup(setup: JsonObject): Promise<void>;
  run(
    name: string,
    input: JsonObject,
    context: JsonObject,
    onPartial: (output: unknown) => void,
  ): Promise<unknown>;
  cancel(): Promise<void>;
  unload(): Promise<void>;
}

const NOT_FUNCTIONS = new Set(["constructor", ...HOOKS]);

export function readApp(module: JsonObject, entry: string): LoadedApp {
  const App = module["App"];
  if (typeof App !== "function") throw new Error(`${entry} exports no class App`);
  const app = new (App as new () => AppObject)();
  const schemasOf = (name: string) => ({
    input: module[`${pascal(name)}Input`] as ZodSchema,
    output: module[`${pascal(name)}Output`] as ZodSchema,
  });
  const functions = methodsOf(app).filter(
    (name) => isSchema(schemasOf(name).input) && isSchema(schemasOf(name).output),
  );
  const shape = { module, methods: methodsOf(app), isSchema };
  if (functions.length === 0) throw new Error(whyNoFunction(shape));
  const kindOf = (name: string) => {
    const { input, output } = schemasOf(name);
    const isStream = takesSocket(app[name]) || liveFields(input).length > 0 || liveFields(output).length > 0;
    return isStream ? "stream" : "run";
  };
  const setupSchema = isSchema(module["AppSetup"]) ? module["AppSetup"] : null;
  const context: JsonObject = { cancelRequested: false };
  app.context = context;

  return {
    entry,
    functions,
    slips: slipsOf(shape),
    unloads: typeof app["unload"] === "function",
    setupSchema,
    schemasOf,
    kindOf,
    async setup(setup) {
      const config = setupSchema ? await parse("setup", setupSchema, setup) : setup;
      await app["setup"]?.(config);
    },
    async run(name, input, taskContext, onPartial) {
      const method = functions.includes(name) ? app[name] : undefined;
      if (!method) throw new InvalidValue(noFunction(name, whyNot(name, shape), functions));
      if (kindOf(name) === "stream") {
        throw new InvalidValue(
          `"${name}" is a stream function: it speaks over a socket, which belt does not`,
        );
      }
      Object.assign(context, taskContext, { cancelRequested: false });
      const parsed = await parse("input", schemasOf(name).input, input);
      return drain(await method.call(app, parsed), onPartial, () => context["cancelRequested"] === true);
    },
    async cancel() {
      context["cancelRequested"] = true;
      await app["onCancel"]?.();
    },
    async unload() {
      await app["unload"]?.();
    },
  };
}

function noFunction(name: string, why: string, functions: string[]): string {
  return `the app has no function "${name}"${why === "" ? "" : `, since ${why}`}; it has ${functions.join(", ")}`;
}

/** As the platform tells: by a second parameter of that name. */
function takesSocket(method: AppMethod | undefined): boolean {
  return (
    method !== undefined && method.length > 1 && /[,\s]socket\s*\)/.test(String(method).split("{\n", 1)[0]!)
  );
}

function methodsOf(app: object): string[] {
  const names = new Set<string>();
  for (
    let level = Object.getPrototypeOf(app);
    level && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof property.value === "function" && !name.startsWith("_") && !NOT_FUNCTIONS.has(name))
        names.add(name);
    }
  }
  return [...names];
}

function isSchema(value: unknown): value is ZodSchema {
  return typeof value === "object" && value !== null && "safeParseAsync" in value;
}

async function parse(what: string, schema: ZodSchema, value: unknown): Promise<unknown> {
  const result = await schema.safeParseAsync(value);
  if (result.success) return result.data;
  const problems = (result.error?.issues ?? []).map(({ path, message }) =>
    path.length > 0 ? `${path.map(String).join(".")}: ${message}` : message,
  );
  throw new InvalidValue(`invalid ${what}: ${problems.join("; ")}`);
}

/** A value that does not fit its schema: its message says all, its stack would say nothing. */
export class InvalidValue extends Error {
  override stack = "";
}

/** Each yield of a generator is a partial output, the last one (or what it returns) the result. */
async function drain(
  result: unknown,
  onPartial: (output: unknown) => void,
  isCancelled: () => boolean,
): Promise<unknown> {
  if (!isGenerator(result)) return result;
  let last: unknown;
  for (;;) {
    const step = await result.next();
    if (step.done) return step.value === undefined ? last : step.value;
    last = step.value;
    onPartial(last);
    if (isCancelled()) return (await result.return?.(last))?.value;
  }
}

function isGenerator(
  value: unknown,
): value is AsyncGenerator<unknown, unknown> | Generator<unknown, unknown> {
  if (typeof value !== "object" || value === null || !("next" in value)) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}
