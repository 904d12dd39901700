import { checkedUrl, DEFAULT_URL } from "../../account/base-url.ts";
import { checkedKey, cleanKey } from "../../account/key.ts";
import { currentProfile, namedProfile } from "../../account/profile-lookup.ts";
import { BeltError, usageError } from "../../errors.ts";
import { type BeltCommand, belt } from "../../hint.ts";
import type { Profile, ProfileBook } from "../../store/profiles.ts";
import { loggedInView, loggedOutView } from "../../views/profile-views.ts";
import type { Context } from "../shared/context.ts";
import { profileDocument } from "./profile.ts";

export interface LoginFlags {
  infra?: string;
  statusTable?: Profile["statusTable"];
  insecure?: boolean;
  /** False with --no-check. */
  check: boolean;
}

/** `belt login`: reads a key, tries it, and stores it in the profile that is named, else in "default". */
export async function login(ctx: Context, flags: LoginFlags): Promise<void> {
  const { credentials, out } = ctx;
  const wanted = await describeProfile(ctx, flags);
  const typed = cleanKey(await ctx.questions.secret(`API key for ${wanted.apiUrl}:`));
  if (typed === null) throw usageError("no key was given", ["pipe it in: ", thisLogin(ctx), " < key-file"]);
  out.addSecret(typed);
  const profile = { ...wanted, key: checkedKey(typed, "what was given") };
  if (flags.check) await checkKey(ctx, profile);
  const book = await credentials.profiles.update((book) => {
    const value = withProfile(book, profile);
    return { book: value, value };
  });
  out.result(profileDocument(profile, book, credentials.profiles.path), loggedInView);
  if (book.current !== profile.name) {
    out.hint([belt("profile use", profile.name), " makes it the current one"]);
  }
}

/** The very command, for the same profile and API. */
function thisLogin({ credentials, sameCommand }: Context): BeltCommand {
  const { profile, profileFrom, apiUrl, apiUrlFrom } = credentials.named();
  return sameCommand(
    ...(profileFrom === "--profile" ? [profileFrom, profile!] : []),
    ...(apiUrlFrom === "--api-url" ? [apiUrlFrom, apiUrl!] : []),
  );
}

/** What the profile will hold, from flags, else from what it held before. */
async function describeProfile(ctx: Context, flags: LoginFlags): Promise<Omit<Profile, "key">> {
  const named = ctx.credentials.named();
  if (named.local)
    throw usageError("the local server needs no login", "leave --local (or BELT_LOCAL) out to log in");
  const name = checkName(named.profile ?? "default");
  const before = (await ctx.credentials.profiles.read()).profiles.find((profile) => profile.name === name);
  const apiUrl = named.apiUrl ?? before?.apiUrl ?? DEFAULT_URL;
  const insecure = flags.insecure ?? (before?.apiUrl === apiUrl && before.insecure);
  return {
    name,
    apiUrl: checkedUrl(apiUrl, named.apiUrlFrom ?? `profile ${name}`, insecure),
    infra: flags.infra ?? before?.infra ?? null,
    statusTable: flags.statusTable ?? before?.statusTable ?? "auto",
    insecure,
  };
}

/** A name may be any words, as long as they can be told apart and typed again. */
function checkName(name: string): string {
  if (name.trim() === name && !/^(-|$)/.test(name) && name.length <= 100 && !/\p{C}/u.test(name)) return name;
  throw usageError(
    `${JSON.stringify(name)} cannot be the name of a profile`,
    "a name has 1 to 100 characters, no control characters, no space at its ends, and does not begin with -",
  );
}

/** Tries the key with a request that changes nothing; throws unless it is good, or the user wants it all the same. */
async function checkKey(ctx: Context, { name, apiUrl, key, insecure, statusTable }: Profile): Promise<void> {
  const api = await ctx.credentials.connect({
    local: false,
    baseUrl: apiUrl,
    baseUrlFrom: `profile ${name}`,
    key,
    keyFrom: { kind: "profile", name, chosenBy: null },
    profile: name,
    profileFrom: null,
    infra: null,
    insecure,
    statusTable: statusTable === "auto" ? null : statusTable,
    overridden: null,
    choices: [],
    conflict: null,
  });
  try {
    await api.sessions();
  } catch (thrown) {
    if (!(thrown instanceof BeltError) || thrown.isStop) throw thrown;
    const { message, exit, httpStatus } = thrown.facts;
    if (exit === "auth") {
      throw thrown.with({
        message: `the key was refused, and not stored: ${message}`,
        ...(httpStatus === 401 && { hint: `check that the key is whole, and one of ${apiUrl}` }),
      });
    }
    if (ctx.machine.onTerminal && exit === "unavailable") {
      ctx.out.warn(`the key could not be checked: ${message}`);
      if (await ctx.questions.confirm("Store it unchecked?", "--no-check")) return;
    }
    throw thrown.with({
      message: `the key could not be checked, and was not stored: ${message}`,
      hint: [belt("login", "--no-check"), " stores a key without asking the API"],
    });
  } finally {
    await api.close();
  }
}

/** The book with the profile in it; the first one is the current one. */
function withProfile(book: ProfileBook, profile: Profile): ProfileBook {
  const index = book.profiles.findIndex(({ name }) => name === profile.name);
  const profiles = index === -1 ? [...book.profiles, profile] : book.profiles.with(index, profile);
  return { current: currentProfile(book)?.name ?? profile.name, profiles };
}

/** Nothing to forget is no failure; keys of other profiles stay, and are named. */
function noKey({ out }: Context, profile: Profile | null, { profiles }: ProfileBook): void {
  const others = profiles.filter(({ key }) => key !== null);
  out.note(
    profile
      ? `profile ${profile.name} has no key to forget`
      : others.length > 0
        ? "no profile is the current one, so no key was forgotten"
        : "there is no key to forget",
  );
  const [first] = others;
  if (first)
    out.hint([
      belt("logout", "--profile", others.length === 1 ? first.name : "<name>"),
      " forgets that of a profile",
    ]);
}

/** `belt logout`: forgets the key of the profile that is named, else of the current one; the rest of it stays. */
export async function logout(ctx: Context, { yes }: { yes?: boolean }): Promise<void> {
  const { credentials, out } = ctx;
  const book = await credentials.profiles.read();
  const { profile: name } = credentials.named();
  const profile = name === null ? currentProfile(book) : namedProfile(name, book);
  if (profile?.key == null) return noKey(ctx, profile, book);
  if (!yes && !(await ctx.questions.confirm(`Forget the key of profile ${profile.name}?`, "--yes"))) {
    throw new BeltError({ code: "declined", message: "the key was kept", exit: "failure" });
  }
  await credentials.profiles.update(({ current, profiles }) => ({
    book: {
      current,
      profiles: profiles.map((entry) => (entry.name === profile.name ? { ...entry, key: null } : entry)),
    },
    value: null,
  }));
  out.result({ name: profile.name, logged_out: true as const }, loggedOutView);
}
