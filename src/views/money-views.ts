import type { BalanceDocument, UsageDocument } from "../api/resources/money.ts";
import { table } from "../terminal/table.ts";
import { safeLine } from "../terminal/text.ts";
import type { Style, View } from "../terminal/view.ts";
import { relativeTime } from "./relative-time.ts";

/** The credit in a sentence; with `-q` the amount. */
export const balanceView: View<BalanceDocument> = {
  text: ({ balance_usd }) => `the balance is ${balance_usd} USD`,
  bare: ({ balance_usd }) => balance_usd,
};

/** What was spent: a sentence, then by app and by day; with `-q` the sum. */
export const usageView: View<UsageDocument> = {
  text: (usage, style) =>
    [sentence(usage, style), appTable(usage, style), dayTable(usage, style)]
      .filter((part) => part !== "")
      .join("\n\n"),
  bare: ({ total_usd }) => total_usd ?? "",
};

function sentence({ from, total_usd }: UsageDocument, style: Style): string {
  return `spent ${amount(total_usd)} USD${from === null ? "" : ` since ${relativeTime(from, style)}`}`;
}

function appTable({ apps }: UsageDocument, style: Style): string {
  const rows = apps.map(({ app, calls, usd }) => [safeLine(app), String(calls ?? ""), amount(usd)]);
  return rows.length === 0 ? "" : table({ head: ["APP", "CALLS", "USD"], right: [1, 2] }, rows, style);
}

function dayTable({ days }: UsageDocument, style: Style): string {
  const rows = days.map(({ date, usd }) => [safeLine(date), amount(usd)]);
  return rows.length === 0 ? "" : table({ head: ["DAY", "USD"], right: [1] }, rows, style);
}

function amount(usd: string | null): string {
  return usd ?? "?";
}
