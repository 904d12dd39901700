import { BeltError, usageError } from "../errors.ts";
import { belt, type Hint } from "../hint.ts";
import type { Profile, ProfileBook } from "../store/profiles.ts";
import {
  type Account,
  describeKeySource,
  type KeySource,
  type Named,
  type ProfileChoice,
} from "./account.ts";
import { checkedUrl, DEFAULT_URL, withoutLogin } from "./base-url.ts";
import type { GlobalFlags } from "./flags.ts";
import { checkedKey, cleanKey } from "./key.ts";
import { currentProfile, namedProfile } from "./profile-lookup.ts";

type Env = Record<string, string | undefined>;

/** Where a key may stand in the environment, first found wins. */
export const KEY_VARIABLES = ["INFSH_API_KEY", "INFERENCE_API_KEY"] as const;

/**
 * Tells the commands of `session exec` that their belt was told to use this profile at this base
 * URL. It vouches for the two together, so a BELT_API_URL that comes from elsewhere gains nothing.
 */
export const PINNED_TARGET_VARIABLE = "BELT_AGREED_TARGET";

export function pinnedTarget(profile: string, url: string): string {
  return `${url} ${profile}`;
}

/** Set by `dev exec`: whatever is said elsewhere, belt talks to a local server and to nothing else. */
export const REHEARSAL_VARIABLE = "BELT_REHEARSAL";

/** Options before environment; an option also outranks a variable that says something else altogether. */
export function resolveNamed(flags: GlobalFlags, env: Env): Named {
  if (flags.local && flags.apiUrl !== undefined) throw usageError("--local and --api-url exclude each other");
  if (env[REHEARSAL_VARIABLE]) return rehearsed(flags, env);
  const elsewhere = flags.apiUrl !== undefined || flags.profile !== undefined;
  const apiUrl = flags.apiUrl ?? (env["BELT_API_URL"] || null);
  const profile = flags.profile ?? (env["BELT_PROFILE"] || null);
  return {
    local: flags.local ?? (!elsewhere && isTrue(env["BELT_LOCAL"])),
    profile: profile?.normalize() ?? null,
    profileFrom: profile === null ? null : flags.profile === undefined ? "BELT_PROFILE" : "--profile",
    apiUrl,
    apiUrlFrom: apiUrl === null ? null : flags.apiUrl === undefined ? "BELT_API_URL" : "--api-url",
  };
}

function rehearsed({ apiUrl, profile }: GlobalFlags, env: Env): Named {
  const named = {
    "--api-url": apiUrl,
    "--profile": profile,
    BELT_API_URL: env["BELT_API_URL"],
    BELT_PROFILE: env["BELT_PROFILE"],
  };
  const [other] = Object.entries(named).find(([, value]) => value) ?? [];
  if (other !== undefined) {
    throw usageError(
      `${other} names another API, and inside belt dev exec every belt is local`,
      `leave ${other} out: a rehearsal spends nothing`,
    );
  }
  return { local: true, profile: null, profileFrom: null, apiUrl: null, apiUrlFrom: null };
}

/** The stored profiles; throws where they cannot be read. */
type ReadBook = () => ProfileBook;

/** The account that requests are made with; throws where there cannot be one. */
export function resolveSettings(flags: GlobalFlags, env: Env, read: ReadBook): Account {
  const account = describeSettings(flags, env, read);
  if (account.conflict) throw account.conflict.error;
  return account;
}

/**
 * Options, environment and stored profiles as one decision, in the order of src/cli/README.md,
 * "Whose key, and which API". A profile counts as a whole: a key in the environment that takes the
 * place of the current profile's key also leaves the profile's base URL and the rest of it out,
 * and a key goes to another host than its profile's only where --api-url says so, to this belt or
 * to the one whose `session exec` runs it. Throws where a profile is asked for that is not there, and
 * where none can be read though its key is needed.
 */
export function describeSettings(flags: GlobalFlags, env: Env, read: ReadBook): Account {
  const named = resolveNamed(flags, env);
  const asked = named.local && named.profileFrom === "BELT_PROFILE" ? null : named.profile;
  const chosen = asked === null ? null : namedProfile(asked, read());
  if (named.local) return LOCAL;
  const variable = KEY_VARIABLES.find((name) => cleanKey(env[name]) !== null);
  const book = variable ? readable(read) : read();
  const current = currentProfile(book);
  const profile = chosen ?? (variable ? null : current);
  const profileFrom = profile && (chosen ? named.profileFrom : "current");
  const fromProfile = profile?.key != null;
  const key = fromProfile ? profile.key : variable ? cleanKey(env[variable]) : null;
  const keyFrom = keySource(fromProfile ? profile : null, profileFrom, variable);
  const place = baseUrl(named, profile, fromProfile, env[PINNED_TARGET_VARIABLE]);
  const unfit =
    key === null ? null : refusalOf(() => checkedKey(key, `the key of ${describeKeySource(keyFrom)}`));
  return {
    local: false,
    ...place,
    conflict: place.conflict ?? (unfit && { at: "key", error: unfit }),
    key: unfit ? null : key,
    keyFrom,
    profile: profile?.name ?? null,
    profileFrom,
    infra: profile?.infra ?? null,
    insecure: profile?.insecure ?? false,
    statusTable: !profile || profile.statusTable === "auto" ? null : profile.statusTable,
    overridden: !profile && current?.key != null ? current.name : null,
    choices:
      profile || variable ? [] : book.profiles.filter((one) => one.key !== null).map(({ name }) => name),
  };
}

/** A key in the environment does without profiles, also where they cannot be read. */
function readable(read: ReadBook): ProfileBook {
  try {
    return read();
  } catch {
    return { current: null, profiles: [] };
  }
}

function refusalOf(look: () => unknown): BeltError | null {
  try {
    look();
    return null;
  } catch (thrown) {
    if (thrown instanceof BeltError) return thrown;
    throw thrown;
  }
}

function keySource(
  profile: Profile | null,
  chosenBy: ProfileChoice | null,
  variable: string | undefined,
): KeySource | null {
  if (profile) return { kind: "profile", name: profile.name, chosenBy };
  return variable === undefined ? null : { kind: "variable", name: variable };
}

const LOCAL: Account = {
  local: true,
  baseUrl: null,
  baseUrlFrom: "local server",
  key: null,
  keyFrom: { kind: "local server" },
  profile: null,
  profileFrom: null,
  infra: null,
  insecure: false,
  statusTable: null,
  overridden: null,
  choices: [],
  conflict: null,
};

type Place = Pick<Account, "baseUrl" | "baseUrlFrom" | "conflict">;

/** The base URL, or what was given in its place, with why it cannot be used. */
function baseUrl(
  { apiUrl, apiUrlFrom, profileFrom }: Named,
  profile: Profile | null,
  keyIsProfiles: boolean,
  agreed: string | undefined,
): Place {
  const ownSource = `profile ${profile?.name}`;
  const own = profile && tried(profile.apiUrl, () => checkedUrl(profile.apiUrl, ownSource, profile.insecure));
  if (own?.error) {
    const hint: Hint = [belt("login", "--profile", profile!.name, "--api-url", "<url>"), " gives it another"];
    return {
      baseUrl: own.url,
      baseUrlFrom: ownSource,
      conflict: { at: "api", error: own.error.with({ hint }) },
    };
  }
  if (apiUrl === null || (own && apiUrlFrom !== "--api-url" && profileFrom === "--profile"))
    return { baseUrl: own?.url ?? DEFAULT_URL, baseUrlFrom: own ? ownSource : "default", conflict: null };
  const samePlace =
    own !== null && URL.canParse(apiUrl) && new URL(apiUrl).origin === new URL(own.url).origin;
  const { url, error } = tried(apiUrl, () => checkedUrl(apiUrl, apiUrlFrom!, samePlace && profile!.insecure));
  const isAgreed = apiUrlFrom === "--api-url" || agreed === pinnedTarget(profile?.name ?? "", url);
  const elsewhere =
    error === null && keyIsProfiles && !samePlace && !isAgreed
      ? usageError(
          `BELT_API_URL is ${url}, and the key of ${ownSource} is for ${own?.url}`,
          `unset BELT_API_URL, choose another --profile, or say --api-url ${url} to send the key there`,
        )
      : null;
  const conflict = error ?? elsewhere;
  return { baseUrl: url, baseUrlFrom: apiUrlFrom!, conflict: conflict && { at: "api", error: conflict } };
}

/** The URL as it is used, or as it was written where it cannot be. */
function tried(text: string, check: () => string): { url: string; error: BeltError | null } {
  let url = withoutLogin(text);
  const error = refusalOf(() => {
    url = check();
  });
  return { url, error };
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value.toLowerCase() !== "false";
}
