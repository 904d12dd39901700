import type { Account } from "../../account/account.ts";
import { checkedUrl, DEFAULT_URL } from "../../account/base-url.ts";
import { namedProfile } from "../../account/profile-lookup.ts";
import { asBeltError, type BeltError } from "../../errors.ts";
import type { Trouble } from "../../views/doctor-document.ts";
import type { Context } from "./context.ts";

/** What is in force, or as much of it as can be told, with what makes it unusable as its conflict. */
export async function accountInForce(ctx: Context): Promise<{ account: Account; at: Trouble }> {
  try {
    const account = await ctx.credentials.account();
    if (account.baseUrl !== null) ctx.credentials.proxy(account.baseUrl);
    return { account, at: null };
  } catch (thrown) {
    const error = asBeltError(thrown);
    if (error.facts.exit !== "usage") throw error;
    return { account: unusable(ctx, error), at: await troubleAt(ctx) };
  }
}

function unusable(ctx: Context, conflict: BeltError): Account {
  const { profile, profileFrom, apiUrl, apiUrlFrom } = ctx.credentials.named();
  return {
    local: false,
    baseUrl: apiUrl ?? DEFAULT_URL,
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
    conflict,
  };
}

/** Which of the things that are looked up, one after the other, cannot be used. */
async function troubleAt(ctx: Context): Promise<Trouble> {
  const { profile, apiUrl, apiUrlFrom } = ctx.credentials.named();
  const book = await ctx.credentials.profiles.read();
  const works = (look: () => unknown) => {
    try {
      look();
      return true;
    } catch {
      return false;
    }
  };
  if (profile !== null && !works(() => namedProfile(profile, book))) return "profile";
  if (apiUrl !== null && !works(() => checkedUrl(apiUrl, apiUrlFrom ?? ""))) return "api";
  return works(() => ctx.credentials.proxy(apiUrl ?? DEFAULT_URL)) ? "key" : "proxy";
}
