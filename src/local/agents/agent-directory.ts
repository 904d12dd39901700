/** One agent's folder, which holds an agent.yml. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { problemOf } from "../apps/app-problem.ts";
import { problemWith } from "../apps/one-name.ts";
import { readSmallFile, statRegular } from "../apps/small-file.ts";
import type { AppProblem, AppSummary } from "../events.ts";
import type { AgentVersion } from "./agent-version.ts";
import { readAgent, readName } from "./read-agent.ts";

export class AgentDirectory {
  readonly dir: string;
  readonly builtIn: boolean;
  readonly #parse: (text: string) => unknown;
  current: AgentVersion | null = null;
  /** The folder that is served under this name in place of this one. */
  yieldsTo: string | null = null;
  #name: string;
  #problem: AppProblem | null = null;
  #modifiedAt = Number.NaN;

  constructor(dir: string, builtIn: boolean, parse: (text: string) => unknown) {
    this.dir = dir;
    this.builtIn = builtIn;
    this.#parse = parse;
    this.#name = `local/${basename(dir)}`;
  }

  /** `namespace/name`: of a broken file as it says itself, where that can be read, or said before. */
  get agent(): string {
    return this.#name;
  }

  get problem(): AppProblem | null {
    return problemWith(this.#problem, this.yieldsTo);
  }

  get fullName(): string {
    return this.agent;
  }

  yieldTo(dir: string | null): void {
    this.yieldsTo = dir;
  }

  /** Reads the file again when it was written since; what cannot be read leaves its problem. */
  refresh(): void {
    try {
      const file = join(this.dir, "agent.yml");
      const { mtimeMs } = statRegular(file);
      if (mtimeMs === this.#modifiedAt) return;
      this.#modifiedAt = mtimeMs;
      this.current = this.#read(readSmallFile(file), mtimeMs);
      this.#problem = null;
    } catch (error) {
      this.current = null;
      this.#problem = problemOf(error, this.dir, "agent.yml");
    }
  }

  summary(): AppSummary {
    const { agent: app, dir, builtIn: built_in, problem, current } = this;
    const version = current?.hash ?? null;
    return { kind: "agent", app, dir, built_in, version, functions: [], problem, warnings: [] };
  }

  #read(text: string, modifiedAt: number): AgentVersion {
    const parsed = this.#parse(text);
    const { namespace, name } = readName(parsed, basename(this.dir));
    this.#name = `${namespace}/${name}`;
    const read = readAgent(parsed, name);
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
    return { ...read, agent: this.#name, hash, dir: this.dir, modifiedAt };
  }
}

export function isAgentFolder(dir: string): boolean {
  return existsSync(join(dir, "agent.yml"));
}
