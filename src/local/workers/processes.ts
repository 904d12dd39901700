/**
 * What is asked of the operating system. Linux and macOS have process groups, Linux shows the environment
 * of each process in /proc; elsewhere the worker itself is ended, and what it started is left to it.
 */
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { isAlive } from "../process-ids.ts";

/** App code sees the way to its tools and networks, and none of the user's keys. */
const INHERITED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TEMP|TMP|TZ|LANG|LC_.*|SYSTEMROOT|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY)$/i;

export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name)));
}

/** Ends a detached child and everything it started; no error when all of it has gone. */
export function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** Ends this process and everything in its group. */
export function killOwnGroup(): void {
  attempt(() => process.kill(-process.pid, "SIGKILL"));
  process.kill(process.pid, "SIGKILL");
}

/** True once the process that started this one has gone: an orphan is given another parent, or keeps a dead one. */
export function isOrphan(parent: number): boolean {
  return process.ppid !== parent || !isAlive(parent);
}

/** What only a worker and its descendants have in their environment; no app can set it to something else. */
const MARK = "BELT_WORKER_MARK";

export function createMark(): Record<string, string> {
  return { [MARK]: randomUUID() };
}

export function markOf(environment: NodeJS.ProcessEnv): string {
  return `${MARK}=${environment[MARK]}`;
}

/**
 * Ends what left the group of the worker that started it, as browsers do that apps drive: its
 * environment still has the worker's mark. Only where the system shows environments in /proc.
 * Synchronous, since an app can keep all of node's file threads waiting.
 */
export function killMarked(mark: string, except?: number): void {
  const ids = (attempt(() => readdirSync("/proc")) ?? []).filter((name) => /^\d+$/.test(name));
  for (const id of ids.map(Number)) {
    const environment = attempt(() => readFileSync(`/proc/${id}/environ`, "latin1")) ?? "";
    if (id !== except && environment.split("\0").includes(mark)) attempt(() => process.kill(id, "SIGKILL"));
  }
}

/** Null when it fails: processes come and go by themselves. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
