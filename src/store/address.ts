import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "../wire/types.ts";

/** Where a running `belt dev` answers, and the key it wants. */
export interface ServerAddress {
  url: string;
  key: string;
  pid: number;
}

function addressFile(stateDir: string): string {
  return join(stateDir, "dev.json");
}

/** Makes a running server known to `--local`; readable by the user alone. */
export async function writeAddress(stateDir: string, address: ServerAddress): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const temporary = `${addressFile(stateDir)}.${address.pid}`;
  await writeFile(temporary, JSON.stringify(address), { mode: 0o600 });
  await rename(temporary, addressFile(stateDir));
}

/** The address left by a `belt dev`, or null; whether it still runs is for the caller to find out. */
export async function readAddress(stateDir: string): Promise<ServerAddress | null> {
  try {
    const address: unknown = JSON.parse(await readFile(addressFile(stateDir), "utf8"));
    if (!isObject(address) || typeof address["url"] !== "string") return null;
    return address as unknown as ServerAddress;
  } catch {
    return null;
  }
}

/** Forgets the address, unless another server has put its own there. */
export async function removeAddress(stateDir: string, pid: number): Promise<void> {
  const current = await readAddress(stateDir);
  if (current?.pid === pid) await rm(addressFile(stateDir), { force: true });
}
