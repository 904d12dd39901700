/**
 * What Linux shows of other processes in /proc. Elsewhere nothing is known of them: an id that is used
 * again is taken for the same process, and what a command has left running is left to it.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";

/** Under which an id is one process only: a container may have the name of the machine that it runs on. */
export function machineName(): string {
  try {
    const space = readlinkSync("/proc/self/ns/pid");
    return space === FIRST_SPACE ? hostname() : `${hostname()}-${space.replace(/\D/g, "")}`;
  } catch {
    return hostname();
  }
}

/** Of a Linux machine itself. */
const FIRST_SPACE = "pid:[4026531836]";

/** Such a process keeps its id until its parent has looked after it. */
export function hasEnded(pid: number): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "latin1");
    return /^[ZX]/.test(line.slice(line.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** By the system's own count; null where that cannot be told. */
export async function beganAt(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

/** Milliseconds that a process has to end by itself, and to be gone once it was killed. */
const GRACE = 1_000;
const PAUSE = 20;

/** Ends every process whose environment has this `NAME=value`, and what it starts meanwhile; gives their number. */
export async function endAllWith(
  setting: string,
  kill: (pid: number, signal: "SIGTERM" | "SIGKILL") => void,
): Promise<number> {
  const { setTimeout: wait } = await import("node:timers/promises");
  const asked = new Set<number>();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (let waited = 0; waited < GRACE; waited += PAUSE) {
      const found = await processesWith(setting);
      if (found.length === 0) return asked.size;
      for (const pid of found) if (signal === "SIGKILL" || !asked.has(pid)) kill(pid, signal);
      for (const pid of found) asked.add(pid);
      await wait(PAUSE);
    }
  }
  return asked.size;
}

async function processesWith(setting: string): Promise<number[]> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const has = await Promise.all(
    ids.map(async (id) => (await environmentOf(id)).split("\0").includes(setting)),
  );
  return ids.filter((_, index) => has[index]).map(Number);
}

/** Empty for one of another user, and for one that has ended. */
async function environmentOf(id: string): Promise<string> {
  return await readFile(`/proc/${id}/environ`, "utf8").catch(() => "");
}
