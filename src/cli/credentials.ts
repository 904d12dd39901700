import type { Account } from "../account/account.ts";
import type { GlobalFlags } from "../account/flags.ts";
import { readProxies, withoutProxy } from "../account/proxy.ts";
import { describeSettings, REHEARSAL_VARIABLE, resolveNamed, resolveSettings } from "../account/settings.ts";
import type { Credentials } from "../commands/shared/context.ts";
import { asBeltError, BeltError } from "../errors.ts";
import type { Paths } from "../store/paths.ts";
import { type ProfileBook, Profiles } from "../store/profiles.ts";
import type { Output } from "../terminal/output.ts";
import type { Connection } from "./connect.ts";
import type { Host } from "./host.ts";

interface Opening {
  host: Host;
  flags: GlobalFlags;
  paths: Paths;
  out: Output;
  connect(account: Account): Promise<Connection>;
}

interface OpenCredentials extends Credentials {
  /** The account in force, of the profiles as they were when the command began. */
  current(): Account;
}

/** Keys and profiles for commands. Every key that is found is kept out of what is written from now on. */
export async function openCredentials({
  host,
  flags,
  paths,
  out,
  connect,
}: Opening): Promise<OpenCredentials> {
  const { env, platform } = host;
  // Also of commands that ask no API: what was meant for another target must not go by.
  if (env[REHEARSAL_VARIABLE]) resolveNamed(flags, env);
  const profiles = new Profiles({
    folder: paths.config,
    platform,
    owner: host,
    note: (text) => out.note(text),
    warn: (text) => out.warn(text),
  });
  const read = async (): Promise<ProfileBook> => {
    const book = await profiles.read();
    for (const { key } of book.profiles) out.addSecret(key ?? "");
    return book;
  };
  // Not every command needs them: that they cannot be read is told where they are needed.
  const atFirst = await read().catch(asBeltError);
  const book = () => {
    if (atFirst instanceof BeltError) throw atFirst;
    return atFirst;
  };
  let account: Account | null = null;
  const current = () => (account ??= resolveSettings(flags, env, book));
  return {
    profiles,
    named: () => resolveNamed(flags, env),
    current,
    async account(profile) {
      if (profile === undefined) return describeSettings(flags, env, book);
      const now = await read();
      const account = describeSettings({ ...flags, local: false, profile }, env, () => now);
      return { ...account, profileFrom: "argument" };
    },
    connect: async (account) => (await connect(account)).api,
    proxy: (url) => readProxies(env)(new URL(url)),
    withoutProxy: () => withoutProxy(env),
  };
}
