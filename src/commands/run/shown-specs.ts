import { parseInput } from "../../input/parse-input.ts";
import type { Readers } from "../../input/read-object.ts";
import { leaves } from "./leaves.ts";
import type { RunSecrets } from "./run-secrets.ts";

/** An option as often as it was typed, for a hint; of what gives something secret only the key. */
export async function shownSpecs(
  option: string,
  given: readonly string[] = [],
  secrets: RunSecrets,
): Promise<string[]> {
  if (given.length === 0) return [];
  const isSecret = await secrets.ruleOf(option === "--setup" ? "setup" : "input");
  const shown = await Promise.all(given.map((spec) => shownSpec(spec, isSecret)));
  return shown.flatMap((spec) => [option, spec]);
}

async function shownSpec(spec: string, isSecret: (path: readonly string[]) => boolean): Promise<string> {
  const tree = await parseInput([spec], "--input", NOTHING).catch(() => null);
  if (tree && ![...leaves(tree).values()].some(({ path }) => isSecret(path))) return spec;
  const [key] = /^[^{@=:]+(?=[:@]?=)/.exec(spec) ?? [];
  return key === undefined ? "…" : `${key}=…`;
}

const EMPTY = new TextEncoder().encode("{}");

/** What files hold is not shown, and not read again. */
const NOTHING: Readers = { file: async () => EMPTY, stdin: async () => EMPTY };
