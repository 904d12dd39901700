import type { AppProblem } from "../events.ts";

/** A folder that is served under a name, unless another one has it that stands before. */
interface Named {
  dir: string;
  builtIn: boolean;
  /** `namespace/name`, as the folder says now. */
  fullName: string;
  /** The folder that is served under this name in place of this one. */
  yieldsTo: string | null;
  /** Compares the folder with what was last seen. */
  refresh(): unknown;
  yieldTo(dir: string | null): void;
}

/** Each name once; of two folders with one name the first is served. */
export function served<Folder extends Named>(folders: readonly Folder[]): Folder[] {
  return known(folders).filter(({ yieldsTo }) => yieldsTo === null);
}

/** Those and what is not served, because another folder of the user's has its name. */
export function known<Folder extends Named>(folders: readonly Folder[]): Folder[] {
  const first = new Map<string, string>();
  for (const folder of folders) {
    folder.refresh();
    folder.yieldTo(first.get(folder.fullName) ?? null);
    if (folder.yieldsTo === null) first.set(folder.fullName, folder.dir);
  }
  return folders.filter(({ builtIn, yieldsTo }) => !builtIn || yieldsTo === null);
}

/** What is wrong with a folder: what was found in it, else that another one has its name. */
export function problemWith(found: AppProblem | null, yieldsTo: string | null): AppProblem | null {
  if (found || yieldsTo === null) return found;
  return { message: `not served: ${yieldsTo} has this name, too`, file: null, line: null };
}
