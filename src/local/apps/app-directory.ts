/** One app directory: its inf.yml, its entry file, and the version its files make. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { JsonObject } from "../../wire/types.ts";
import { messageOf } from "../error-text.ts";
import type { AppProblem, EmitEvent } from "../events.ts";
import { describeProblem, problemOf } from "./app-problem.ts";
import type { AppVersion } from "./app-version.ts";
import { fingerprint, hashFiles } from "./fingerprint.ts";
import { isEnvValue, readManifest, textOf as text } from "./manifest.ts";
import { problemWith } from "./one-name.ts";
import { readPrice } from "./price.ts";
import { readSecrets } from "./secrets.ts";
import { readSmallFile, statRegular } from "./small-file.ts";

const ENTRIES = ["inference.js", "src/inference.js"];

export class AppDirectory {
  readonly dir: string;
  readonly builtIn: boolean;
  readonly versions = new Map<string, AppVersion>();
  current: AppVersion | null = null;
  /** The folder that is served under this name in place of this one. */
  yieldsTo: string | null = null;
  /** Of the version that was last loaded: what is probably a slip. */
  warnings: string[] = [];
  namespace = "local";
  name: string;
  readonly #parse: (text: string) => unknown;
  readonly #emit: EmitEvent;
  #problem: AppProblem | null = null;
  #fingerprint: string | null = null;
  #freshUntil = 0;

  constructor(dir: string, builtIn: boolean, parse: (text: string) => unknown, emit: EmitEvent) {
    this.dir = dir;
    this.builtIn = builtIn;
    this.name = basename(dir);
    this.#parse = parse;
    this.#emit = emit;
  }

  /** `namespace/name`. */
  get app(): string {
    return `${this.namespace}/${this.name}`;
  }

  get problem(): AppProblem | null {
    return problemWith(this.#problem, this.yieldsTo);
  }

  get fullName(): string {
    return this.app;
  }

  /** The user's own folders are told of it, once; that they win over the apps of belt is what they are for. */
  yieldTo(dir: string | null): void {
    if (dir === this.yieldsTo) return;
    this.yieldsTo = dir;
    if (!this.builtIn) this.#notify(this.problem ? "broken" : "loaded");
  }

  /**
   * Compares the files with what was last seen; an edit makes a new version. Comparing at each use
   * instead of trusting a watcher means that a run right after an edit never gets the old code.
   * True when the files have changed since they were first seen.
   */
  refresh(): boolean {
    const start = performance.now();
    if (start < this.#freshUntil) return false;
    const seen = this.#fingerprintNow();
    const end = performance.now();
    // A directory so large that looking takes long is looked at less often.
    this.#freshUntil = end - start > 2 ? end + 20 * (end - start) : 0;
    if (seen === this.#fingerprint) return false;
    const first = this.#fingerprint === null;
    this.#fingerprint = seen;
    this.#read(first);
    return !first;
  }

  /** Loading failed, or worked again, or shows what may be a slip; told once. */
  report(problem: AppProblem | null, warnings: string[]): void {
    const before = this.#said();
    this.#problem = problem;
    this.warnings = warnings;
    if (before === this.#said()) return;
    this.#notify(problem ? "broken" : "loaded");
  }

  #said(): string {
    return [this.problem?.message ?? "", ...this.warnings].join("\n");
  }

  problemText(): string {
    return this.problem ? describeProblem(this.problem) : "its files could not be read";
  }

  /** A directory that cannot be read has a look of its own; reading it then says why. */
  #fingerprintNow(): string {
    try {
      return fingerprint(this.dir);
    } catch (error) {
      return messageOf(error);
    }
  }

  #read(first: boolean): void {
    try {
      this.#become(this.#readVersion());
      this.#problem = null;
      this.warnings = [];
      if (!first) this.#notify("changed");
    } catch (error) {
      this.#become(null);
      this.#problem = problemOf(error, this.dir);
      this.#notify("broken");
    }
  }

  #become(version: AppVersion | null): void {
    const known = version ? (this.versions.get(version.hash) ?? version) : null;
    if (this.current && this.current !== known) this.current.stale = true;
    this.current = known;
    if (!known) return;
    known.stale = false;
    this.versions.set(known.hash, known);
  }

  #readVersion(): AppVersion {
    const file = join(this.dir, "inf.yml");
    if (!existsSync(file)) throw new Error("it has no inf.yml, and so is no app; belt app init makes one");
    const { fields: manifest, namespace, name, warnings } = readManifest(this.dir, this.#parse);
    this.namespace = namespace;
    this.name = name;
    requireNode(this.dir, text(manifest["kernel"]));
    return {
      app: this.app,
      namespace: this.namespace,
      name: this.name,
      description: text(manifest["description"]).trim(),
      category: text(manifest["category"]),
      kernel: text(manifest["kernel"]),
      modifiedAt: statRegular(file).mtimeMs,
      hash: hashFiles(this.dir),
      dir: this.dir,
      entry: findEntry(this.dir),
      defaultFunction: text(manifest["default_function"]) || null,
      slips: warnings,
      env: Object.fromEntries(
        Object.entries(asObject(manifest["env"])).flatMap(([key, value]) =>
          isEnvValue(value) ? [[key, String(value)]] : [],
        ),
      ),
      secrets: readSecrets(manifest["secrets"]),
      price: readPrice(manifest["belt"]),
      stale: false,
    };
  }

  #notify(state: "loaded" | "changed" | "broken"): void {
    this.#emit({
      type: "app",
      state,
      app: this.app,
      version: this.current?.hash ?? null,
      problem: this.problem,
      warnings: this.warnings,
    });
  }
}

/** Other kernels run elsewhere; of a folder that holds both, node's is taken. */
function requireNode(dir: string, kernel: string): void {
  const isPython = /^python/.test(kernel) || (existsSync(join(dir, "inference.py")) && !hasEntry(dir));
  if (isPython) throw new Error("it is a Python app, and belt runs Node.js apps only (kernel: node-22)");
}

function hasEntry(dir: string): boolean {
  return ENTRIES.some((name) => existsSync(join(dir, name)));
}

function findEntry(dir: string): string {
  const entry = ENTRIES.find((name) => existsSync(join(dir, name))) ?? mainOf(dir);
  if (!entry || !existsSync(join(dir, entry))) {
    throw new Error(`${dir} has neither inference.js nor src/inference.js nor a "main" in package.json`);
  }
  statRegular(join(dir, entry));
  return join(dir, entry);
}

function mainOf(dir: string): string {
  const manifest = join(dir, "package.json");
  return existsSync(manifest) ? text(asObject(JSON.parse(readSmallFile(manifest)))["main"]) : "";
}

function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
