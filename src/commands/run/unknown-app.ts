import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { appName } from "../../api/resources/task.ts";
import { BeltError } from "../../errors.ts";
import { belt, shellWord } from "../../hint.ts";
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
  const near = nearestApp(reference, await catalog(ctx, api));
  return thrown.with({
    hint:
      near === null
        ? [belt("app list"), " shows the apps there are; a name is namespace/name, such as infsh/flux"]
        : [`did you mean ${shellWord(near)}? `, belt("app list"), " shows all"],
  });
}

async function catalog(ctx: Context, api: Api): Promise<string[]> {
  const signal = AbortSignal.any([ctx.signal, deadline(PATIENCE)]);
  const apps = await api.apps(MOST, undefined, signal).catch(() => []);
  return apps.map(appName).filter((name) => name !== null);
}

/** A name without a namespace is compared with names alone, and the suggestion has both. */
function nearestApp(reference: string, names: string[]): string | null {
  const [given = ""] = reference.split("@");
  if (given.includes("/")) return closest(given, names);
  const bare = new Map(names.map((name) => [name.split("/").at(-1)!, name]));
  const near = closest(given, [...bare.keys()]);
  return near === null ? null : bare.get(near)!;
}
