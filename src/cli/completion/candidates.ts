import { withoutVersion } from "../../input/app-name.ts";
import { cachedApps, profileNames, readCachedApp } from "../../store/completion-data.ts";
import { Journal, type JournalEntry } from "../../store/journal.ts";
import { beltPaths, type Paths } from "../../store/paths.ts";
import { safeLine } from "../../terminal/text.ts";
import type { Host } from "../host.ts";
import { appInputCandidates, type Candidate } from "./input-candidates.ts";

/** More than people look through. */
const MOST = 50;

/**
 * `belt __complete <kind> [app]`, for the completion scripts: what may be typed, one candidate a
 * line, after a tab what it is. It reads what is on disk, and never asks the API.
 */
export async function complete(host: Host, [kind = "", app = ""]: string[]): Promise<void> {
  const candidates = await candidatesOf(kind, app, host).catch(() => []);
  const typable = candidates.filter(({ value }) => safeLine(value) === value);
  // Nobody is there to be told: whatever cannot be written is not there.
  host.onPipeClosed(() => {});
  host.stdout.write(typable.map(({ value, about = "" }) => `${value}\t${safeLine(about)}\n`).join(""));
}

async function candidatesOf(kind: string, app: string, host: Host): Promise<Candidate[]> {
  const paths = beltPaths(host);
  switch (kind) {
    case "task":
    case "session":
    case "chat":
      return idsOf(await newestFirst(paths, kind));
    case "open-session":
      return idsOf(await openSessions(paths));
    case "session-or-new":
      return [{ value: "new", about: "open a session" }, ...idsOf(await openSessions(paths))];
    case "profile":
      return (await profileNames(paths.config)).map((value) => ({ value }));
    case "app":
      return await appNames(paths);
    case "agent":
      return await agentNames(paths);
    case "input":
      return await inputsOf(paths, app);
    default:
      return [];
  }
}

/** Entries of the journal that are looked at: nobody waits at a Tab. */
const RECENT = 1_000;

function newestFirst(paths: Paths, type: JournalEntry["type"]): Promise<JournalEntry[]> {
  return new Journal(paths.state, () => {}).newestFirst(type, RECENT);
}

/** All but those that this machine has ended. */
async function openSessions(paths: Paths): Promise<JournalEntry[]> {
  const ended = new Set((await newestFirst(paths, "ended")).map(({ id }) => id));
  return (await newestFirst(paths, "session")).filter(({ id }) => !ended.has(id));
}

function idsOf(entries: JournalEntry[]): Candidate[] {
  const ids = new Map(entries.map((entry) => [entry.id, entry]));
  const recent = [...ids.values()].slice(0, MOST);
  const alone = recent.find(({ by }) => by === undefined);
  const last = alone ? [{ value: "@last", about: alone.id }] : [];
  return [
    ...last,
    ...recent.map(({ id, app, time }) => ({ value: id, about: [app, time].filter(Boolean).join(" ") })),
  ];
}

async function appNames(paths: Paths): Promise<Candidate[]> {
  const cached = (await cachedApps(paths.cache)).map(({ reference }) => reference);
  const submitted = (await newestFirst(paths, "task")).map(({ app }) => app).filter((app) => app !== null);
  const names = [...new Set([...submitted, ...cached].map(withoutVersion))];
  // One that was named without its namespace is there with it, too.
  const whole = names.filter(
    (name) => name.includes("/") || !names.some((other) => other.endsWith(`/${name}`)),
  );
  return whole.slice(0, MOST).map((value) => ({ value }));
}

/** Those that were talked to, and the one that comes with belt. */
async function agentNames(paths: Paths): Promise<Candidate[]> {
  const known = (await newestFirst(paths, "chat")).map(({ app }) => app).filter((agent) => agent !== null);
  return [...new Set([...known, "infsh/guide"])].slice(0, MOST).map((value) => ({ value }));
}

/** Each key of the app's input with its `=`, and each value of those that have a choice. */
async function inputsOf(paths: Paths, app: string): Promise<Candidate[]> {
  const known = (await cachedApps(paths.cache)).filter(
    ({ reference }) => withoutVersion(reference) === withoutVersion(app),
  );
  const meant = known.find(({ reference }) => reference === app) ?? known[0];
  const found = meant && (await readCachedApp(meant));
  return found ? appInputCandidates(found) : [];
}
