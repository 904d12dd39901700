import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BeltError, fileError } from "../errors.ts";
import { fileReason } from "../file-reason.ts";
import { isObject } from "../wire/types.ts";
import { makeFolder } from "./folder.ts";
import { setAside } from "./set-aside.ts";
import { sweepTemporaries, type TemporaryOwner } from "./temporary.ts";

/** A place to run apps: whose key, which API, and what is special about it. */
export interface Profile {
  name: string;
  apiUrl: string;
  /** Null after `belt logout`. */
  key: string | null;
  /** What `run` asks for when `--infra` does not say. */
  infra: string | null;
  statusTable: "auto" | "2025" | "2026";
  /** Plain http to another machine is allowed. */
  insecure: boolean;
}

export interface ProfileBook {
  /** The name of the profile that counts when none is named. */
  current: string | null;
  profiles: Profile[];
}

const NOTHING: ProfileBook = { current: null, profiles: [] };

/** Long enough for any holder, which needs milliseconds; a belt that was killed holds no longer than this. */
const STALE = 10_000;

/** About half a minute of tries, for many belts at once on a slow machine. */
const PATIENCE = { retries: 150, factor: 1.2, minTimeout: 10, maxTimeout: 250, randomize: true };

export interface ProfilesOptions {
  folder: string;
  platform: NodeJS.Platform;
  owner: TemporaryOwner;
  /** Told of what was repaired. */
  note(text: string): void;
  /** Told of what was lost, and where to find it. */
  warn(text: string): void;
}

/**
 * The profiles on disk (src/cli/README.md, "Where things are kept"), in one file that the user
 * alone can read. Reading costs one small file; conf and the lock are loaded by what writes.
 */
export class Profiles {
  readonly path: string;
  readonly #folder: string;
  readonly #options: ProfilesOptions;

  constructor(options: ProfilesOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.path = join(options.folder, "profiles.json");
  }

  /** What is stored; a file that cannot be understood is set aside, and its new path is told. */
  async read(): Promise<ProfileBook> {
    const text = await this.#text();
    if (text === null) return NOTHING;
    await this.#closeToOthers();
    return parseBook(text) ?? (await this.#locked(() => this.#readOrSetAside()));
  }

  /** Changes what is stored, alone: nobody else reads and writes in between. */
  async update<T>(change: (book: ProfileBook) => { book: ProfileBook; value: T }): Promise<T> {
    const { default: Conf } = await import("conf");
    const { owner } = this.#options;
    return await this.#locked(async () => {
      const { book, value } = change(await this.#readOrSetAside());
      try {
        const file = new Conf<StoredBook>({
          cwd: this.#folder,
          configName: "profiles",
          projectSuffix: "",
          accessPropertiesByDotNotation: false,
          configFileMode: 0o600,
        });
        file.store = { current: book.current, profiles: book.profiles.map(stored) };
      } catch (error) {
        throw fileError(ACTION, this.path, error, HINT);
      }
      // Alone here, so that what a killed belt wrote beside the file is left behind.
      await sweepTemporaries(this.#folder, owner, (name) => name.startsWith("profiles.json.tmp-"));
      await this.#closeToOthers();
      return value;
    });
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    await makeFolder(this.#folder).catch((error) => {
      throw fileError(ACTION, this.path, error, HINT);
    });
    const { default: lockfile } = await import("proper-lockfile");
    // A holder that slept so long that it lost the lock has nothing left to release.
    const lost = () => {};
    const options = { realpath: false, stale: STALE, retries: PATIENCE, onCompromised: lost };
    const release = await lockfile.lock(this.path, options).catch((error: NodeJS.ErrnoException) => {
      throw error.code === "ELOCKED" ? locked(this.path, error) : fileError(ACTION, this.path, error, HINT);
    });
    try {
      return await work();
    } finally {
      await release().catch(lost);
    }
  }

  async #readOrSetAside(): Promise<ProfileBook> {
    const text = await this.#text();
    const book = text === null ? NOTHING : parseBook(text);
    if (book) return book;
    await setAside(this.path, "the file of profiles", this.#options.warn);
    return NOTHING;
  }

  async #text(): Promise<string | null> {
    return await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      // No folder holds any where a device or a file is in its place.
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
      throw fileError(ACTION, this.path, error, HINT);
    });
  }

  /** Keys are for the user alone: file 0600, folder 0700. */
  async #closeToOthers(): Promise<void> {
    if (this.#options.platform === "win32") return;
    const { note, warn } = this.#options;
    const wanted = [
      [this.#folder, 0o700],
      [this.path, 0o600],
    ] as const;
    for (const [path, closed] of wanted) {
      // Another belt may have set the file aside meanwhile.
      const mode = ((await stat(path).catch(() => null))?.mode ?? closed) & 0o777;
      if ((mode & 0o077) === 0) continue;
      await chmod(path, closed).then(
        () => note(`${path} was open to other users (${octal(mode)}); it is ${octal(closed)} now`),
        (error) => warn(`${path} is open to other users (${octal(mode)}): ${fileReason(error)}`),
      );
    }
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** A profile as the file has it. */
interface StoredProfile {
  name: string;
  api_url: string;
  key: string | null;
  infra: string | null;
  status_table: Profile["statusTable"];
  insecure: boolean;
}

type StoredBook = { current: string | null; profiles: StoredProfile[] };

function stored({ name, apiUrl, key, infra, statusTable, insecure }: Profile): StoredProfile {
  return { name, api_url: apiUrl, key, infra, status_table: statusTable, insecure };
}

/** Null for what is not belt's. */
function parseBook(text: string): ProfileBook | null {
  try {
    const book: unknown = JSON.parse(text);
    if (!isObject(book) || !Array.isArray(book["profiles"]) || !isTextOrNull(book["current"])) return null;
    const profiles = book["profiles"].map(parseProfile);
    return profiles.every((profile) => profile !== null) ? { current: book["current"], profiles } : null;
  } catch {
    return null;
  }
}

function parseProfile(entry: unknown): Profile | null {
  if (!isObject(entry)) return null;
  const { name, api_url, key, infra, status_table, insecure } = entry;
  if (typeof name !== "string" || typeof api_url !== "string") return null;
  if (!isTextOrNull(key) || !isTextOrNull(infra) || typeof insecure !== "boolean") return null;
  if (status_table !== "auto" && status_table !== "2025" && status_table !== "2026") return null;
  return { name, apiUrl: api_url, key, infra, statusTable: status_table, insecure };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

const ACTION = "cannot use the profiles in";
const HINT =
  "make it yours to read and write, choose another folder with BELT_CONFIG_DIR, or do without by INFSH_API_KEY";

function locked(path: string, cause: unknown): BeltError {
  const message = `${ACTION} ${path}: another belt keeps it locked`;
  return new BeltError({ code: "file", message, exit: "failure", cause });
}
