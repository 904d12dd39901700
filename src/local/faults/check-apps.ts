/** Whether the apps and functions that a scenario names are there. */
import type { Services } from "../http/services.ts";
import { Mistake } from "./located.ts";
import { scenarioError } from "./read-scenario.ts";
import type { Scenario, Step } from "./scenario.ts";
import type { KnownApp } from "./subjects.ts";

/** All apps of the server; puts the whole name of an app where a step has a short one. Throws for unknown ones. */
export async function checkApps(scenario: Scenario, services: Services): Promise<KnownApp[]> {
  const directories = await services.catalog.list();
  const apps: KnownApp[] = directories.map(({ app, name }) => ({ app, name, defaultFunction: null }));
  const mistakes: Mistake[] = [];
  for (const step of scenario.steps) {
    const mistake = await checkStep(step, apps, services);
    if (mistake) mistakes.push(mistake);
  }
  if (mistakes.length > 0) throw scenarioError(scenario.name, mistakes);
  return apps;
}

async function checkStep({ match }: Step, apps: KnownApp[], services: Services): Promise<Mistake | null> {
  const { app: wanted, function: name, lines } = match;
  const named = apps.filter(({ app, name: bare }) => app === wanted || bare === wanted);
  if (wanted !== null && !named[0]) {
    const all = apps.map(({ app }) => app).join(", ");
    return new Mistake(lines.app, `there is no app ${JSON.stringify(wanted)} here; there are ${all}`);
  }
  match.app = named[0]?.app ?? null;
  if (name === null) return null;
  const candidates = named[0] ? [named[0]] : apps;
  const functions = (await Promise.all(candidates.map((app) => functionsOf(app, services)))).flat();
  if (functions.includes(name)) return null;
  const whose = named[0] ? `${named[0].app} has no` : "no app here has a";
  const known = [...new Set(functions)].join(", ") || "none";
  return new Mistake(lines.function, `${whose} function ${JSON.stringify(name)}; there are ${known}`);
}

/** What the app's code tells; of one that cannot be loaded there is none. */
async function functionsOf(app: KnownApp, { apps }: Services): Promise<string[]> {
  const known = await apps.functions(app.app).catch(() => null);
  app.defaultFunction = known?.preferred ?? null;
  return known?.names ?? [];
}
