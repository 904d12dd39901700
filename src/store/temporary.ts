import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The process that makes temporary files, and what it knows of others. */
export interface TemporaryOwner {
  pid: number;
  hostname: string;
  isAlive(pid: number): boolean;
}

/** Milliseconds after which what nobody writes to is taken for left behind, whoever made it. */
const ABANDONED = 24 * 3600 * 1000;

const TEMPORARY = /^\.belt-(\d+)@([\w-]*)-[0-9a-f]{16}\.part$/;

/** A name for a file that takes its real one when it is whole; it tells whose it is. */
export function temporaryName({ pid, hostname }: TemporaryOwner): string {
  return `.belt-${pid}@${namePart(hostname)}-${randomBytes(8).toString("hex")}.part`;
}

/** Removes from a folder what processes that were killed left unfinished; `isOrphan` knows further names. */
export async function sweepTemporaries(
  folder: string,
  owner: TemporaryOwner,
  isOrphan: (name: string) => boolean = () => false,
): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const left = isOrphan(name) || (TEMPORARY.test(name) && (await isLeftBehind(folder, name, owner)));
    if (left) await rm(join(folder, name), { force: true }).catch(() => {});
  }
}

const FOLDER = /^belt-(\d+)@([\w-]*)-\w{6}$/;

/** A folder that nobody else may look into; those of processes of this machine that were killed are removed first. */
export async function makeTemporaryFolder(owner: TemporaryOwner): Promise<string> {
  const machine = namePart(owner.hostname);
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const [, pid, where] = FOLDER.exec(name) ?? [];
    if (pid === undefined || where !== machine || owner.isAlive(Number(pid))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
  return await mkdtemp(join(tmpdir(), `belt-${owner.pid}@${machine}-`));
}

/** The id of a process means something on its own machine only: a folder may be shared. */
async function isLeftBehind(folder: string, name: string, owner: TemporaryOwner): Promise<boolean> {
  const [, pid, machine] = TEMPORARY.exec(name) ?? [];
  if (machine === namePart(owner.hostname) && !owner.isAlive(Number(pid))) return true;
  const found = await stat(join(folder, name)).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > ABANDONED;
}

function namePart(hostname: string): string {
  return hostname.replace(/[^\w-]/g, "_").slice(-32);
}
