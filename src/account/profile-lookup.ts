import { usageError } from "../errors.ts";
import { belt } from "../hint.ts";
import { closest } from "../input/closest.ts";
import type { Profile, ProfileBook } from "../store/profiles.ts";

/** The profile of this name; a usage error with the closest name when there is none. */
export function namedProfile(name: string, { profiles }: ProfileBook): Profile {
  const names = profiles.map((profile) => profile.name);
  const found = profiles[names.indexOf(name.normalize())];
  if (found) return found;
  const near = closest(name, names);
  throw usageError(
    `there is no profile "${name}"`,
    near === null ? [belt("profile list"), " shows those there are"] : `did you mean "${near}"?`,
  );
}

/** The profile that counts when none is named. */
export function currentProfile({ current, profiles }: ProfileBook): Profile | null {
  return profiles.find(({ name }) => name === current) ?? null;
}
