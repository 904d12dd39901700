import { open, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { usageError } from "../errors.ts";
import { fileReason } from "../file-reason.ts";
import { closest } from "./closest.ts";

/** A file of the user's that is to be uploaded. */
export interface LocalFile {
  /** As typed. */
  name: string;
  /** What it is called where it arrives. */
  filename: string;
  /** Without links; the same for two names of one file. */
  path: string;
  size: number;
}

export interface UploadRules {
  cwd: string;
  home: string;
  /** Folders of belt's own that hold keys. */
  privateFolders: readonly string[];
  /** With `--allow-sensitive`. */
  allowSensitive: boolean;
  /** What to do about a file that cannot be read. */
  hint: string;
  /** What is to be done with the files. */
  verb: "upload" | "read";
  /** Makes a file of what comes out of a pipe; null leaves pipes unread, and out of what is found. */
  spool: ((path: string) => Promise<string>) | null;
}

/** The files behind what was typed. Throws a usage error for what cannot be read, and for what looks like a secret. */
export async function findUploads(names: readonly string[], rules: UploadRules): Promise<LocalFile[]> {
  const found = await Promise.all(names.map((name) => findUpload(name, rules)));
  return found.filter((file) => file !== null);
}

async function findUpload(name: string, rules: UploadRules): Promise<LocalFile | null> {
  const typed = resolve(rules.cwd, name);
  const pipe = await isPipe(typed);
  if (pipe && !rules.spool) return null;
  const path = await realpath(pipe ? await rules.spool!(typed) : typed).catch(
    async (error: NodeJS.ErrnoException) => {
      throw unreadable(name, error, { ...rules, hint: (await nearTo(name, typed)) ?? rules.hint });
    },
  );
  const found = await stat(path);
  if (!found.isFile())
    throw usageError(
      `cannot ${rules.verb} ${name}: it is ${found.isDirectory() ? "a folder" : "not a file"}`,
    );
  const secret = rules.allowSensitive ? null : await secretIn([typed, path], rules);
  if (secret !== null) throw refused(name, secret, rules.verb);
  await requireReadable(name, path, rules);
  return { name, filename: basename(pipe ? path : typed), path, size: found.size };
}

/** A named pipe, or what a shell makes of `<(command)`; it has no real path. */
async function isPipe(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && (found.isFIFO() || found.isSocket());
}

/** Throws a usage error for a text that looks like a secret. */
export function requireNoSecret(name: string, text: Uint8Array): void {
  if (looksLikeKey(Buffer.from(text.subarray(0, HEAD)).toString("latin1"))) {
    throw refused(name, "it holds a private key", "read");
  }
}

function refused(name: string, secret: string, verb: UploadRules["verb"]): Error {
  return usageError(
    `${name} was not ${verb === "upload" ? "uploaded" : "read"}: ${secret}`,
    "if it is really meant to leave this machine, add --allow-sensitive",
  );
}

async function requireReadable(name: string, path: string, rules: UploadRules): Promise<void> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error, rules);
  });
  await file.close();
}

function unreadable(name: string, error: NodeJS.ErrnoException, { verb, hint }: UploadRules): Error {
  const reason = error.code === "ENOENT" ? "there is no such file" : fileReason(error);
  return usageError(`cannot ${verb} ${name}: ${reason}`, hint);
}

/** What may be meant by a name that nothing has, in the folder where it would be. */
async function nearTo(name: string, path: string): Promise<string | null> {
  const near = closest(basename(path), await readdir(dirname(path)).catch(() => []));
  return near === null ? null : `did you mean ${join(dirname(name), near)}?`;
}

/** Why a file looks like a secret, or null. Both its name as typed and what that links to count. */
async function secretIn(paths: readonly string[], rules: UploadRules): Promise<string | null> {
  const folders = [".ssh", ".aws", ".gnupg"].map((name) => join(rules.home, name));
  for (const folder of [...folders, ...rules.privateFolders]) {
    const real = await realpath(folder).catch(() => folder);
    if (paths.some((path) => isInside(path, folder) || isInside(path, real)))
      return `everything in ${folder} is secret`;
  }
  for (const path of paths) {
    const name = basename(path).toLowerCase();
    if (/^\.env(\..+)?$/.test(name) && !/\.(example|sample|template)$/.test(name))
      return "a .env file holds secrets";
    if (/^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/.test(name) || /\.(p12|pfx|ppk|jks|keystore)$/.test(name)) {
      return "its name is that of a private key";
    }
  }
  return (await holdsPrivateKey(paths.at(-1)!)) ? "it holds a private key" : null;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder.toLowerCase(), path.toLowerCase());
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** How much of a file is looked through for a key. */
const HEAD = 65_536;

async function holdsPrivateKey(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => null);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return looksLikeKey(buffer.toString("latin1", 0, bytesRead));
  } finally {
    await file.close();
  }
}

function looksLikeKey(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|^PuTTY-User-Key-File-/.test(text);
}
