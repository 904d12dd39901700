/** The agents this server knows, by name. */

import { describeProblem } from "../apps/app-problem.ts";
import { known, served } from "../apps/one-name.ts";
import { brokenApp, notFound } from "../errors.ts";
import { AgentDirectory } from "./agent-directory.ts";
import type { AgentVersion } from "./agent-version.ts";

export class AgentCatalog {
  readonly #dirs: { dir: string; builtIn: boolean }[];
  #directories: Promise<AgentDirectory[]> | null = null;

  /** The user's folders first: they win over built-in agents of the same name. */
  constructor(userDirs: string[], builtInDirs: string[]) {
    this.#dirs = [
      ...userDirs.map((dir) => ({ dir, builtIn: false })),
      ...builtInDirs.map((dir) => ({ dir, builtIn: true })),
    ];
  }

  /** Each name once, freshly compared with its file. */
  async list(): Promise<AgentDirectory[]> {
    return served(await this.#read());
  }

  /** Those and what is not served, because another folder of the user's has its name. */
  async all(): Promise<AgentDirectory[]> {
    return known(await this.#read());
  }

  /** `namespace/name[@version]`, or a bare name; there is one version of each: the file as it is. */
  async resolve(reference: string): Promise<AgentVersion> {
    const [wanted = "", pin] = reference.split("@", 2) as [string, string?];
    const agents = await this.list();
    const found = agents.find(({ agent }) => agent === wanted || agent.split("/")[1] === wanted);
    if (!found) {
      const names = agents.map(({ agent }) => agent);
      const suggestions = { suggestions: names };
      throw notFound(`no agent "${reference}" on this server; it has: ${names.join(", ")}`, suggestions);
    }
    if (!found.current) throw brokenApp(found.agent, found.problem ? describeProblem(found.problem) : "");
    if (pin && pin !== "latest" && pin !== found.current.hash) {
      throw notFound(`version ${pin} of ${found.agent} is not here; it has ${found.current.hash}`);
    }
    return found.current;
  }

  async #read(): Promise<AgentDirectory[]> {
    this.#directories ??= import("../apps/yaml.ts").then(({ parseExactly }) =>
      this.#dirs.map(({ dir, builtIn }) => new AgentDirectory(dir, builtIn, parseExactly)),
    );
    return await this.#directories;
  }
}
