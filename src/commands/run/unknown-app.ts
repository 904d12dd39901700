import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { appName } from "../../api/resources/task.ts";
import { BeltError } from "../../errors.ts";
import { belt, shellWord } from "../../hint.ts";
import { withoutVersion } from "../../input/app-name.ts";
import { closest } from "../../input/closest.ts";
import type { Context } from "../shared/context.ts";

/** Milliseconds that a better hint is worth. */
const PATIENCE = 3_000;

/** Apps of the catalog that are looked through. */
const MOST = 200;

/** What the API said of an app it does not know, with the app that was probably meant. */
export async function explainUnknownApp(
  ctx: Context,
  api: Api,
  reference: string,
  thrown: unknown,
): Promise<unknown> {
  if (!(thrown instanceof BeltError) || thrown.facts.code !== "not_found") return thrown;
  const folder = ctx.endpoint.local ? await folderOfApp(ctx, reference) : null;
  if (folder !== null) return thrown.with({ hint: [belt("dev", folder), " serves the app of that folder"] });
  if (ctx.endpoint.local && (await isAgent(ctx, api, reference)))
    return thrown.with({ hint: [belt("agent run", reference), " talks to it: it is an agent, not an app"] });
  const near = nearestApp(reference, await catalog(ctx, api));
  const list = belt("app list");
  if (near !== null) return thrown.with({ hint: [`did you mean ${shellWord(near)}? `, list, " shows all"] });
  const shows = " shows the apps there are; a name is namespace/name, such as infsh/flux";
  const serve = [belt("dev", "<folder>"), " serves one of yours; "];
  return thrown.with({ hint: ctx.endpoint.local ? [...serve, list, shows] : [list, shows] });
}

/** A local server shows both in one list. */
async function isAgent(ctx: Context, api: Api, reference: string): Promise<boolean> {
  const name = withoutVersion(reference);
  if (!name.includes("/")) return false;
  const signal = AbortSignal.any([ctx.signal, deadline(PATIENCE)]);
  return await api.agents.agent(name, signal).then(
    (found) => typeof found["name"] === "string",
    () => false,
  );
}

/** A folder here that holds the app that is meant, by its own name or by that in its inf.yml. */
async function folderOfApp({ machine: { cwd } }: Context, reference: string): Promise<string | null> {
  const name = withoutVersion(reference).split("/").at(-1)!;
  for (const folder of [".", name]) {
    const manifest = await readFile(join(cwd, folder, "inf.yml"), "utf8").catch(() => null);
    const [, given] = /^name:[ \t]*["']?([\w.-]+)/m.exec(manifest ?? "") ?? [];
    if (manifest !== null && [given, basename(join(cwd, folder))].includes(name)) return folder;
  }
  return null;
}

async function catalog(ctx: Context, api: Api): Promise<string[]> {
  const signal = AbortSignal.any([ctx.signal, deadline(PATIENCE)]);
  const apps = await api.apps(MOST, undefined, signal).catch(() => []);
  return apps.map(appName).filter((name) => name !== null);
}

/** A name without a namespace is compared with names alone, and the suggestion has both. */
function nearestApp(reference: string, names: string[]): string | null {
  const given = withoutVersion(reference);
  if (given.includes("/")) return closest(given, names);
  const bare = new Map(names.map((name) => [name.split("/").at(-1)!, name]));
  const near = closest(given, [...bare.keys()]);
  return near === null ? null : bare.get(near)!;
}
