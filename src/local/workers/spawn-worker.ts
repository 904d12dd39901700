import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AppVersion } from "../apps/app-version.ts";
import { givenSecrets } from "../apps/secrets.ts";
import { temporaryName } from "../atomic-write.ts";
import { ownPid } from "../process-ids.ts";
import { createMark, inheritedEnvironment, markOf } from "./processes.ts";

export interface WorkerSettings {
  /** The built worker program. */
  program: string;
  /** Bound of the JavaScript heap of one worker, in MiB. */
  memoryMb: number;
  /** Where apps keep what they download. */
  cacheDir: string;
  /** Each worker has a temporary folder in it, gone with the worker. */
  temporaryDir: string;
  /** Told beside what is inherited. */
  environment: Record<string, string>;
}

export interface SpawnedWorker {
  child: ChildProcess;
  /** The worker's own folder, to be removed after its end. */
  temporaryDir: string;
  /** The setting that whatever it starts has in its environment. */
  mark: string;
}

/** Throws what the system says when there is no room for a process and its folder. */
export function spawnWorker(version: AppVersion, settings: WorkerSettings): SpawnedWorker {
  const temporaryDir = join(settings.temporaryDir, temporaryName());
  const mark = createMark();
  const own = { TMPDIR: temporaryDir, FILE_CACHE_DIR: settings.cacheDir };
  mkdirSync(temporaryDir, { mode: 0o700 });
  try {
    const child = spawn(process.execPath, argumentsFor(version, settings), {
      cwd: version.dir,
      env: {
        ...inheritedEnvironment(),
        ...settings.environment,
        ...own,
        ...version.env,
        ...givenSecrets(version),
        ...mark,
      },
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      // A group of its own: Ctrl-C reaches belt, which drains; and a kill reaches the app's own children.
      detached: true,
      windowsHide: true,
    });
    return { child, temporaryDir, mark: markOf(mark) };
  } catch (error) {
    rmSync(temporaryDir, { recursive: true, force: true });
    throw error;
  }
}

function argumentsFor({ entry }: AppVersion, { program, memoryMb }: WorkerSettings): string[] {
  // The heap, as much again in buffers and the like, and node itself.
  const resident = (2 * memoryMb + 128) * 1024 * 1024;
  return [`--max-old-space-size=${memoryMb}`, program, entry, String(ownPid()), String(resident)];
}
