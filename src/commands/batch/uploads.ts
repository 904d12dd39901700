import type { Api } from "../../api/client.ts";
import type { LocalFile } from "../../input/upload-files.ts";
import { type HashedFile, hashFile, requireUnchanged } from "../run/file-hash.ts";
import { findFiles, uploadAll } from "../run/upload.ts";
import type { RunContext } from "../shared/context.ts";

interface FoundFile {
  file: LocalFile;
  hashed: HashedFile;
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
      this.#found.set(name, { file, hashed: await hashFile(file.path, this.#ctx.signal) });
    }
  }

  readonly hashOf = (name: string): string => this.#found.get(name)?.hashed.sha256 ?? "";

  /** What is in each of these files. */
  hashesOf(names: readonly string[]): Map<string, HashedFile> {
    return new Map(names.map((name) => [name, this.#found.get(name)!.hashed]));
  }

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

  #upload(api: Api, found: FoundFile): Promise<string> {
    const { path } = found.file;
    const known = this.#uris.get(path);
    if (known) return known;
    const uploading = this.#send(api, found);
    this.#uris.set(path, uploading);
    // The next row that names it tries again.
    uploading.catch(() => this.#uris.delete(path));
    return uploading;
  }

  async #send(api: Api, { file, hashed }: FoundFile): Promise<string> {
    const asHashed = new Map([[file.name, hashed]]);
    await requireUnchanged(asHashed);
    const uris = await uploadAll(this.#ctx, api, new Map([[file.name, file]]));
    await requireUnchanged(asHashed);
    return uris.get(file.name)!;
  }
}
