/** The apps this server knows: which directory has which name, and in which version. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brokenApp, notFound } from "../errors.ts";
import type { AppProblem, EmitEvent, Message } from "../events.ts";
import { AppDirectory } from "./app-directory.ts";
import type { AppVersion } from "./app-version.ts";
import { known, served } from "./one-name.ts";

export interface Resolved {
  version: AppVersion;
  messages: Message[];
}

export class Catalog {
  readonly #emit: EmitEvent;
  readonly #userDirs: string[];
  readonly #builtInDir: string;
  #directories: Promise<AppDirectory[]> | null = null;

  constructor(userDirs: string[], builtInDir: string, emit: EmitEvent) {
    this.#userDirs = userDirs;
    this.#builtInDir = builtInDir;
    this.#emit = emit;
  }

  /** The user's apps first: they win over built-in ones of the same name. */
  directories(): Promise<AppDirectory[]> {
    this.#directories ??= this.#read();
    return this.#directories;
  }

  /** Apps in the order of their directories, each name once, freshly compared with its files. */
  async list(): Promise<AppDirectory[]> {
    return served(await this.directories());
  }

  /** Those and what is not served, because another folder of the user's has its name. */
  async all(): Promise<AppDirectory[]> {
    return known(await this.directories());
  }

  /** `namespace/name[@version]`, a bare name, or `@version` alone. */
  async resolve(reference: string, isLoaded: (version: AppVersion) => boolean): Promise<Resolved> {
    const [wanted = "", pin] = reference.split("@", 2) as [string, string?];
    const apps = await this.list();
    const directory = apps.find(({ app, name, versions }) =>
      wanted === "" ? versions.has(pin ?? "") : app === wanted || name === wanted,
    );
    if (!directory) {
      throw notFound(
        `no app "${reference}" on this server; it has: ${apps.map(({ app }) => app).join(", ")}`,
        {
          suggestions: apps.map(({ app }) => app),
        },
      );
    }
    return pick(directory, pin, isLoaded);
  }

  /** The app of this version could, or could not, be loaded. */
  async report(version: AppVersion, problem: AppProblem | null, warnings?: string[]): Promise<void> {
    for (const directory of await this.directories())
      if (directory.current === version) directory.report(problem, warnings ?? directory.warnings);
  }

  /** The versions that edits have made since the last look. */
  async watch(): Promise<AppVersion[]> {
    const edited = (await this.directories()).filter((directory) => directory.refresh());
    return edited.flatMap(({ current }) => current ?? []);
  }

  async #read(): Promise<AppDirectory[]> {
    const { parse } = await import("./yaml.ts");
    const directory = (dir: string, builtIn: boolean) => new AppDirectory(dir, builtIn, parse, this.#emit);
    const builtIn = foldersIn(this.#builtInDir)
      .filter(mayBeApp)
      .map((dir) => directory(dir, true));
    const user = this.#userDirs.filter(mayBeApp).map((dir) => directory(dir, false));
    return [...user, ...builtIn];
  }
}

/** A folder of an agent is none of an app, unless it is both. */
function mayBeApp(dir: string): boolean {
  return existsSync(join(dir, "inf.yml")) || !existsSync(join(dir, "agent.yml"));
}

function pick(
  directory: AppDirectory,
  pin: string | undefined,
  isLoaded: (version: AppVersion) => boolean,
): Resolved {
  const current = directory.current;
  if (pin && pin !== "latest" && pin !== current?.hash) {
    const other = directory.versions.get(pin);
    if (other && isLoaded(other)) return { version: other, messages: [] };
    if (other) {
      throw notFound(`version ${pin} of ${directory.app} is no longer loaded: its files have changed since`);
    }
  }
  if (!current) throw brokenApp(directory.app, directory.problemText());
  const exact = !pin || pin === "latest" || pin === current.hash;
  return { version: current, messages: exact ? [] : [unknownPin(current, pin)] };
}

function unknownPin(version: AppVersion, pin: string): Message {
  return {
    level: "warning",
    code: "version_not_local",
    message: `version ${pin} of ${version.app} is not known to this server; the loaded version ${version.hash} was run`,
    meta: { requested: pin, version: version.hash },
  };
}

export function foldersIn(dir: string): string[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
  } catch {
    return [];
  }
}
