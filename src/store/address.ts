import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BeltError } from "../errors.ts";
import { isObject } from "../wire/types.ts";
import { makeFolder } from "./folder.ts";

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

/** Where the server inside one belt makes itself known to the commands that belt starts. */
export function ownAddress(stateDir: string, pid: number): string {
  return join(stateDir, `server-${pid}.json`);
}

/** Makes a server known; readable by the user alone. Throws when the file cannot be written. */
export async function writeAddress(file: string, address: ServerAddress): Promise<void> {
  const temporary = `${file}.${address.pid}.new`;
  try {
    await makeFolder(dirname(file));
    await writeFile(temporary, JSON.stringify(address), { mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new BeltError({
      code: "file",
      message: `cannot write the server's address to ${file}: ${(error as Error).message}`,
      exit: "failure",
      cause: error,
    });
  }
}

/** The address that was left there, or null; whether the server still runs is for the caller to find out. */
export async function readAddress(file: string): Promise<ServerAddress | null> {
  try {
    const address: unknown = JSON.parse(await readFile(file, "utf8"));
    if (!isObject(address)) return null;
    const { url, key, pid } = address;
    return typeof url === "string" && typeof key === "string" && typeof pid === "number"
      ? { url, key, pid }
      : null;
  } catch {
    return null;
  }
}

/** Forgets the address, unless another server has put its own there. */
export async function removeAddress(file: string, pid: number): Promise<void> {
  const current = await readAddress(file);
  if (current?.pid === pid) await rm(file, { force: true });
}
