import type { Account } from "../../account/account.ts";
import { DEFAULT_URL, withoutLogin } from "../../account/base-url.ts";
import { asBeltError, type BeltError } from "../../errors.ts";
import type { Trouble } from "../../views/doctor-document.ts";
import type { Context } from "./context.ts";

/** What is in force, or as much of it as can be told, with what of it cannot be used, and why. */
export interface InForce {
  account: Account;
  at: Trouble;
  error: BeltError | null;
}

export async function accountInForce(ctx: Context): Promise<InForce> {
  const { credentials } = ctx;
  let account: Account;
  try {
    account = await credentials.account();
  } catch (thrown) {
    // Which key and which API, the profile would have said.
    return { account: withoutProfile(ctx), at: "profile", error: asBeltError(thrown) };
  }
  if (account.conflict) return { account, ...account.conflict };
  try {
    if (account.baseUrl !== null) credentials.proxy(account.baseUrl);
    return { account, at: null, error: null };
  } catch (thrown) {
    return { account, at: "proxy", error: asBeltError(thrown) };
  }
}

function withoutProfile({ credentials }: Context): Account {
  const { profile, profileFrom, apiUrl, apiUrlFrom } = credentials.named();
  return {
    local: false,
    baseUrl: withoutLogin(apiUrl ?? DEFAULT_URL),
    baseUrlFrom: apiUrlFrom ?? "default",
    key: null,
    keyFrom: null,
    profile,
    profileFrom,
    infra: null,
    insecure: false,
    statusTable: null,
    overridden: null,
    choices: [],
    conflict: null,
  };
}
