/**
 * What Linux shows of other processes in /proc. Elsewhere nothing is known of them: an id that is used
 * again is taken for the same process, and what a command has left running is left to it.
 */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

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
