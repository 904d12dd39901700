import { balanceDocument, type UsageRange } from "../api/resources/money.ts";
import { balanceView, usageView } from "../views/money-views.ts";
import type { Context } from "./shared/context.ts";

/** `belt balance`: the credit of the account in force. */
export async function balance(ctx: Context): Promise<void> {
  const api = await ctx.api();
  ctx.out.result(balanceDocument(await api.money.balance()), balanceView);
}

export interface UsageFlags {
  range: UsageRange;
}

/** `belt usage`: what was spent, by app and by day. */
export async function usage(ctx: Context, { range }: UsageFlags): Promise<void> {
  const api = await ctx.api();
  ctx.out.result(await api.money.usage(range), usageView);
}
