import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Api } from "../../api/client.ts";
import { BeltError } from "../../errors.ts";
import type { LocalFile } from "../../input/upload-files.ts";
import { findFiles, uploadAll } from "../run/upload.ts";
import type { RunContext } from "../shared/context.ts";

interface FoundFile {
  file: LocalFile;
  hash: string;
  /** When it was last changed, as it was hashed. */
  changed: number;
}

/** The files that the rows of a batch upload, each found, hashed and uploaded once however many rows name it. */
export class Uploads {
  readonly #ctx: RunContext;
  readonly #allowSensitive: boolean;
  readonly #found = new Map<string, FoundFile>();
  readonly #uris = new Map<string, Promise<string>>();

  constructor(ctx: RunContext, allowSensitive: boolean) {
    this.#ctx = ctx;
    this.#allowSensitive = allowSensitive;
  }

  /** Throws a usage error for the first that cannot be read, or looks like a secret. */
  async find(names: readonly string[]): Promise<void> {
    for (const name of names.filter((one) => !this.#found.has(one))) {
      const files = await findFiles(this.#ctx, [name], { allowSensitive: this.#allowSensitive });
      const file = files.get(name)!;
      const { mtimeMs: changed } = await stat(file.path);
      this.#found.set(name, { file, hash: await hashFile(file.path), changed });
    }
  }

  readonly hashOf = (name: string): string => this.#found.get(name)?.hash ?? "";

  /** Files, not names, and the bytes in them. */
  get total(): { files: number; bytes: number } {
    const byPath = new Map([...this.#found.values()].map(({ file }) => [file.path, file.size]));
    return { files: byPath.size, bytes: [...byPath.values()].reduce((sum, size) => sum + size, 0) };
  }

  /** Uploads what has not been uploaded yet; gives the uri of each. */
  async upload(api: Api, names: readonly string[]): Promise<Map<string, string>> {
    const uris = new Map<string, string>();
    for (const name of names) uris.set(name, await this.#upload(api, this.#found.get(name)!));
    return uris;
  }

  #upload(api: Api, { file, changed }: FoundFile): Promise<string> {
    const known = this.#uris.get(file.path);
    if (known) return known;
    const uploading = this.#send(api, file, changed);
    this.#uris.set(file.path, uploading);
    // The next row that names it tries again.
    uploading.catch(() => this.#uris.delete(file.path));
    return uploading;
  }

  async #send(api: Api, file: LocalFile, changed: number): Promise<string> {
    const now = await stat(file.path);
    if (now.mtimeMs !== changed || now.size !== file.size) throw changedMeanwhile(file);
    const uris = await uploadAll(this.#ctx, api, new Map([[file.name, file]]));
    return uris.get(file.name)!;
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function changedMeanwhile({ name }: LocalFile): BeltError {
  return new BeltError({
    code: "file_changed",
    message: `${name} was changed while the batch ran`,
    exit: "failure",
  });
}
