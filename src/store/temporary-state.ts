import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAbandoned, type LockOptions, type LockOwner, ProcessLock } from "./process-lock.ts";
import { devLock } from "./server-address.ts";

const PREFIX = "belt-dev-exec-";

/** A state folder that goes with the command it was made for. */
export interface TemporaryState {
  path: string;
  remove(): Promise<void>;
}

/** Makes one inside `folder`, and removes those that commands which were killed have left there. */
export async function makeTemporaryState(
  folder: string,
  options: Omit<LockOptions, "path">,
): Promise<TemporaryState> {
  const path = await mkdtemp(join(folder, PREFIX));
  const lock = await ProcessLock.take({ ...options, path: devLock(path) }, () => new Error("not reached"));
  await sweep(folder, (await lstat(path)).uid, options.owner);
  return {
    path,
    async remove() {
      await lock.release();
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** A folder for all users may hold those of others, and links that only look like one. */
async function sweep(folder: string, uid: number, owner: LockOwner): Promise<void> {
  for (const name of (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(PREFIX))) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    if (!found?.isDirectory() || found.uid !== uid || !(await isAbandoned(devLock(path), owner))) continue;
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
