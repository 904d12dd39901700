import { statSync } from "node:fs";
import { resolve } from "node:path";
import { appSchemas } from "../../api/resources/app.ts";
import { withoutVersion } from "../../input/app-name.ts";
import { closest } from "../../input/closest.ts";
import { asSchema } from "../../input/schema/document.ts";
import { fieldsOf } from "../../input/schema/fields.ts";
import { forms } from "../../input/schema/forms.ts";
import { kindsOf, takesText } from "../../input/schema/kinds.ts";
import { cachedApps, readCachedApp } from "../../store/completion-data.ts";
import { beltPaths } from "../../store/paths.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Host } from "../host.ts";

/** What is known here of apps and folders when a command line is made sense of. */
export interface Known {
  apps: KnownApp[];
  isFolder(path: string): boolean;
}

/** An app that comes with belt, or that was seen before. */
export interface KnownApp {
  /** Without a version. */
  name: string;
  inputs: string[];
  /** False where it may have others: elsewhere an app of the same name is another one. */
  isWhole: boolean;
  /** Those that are true or false. */
  flags: string[];
  /** The input that takes a bare text, if one does. */
  textKey: string | null;
}

/** The input that a bare text is for, of an app that was never seen. */
export const USUAL = "prompt";

/** Of the apps that come with belt, whose code is not read for a hint; the first takes a bare text. */
export const BUILT_IN: Record<string, string[]> = {
  "infsh/flux": ["prompt", "seed", "width", "height"],
  "infsh/echo": ["text", "style", "repeat", "seconds", "logs", "fail"],
  "infsh/counter": ["by"],
};

export async function readKnown(host: Host): Promise<Known> {
  const cached = await seenApps(host).catch(() => []);
  const builtIn = Object.entries(BUILT_IN).map(([name, inputs]) => ({
    name,
    inputs,
    isWhole: false,
    flags: [],
    textKey: inputs.length > 1 ? inputs[0]! : null,
  }));
  return { apps: [...cached, ...builtIn], isFolder: (path) => isFolder(host, path) };
}

/** Apps whose inputs are looked at: nobody waits for a hint. */
const LOOKED_AT = 50;

async function seenApps(host: Host): Promise<KnownApp[]> {
  const newest = (await cachedApps(beltPaths(host).cache)).slice(0, LOOKED_AT);
  const known = newest.map(async (cached) => {
    const app = await readCachedApp(cached);
    return app ? [knownApp(cached.reference, app)] : [];
  });
  return (await Promise.all(known)).flat();
}

function isFolder(host: Host, path: string): boolean {
  try {
    return statSync(resolve(host.cwd, path)).isDirectory();
  } catch {
    return false;
  }
}

function knownApp(reference: string, app: JsonObject): KnownApp {
  const { functions, defaultFunction } = appSchemas(app);
  const schema = asSchema(functions[defaultFunction]?.input ?? null);
  const fields = schema ? fieldsOf(schema) : [];
  const texts = fields.filter(({ schema }) => forms(schema).some(takesText));
  const text = texts.find(({ name }) => name === USUAL) ?? texts.find(({ required }) => required) ?? texts[0];
  return {
    name: withoutVersion(reference),
    inputs: fields.map(({ name }) => name),
    isWhole: fields.length > 0,
    flags: fields
      .filter(({ schema }) => forms(schema).some((form) => kindsOf(form).includes("boolean")))
      .map(({ name }) => name),
    textKey: text?.name ?? null,
  };
}

/** The app that a line names, by its whole name or by the part behind the slash. */
export function appOf(apps: readonly KnownApp[], words: readonly string[]): KnownApp | null {
  return apps.find(({ name }) => words.some((word) => isNamed(withoutVersion(word), name))) ?? null;
}

function isNamed(word: string, name: string): boolean {
  return word === name || word === name.split("/")[1];
}

/** The input of that name, or nearly so; null when the app is known to have none. Else as it is written. */
export function inputNamed(app: KnownApp | null, written: string): string | null {
  const key = written.replaceAll("-", "_");
  const known = app?.inputs ?? [USUAL];
  const exact = [written, key].find((name) => known.includes(name));
  return exact ?? closest(key, known) ?? (app?.isWhole ? null : key);
}
