import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError } from "../errors.ts";
import { isObject } from "../wire/types.ts";
import { writeAtomic } from "./atomic-write.ts";
import { setAside } from "./set-aside.ts";
import { sweepTemporaries, type TemporaryOwner } from "./temporary.ts";

/** Where a running `belt dev` answers, and the key it wants. */
export interface ServerAddress {
  url: string;
  key: string;
  pid: number;
}

/** Where a `belt dev` makes itself known. */
export function devAddress(stateDir: string): string {
  return join(stateDir, "dev.json");
}

/** By this lock one server of a state folder keeps others away. */
export function devLock(stateDir: string): string {
  return join(stateDir, "dev.lock");
}

/** Where the server inside one belt makes itself known to the commands that belt starts. */
export function ownAddress(stateDir: string, pid: number): string {
  return join(stateDir, `server-${pid}.json`);
}

/** Names to the commands that a belt starts the file that says where its server answers. */
export const ADDRESS_VARIABLE = "BELT_LOCAL_ADDRESS";

type Warn = (text: string) => void;

/** Makes a server known; readable by the user alone. What cannot be understood there is set aside first. */
export async function writeAddress(
  file: string,
  address: ServerAddress,
  { owner, warn }: { owner: TemporaryOwner; warn: Warn },
): Promise<void> {
  await readAddress(file, warn);
  await writeAtomic(file, JSON.stringify(address), owner).catch((error) => {
    throw fileError("cannot write the server's address to", file, error);
  });
  await sweepTemporaries(dirname(file), owner, (name) => {
    const pid = OWN_ADDRESS.exec(name)?.[1];
    return pid !== undefined && !owner.isAlive(Number(pid));
  });
}

/** What a belt that was killed leaves behind, key and all. */
const OWN_ADDRESS = /^server-(\d+)\.json$/;

/** The address that was left there, or null; whether the server still runs is for the caller to find out. */
export async function readAddress(file: string, warn: Warn): Promise<ServerAddress | null> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    // Why nothing can be kept there is told when a server starts.
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw fileError("cannot read the server's address in", file, error);
  });
  if (text === null) return null;
  const address = parseAddress(text);
  if (!address) await setAside(file, "the server's address in", warn);
  return address;
}

/** Null for what is not belt's. */
function parseAddress(text: string): ServerAddress | null {
  try {
    const address: unknown = JSON.parse(text);
    if (!isObject(address)) return null;
    const { url, key, pid } = address;
    if (typeof url !== "string" || typeof key !== "string" || typeof pid !== "number") return null;
    const isWhole = isLocal(url) && /^[\x21-\x7e]+$/.test(key) && Number.isSafeInteger(pid) && pid > 0;
    return isWhole ? { url, key, pid } : null;
  } catch {
    return null;
  }
}

/** Belt's own servers answer on this machine only; a key is sent nowhere else. */
function isLocal(url: string): boolean {
  const { protocol, hostname, port } = new URL(url);
  return protocol === "http:" && port !== "" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

/** Forgets the address, unless another server has put its own there. */
export async function removeAddress(file: string, pid: number): Promise<void> {
  const current = parseAddress(await readFile(file, "utf8").catch(() => ""));
  if (current?.pid === pid) await rm(file, { force: true });
}
