import { table } from "../terminal/table.ts";
import { safeLine } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";
import { beside } from "../terminal/wrap.ts";
import { fields } from "./values.ts";

export interface ProfileDocument {
  name: string;
  current: boolean;
  api_url: string;
  /** "…abcd", or null when there is none. */
  key: string | null;
  key_from: string | null;
  infra: string | null;
  status_table: string;
  insecure: boolean;
}

/** What is in force, and what decided it. */
export interface AccountDocument {
  name: string | null;
  name_from: string | null;
  api_url: string | null;
  api_url_from: string;
  key: string | null;
  key_from: string | null;
  infra: string | null;
  status_table: string;
  insecure: boolean;
}

export const profileListView: View<ProfileDocument[]> = {
  text: (profiles, style) =>
    profiles.length === 0
      ? ""
      : table(
          { head: ["", "PROFILE", "API", "KEY", "INFRA", "STATUS TABLE"] },
          profiles.map(({ current, name, api_url, key, infra, status_table, insecure }) => [
            current ? style.colors.green("*") : " ",
            safeLine(name),
            safeLine(api_url) + (insecure ? style.colors.yellow(" insecure") : ""),
            key ?? "none",
            infra ?? "",
            status_table,
          ]),
          style,
        ),
  bare: (profiles) => profiles.map(({ name }) => safeLine(name)).join("\n"),
};

/** Columns of the longest name, and the gap. */
const INDENT = 14;

export const accountView: View<AccountDocument> = {
  text: (account, style) => {
    const { colors } = style;
    const room = { ...style, width: style.width - INDENT };
    const sourced = (text: string, source: string | null) =>
      beside(text, source === null ? "" : colors.dim(`from ${safeLine(source)}`), room);
    const api = safeLine(account.api_url ?? "this machine");
    return fields(
      [
        ["profile", account.name === null ? "none" : sourced(safeLine(account.name), account.name_from)],
        ["api", sourced(api + (account.insecure ? colors.yellow(" insecure") : ""), account.api_url_from)],
        ["key", sourced(account.key ?? keyText(account.key_from), account.key_from)],
        ["infra", account.infra ?? "as the API chooses"],
        ["status table", account.status_table],
      ],
      style,
    );
  },
  bare: ({ name }) => safeLine(name ?? ""),
};

export const loggedInView: View<ProfileDocument> = {
  text: ({ name, api_url, key, current }, { colors }) =>
    `${colors.green("logged in")} to ${safeLine(api_url)} with the key ${key}, kept in profile ${safeLine(name)}${current ? ", the current one" : ""}`,
  bare: ({ name }) => safeLine(name),
};

export const loggedOutView: View<{ name: string; logged_out: true }> = {
  text: ({ name }) => `the key of profile ${safeLine(name)} is forgotten`,
  bare: () => "",
};

export const usedView: View<ProfileDocument> = {
  text: ({ name, api_url }) => `profile ${safeLine(name)} is the current one: ${safeLine(api_url)}`,
  bare: ({ name }) => safeLine(name),
};

export const removedView: View<{ name: string; removed: true }> = {
  text: ({ name }) => `profile ${safeLine(name)} is removed`,
  bare: () => "",
};

export const NO_KEY = "none";
export const UNFIT_KEY = "not usable";

/** In place of a key that is not shown. */
export function keyText(from: string | null): string {
  if (from === null) return NO_KEY;
  return from === "local server" ? "its own" : UNFIT_KEY;
}
