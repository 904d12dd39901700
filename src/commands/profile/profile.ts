import { type Account, describeKeySource } from "../../account/account.ts";
import { namedProfile } from "../../account/profile-lookup.ts";
import { BeltError } from "../../errors.ts";
import { type BeltCommand, belt } from "../../hint.ts";
import type { Profile, ProfileBook } from "../../store/profiles.ts";
import {
  type AccountDocument,
  accountView,
  type ProfileDocument,
  profileListView,
  removedView,
  usedView,
} from "../../views/profile-views.ts";
import type { Context } from "../shared/context.ts";

/** A profile as it is printed: of its key the end alone. */
export function profileDocument(profile: Profile, { current }: ProfileBook, path: string): ProfileDocument {
  const { name, apiUrl, key, infra, statusTable, insecure } = profile;
  return {
    name,
    current: name === current,
    api_url: apiUrl,
    key: keyEnd(key),
    key_from: key === null ? null : path,
    infra,
    status_table: statusTable,
    insecure,
  };
}

/** The last four characters, which tell keys apart and give nothing away; none of a key too short for that. */
export function keyEnd(key: string | null): string | null {
  if (key === null) return null;
  return key.length >= 8 ? `…${key.slice(-4)}` : "…";
}

/** `belt profile list`. */
export async function list(ctx: Context): Promise<void> {
  const { profiles } = ctx.credentials;
  const book = await profiles.read();
  const documents = book.profiles.map((profile) => profileDocument(profile, book, profiles.path));
  if (documents.length === 0) ctx.out.hint([belt("login"), " makes the first profile"]);
  ctx.out.result(documents, profileListView);
}

/** `belt profile use <name>`: the profile that counts from now on when none is named. */
export async function use(ctx: Context, name: string): Promise<void> {
  const { profiles } = ctx.credentials;
  const document = await profiles.update((before) => {
    const profile = namedProfile(name, before);
    const book = { ...before, current: profile.name };
    return { book, value: profileDocument(profile, book, profiles.path) };
  });
  ctx.out.result(document, usedView);
}

/** `belt profile show [name]`: what is in force, or would be with this profile, and what decided it. */
export async function show(ctx: Context, name: string | undefined): Promise<void> {
  const account = await ctx.credentials.account(name);
  ctx.out.result(accountDocument(account, ctx.credentials.profiles.path), accountView);
  if (account.overridden !== null) {
    ctx.out.note(
      `${describeKeySource(account.keyFrom)} takes the place of the current profile, ${account.overridden}`,
    );
  }
  if (account.conflict) throw account.conflict.error;
}

function accountDocument(account: Account, path: string): AccountDocument {
  const { profile, profileFrom, baseUrl, baseUrlFrom, key, keyFrom, infra, statusTable, insecure } = account;
  return {
    name: profile,
    name_from: profileFrom,
    api_url: baseUrl,
    api_url_from: baseUrlFrom,
    key: keyEnd(key),
    key_from: keyFrom?.kind === "profile" ? path : describeKeySource(keyFrom),
    infra,
    status_table: statusTable ?? "auto",
    insecure,
  };
}

/** `belt profile remove <name>`: the profile and its key are gone. */
export async function remove(ctx: Context, name: string, { yes }: { yes?: boolean }): Promise<void> {
  const { profiles } = ctx.credentials;
  const { name: found } = namedProfile(name, await profiles.read());
  if (!yes && !(await ctx.questions.confirm(`Remove profile ${found} and its key?`, "--yes"))) {
    throw new BeltError({ code: "declined", message: "nothing was removed", exit: "failure" });
  }
  const { wasCurrent, left } = await profiles.update((before) => {
    const wasCurrent = before.current === found;
    const left = before.profiles.filter((profile) => profile.name !== found);
    return {
      book: { current: wasCurrent ? null : before.current, profiles: left },
      value: { wasCurrent, left },
    };
  });
  ctx.out.result({ name: found, removed: true as const }, removedView);
  if (wasCurrent) ctx.out.hint(["no profile is the current one now; ", ...afterwards(left)]);
}

/** How there comes to be a current profile again. */
function afterwards(left: readonly Profile[]): (string | BeltCommand)[] {
  const [first] = left;
  if (!first) return [belt("login"), " makes one"];
  return [belt("profile use", left.length === 1 ? first.name : "<name>"), " chooses one"];
}
