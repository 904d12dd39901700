/** Files that were uploaded, and files that apps made: kept in a folder each, named by their id. */

import { createHmac, timingSafeEqual } from "node:crypto";
import { constants, createWriteStream } from "node:fs";
import { copyFile, type FileHandle, mkdir, open, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { writeAtomic } from "../atomic-write.ts";
import { notFound } from "../errors.ts";
import { isId } from "../ids.ts";
import { safeName } from "./safe-name.ts";

export interface StoredFile {
  id: string;
  /** Safe as a file name. */
  filename: string;
  content_type: string;
  size: number;
  created_at: string;
}

/** How records name a stored file; answers show a uri instead. */
const REFERENCE = /^stored:([A-Za-z0-9_-]{1,64})\/([^/]+)$/;

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(;[\x20-\x7e]*)?$/;

export interface FileStoreOptions {
  dir: string;
  key: string;
  nextId: () => string;
  now: () => number;
}

export class FileStore {
  readonly #options: FileStoreOptions;

  constructor(options: FileStoreOptions) {
    this.#options = options;
  }

  async create(filename: string, contentType: string): Promise<StoredFile> {
    const id = this.#options.nextId();
    const name = safeName(filename);
    await mkdir(join(this.#options.dir, id), { mode: 0o700 });
    const file: StoredFile = {
      id,
      filename: name,
      content_type: MEDIA_TYPE.test(contentType) ? contentType : await guessMediaType(name),
      size: 0,
      created_at: new Date(this.#options.now()).toISOString(),
    };
    await this.#describe(file);
    return file;
  }

  /** What was there before stays until all of the bytes have come. */
  async fill(file: StoredFile, bytes: Readable): Promise<StoredFile> {
    await writeAtomic(this.path(file), (temporary) =>
      pipeline(bytes, createWriteStream(temporary, { mode: 0o600 })),
    );
    return this.#measure(file);
  }

  /** Keeps a copy of a file an app has made. */
  async keep(path: string, filename: string, contentType: string): Promise<StoredFile> {
    const file = await this.create(filename, contentType);
    await writeAtomic(this.path(file), (temporary) => copyFile(path, temporary, constants.COPYFILE_FICLONE));
    return this.#measure(file);
  }

  async find(id: string): Promise<StoredFile> {
    if (!isId(id)) throw notFound(`no file ${JSON.stringify(id)}`);
    try {
      return JSON.parse(await readFile(this.#metaPath(id), "utf8")) as StoredFile;
    } catch {
      throw notFound(`no file ${id}`);
    }
  }

  /** The bytes and how many they are: those of one upload, even when another takes its place meanwhile. */
  async open(file: StoredFile): Promise<{ handle: FileHandle; size: number }> {
    const handle = await open(this.path(file)).catch(() => {
      throw notFound(`file ${file.id} was announced but never uploaded`);
    });
    return { handle, size: (await handle.stat()).size };
  }

  path(file: { id: string; filename: string }): string {
    return join(this.#options.dir, file.id, file.filename);
  }

  reference(file: StoredFile): string {
    return `stored:${file.id}/${file.filename}`;
  }

  /** The address of a stored file on this server, readable by all who have it. */
  httpUri(file: { id: string; filename: string }, baseUrl: string): string {
    return this.#address(file, "GET", baseUrl);
  }

  uploadUrl(file: StoredFile, baseUrl: string): string {
    return this.#address(file, "PUT", baseUrl);
  }

  fileUri(file: { id: string; filename: string }): string {
    return pathToFileURL(this.path(file)).href;
  }

  isSigned(method: string, id: string, signature: string): boolean {
    const expected = Buffer.from(this.#sign(method, id));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** The reference of a stored file that `uri` is an address of, else null. */
  parseReference(uri: string, baseUrls: string[]): string | null {
    const places = [...baseUrls.map((base) => `${base}/files/`), `${pathToFileURL(this.#options.dir).href}/`];
    const place = places.find((start) => uri.startsWith(start));
    const reference = place ? `stored:${decode(uri.slice(place.length).split("?", 1)[0]!)}` : "";
    return readReference(reference) ? reference : null;
  }

  #address({ id, filename }: { id: string; filename: string }, method: string, baseUrl: string): string {
    return `${baseUrl}/files/${id}/${encodeURIComponent(filename)}?signature=${this.#sign(method, id)}`;
  }

  #sign(method: string, id: string): string {
    return createHmac("sha256", this.#options.key).update(`${method} ${id}`).digest("base64url").slice(0, 32);
  }

  async #measure(file: StoredFile): Promise<StoredFile> {
    const measured = { ...file, size: (await stat(this.path(file))).size };
    await this.#describe(measured);
    return measured;
  }

  async #describe(file: StoredFile): Promise<void> {
    const record = JSON.stringify(file);
    await writeAtomic(this.#metaPath(file.id), (temporary) => writeFile(temporary, record, { mode: 0o600 }));
  }

  #metaPath(id: string): string {
    return join(this.#options.dir, `${id}.json`);
  }
}

/** The file a reference names, else null. */
export function readReference(text: string): { id: string; filename: string } | null {
  const [, id, filename] = REFERENCE.exec(text) ?? [];
  return id && filename && filename === safeName(filename) ? { id, filename } : null;
}

async function guessMediaType(filename: string): Promise<string> {
  const { mediaTypeOf } = await import("./media-types.ts");
  return mediaTypeOf(filename);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
