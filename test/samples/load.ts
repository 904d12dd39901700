import type { z } from "zod";

export interface App {
  setup?(config: unknown): unknown;
  unload?(): unknown;
  onCancel?(): unknown;
  [method: string]: unknown;
}

export type AppModule = { App: new () => App } & Record<string, z.ZodObject>;

/** The apps are plain JavaScript, loaded here as the worker loads them: by the path of their directory. */
export async function loadApp(name: string): Promise<AppModule> {
  const url = new URL(`../../src/samples/${name}/inference.js`, import.meta.url);
  return (await import(url.href)) as AppModule;
}

/** Calls a function of an app with its schema's defaults filled in; of a generator, gives every yield. */
export async function call(module: AppModule, app: App, method: string, input: object): Promise<unknown[]> {
  const schema = module[`${pascal(method)}Input`]!;
  const result = (app[method] as (input: unknown) => unknown).call(app, schema.parse(input));
  if (!isAsyncIterable(result)) return [await result];
  const yields: unknown[] = [];
  for await (const value of result) yields.push(value);
  return yields;
}

function pascal(method: string): string {
  return method.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
