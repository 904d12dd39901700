/** What is asked of the operating system. */
import type { ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";

/** App code sees the way to its tools and networks, and none of the user's keys. */
const INHERITED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TEMP|TMP|TZ|LANG|LC_.*|SYSTEMROOT|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY)$/i;

export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name)));
}

/** Ends a detached child and everything it started; no error when nobody is left. */
export function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/**
 * Ends what left the group of the worker that started it, as browsers do that apps drive: its
 * environment still has the worker's `setting`. Only where the system shows environments in /proc.
 */
export async function killMarked(setting: string): Promise<void> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    ids.map(async (id) => {
      const environment = await readFile(`/proc/${id}/environ`, "latin1").catch(() => "");
      if (!environment.split("\0").includes(setting)) return;
      try {
        process.kill(Number(id), "SIGKILL");
      } catch {
        // It has gone by itself.
      }
    }),
  );
}

/** True while a process of that id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The id by which workers, and later servers, can ask whether this one still lives. */
export function ownPid(): number {
  return process.pid;
}
