import type { BeltError } from "../errors.ts";
import type { StatusTable } from "../wire/status.ts";

/**
 * Which API is talked to, with whose key, and what decided each (src/cli/README.md, "Whose key,
 * and which API").
 */
export interface Account {
  local: boolean;
  /** Null with --local: the server's address is found, or made, when the command connects. */
  baseUrl: string | null;
  /** "--api-url", "BELT_API_URL", "profile work", "default" or "local server". */
  baseUrlFrom: string;
  key: string | null;
  /** Null when there is no key. */
  keyFrom: KeySource | null;
  /** The profile in force. */
  profile: string | null;
  profileFrom: ProfileChoice | null;
  /** The profile's choice for `run`. */
  infra: string | null;
  /** The profile allows plain http to its own host. */
  insecure: boolean;
  /** Null: decided by evidence. */
  statusTable: StatusTable | null;
  /** The current profile, when a key in the environment takes its place. */
  overridden: string | null;
  /** The profiles with a key, when none is in force and no key is. */
  choices: string[];
  /** Why no request may be made with this: what cannot be used, or a key that is for another place than the base URL. */
  conflict: { at: "key" | "api"; error: BeltError } | null;
}

/** Where a key comes from. */
export type KeySource =
  | { kind: "profile"; name: string; chosenBy: ProfileChoice | null }
  | { kind: "variable"; name: string }
  | { kind: "local server" };

/** What chose the profile in force: an option, the environment, `profile use`, or the command's own argument. */
export type ProfileChoice = "--profile" | "BELT_PROFILE" | "current" | "argument";

/** "profile work (--profile)", "INFSH_API_KEY". */
export function describeKeySource(source: KeySource | null): string | null {
  if (source?.kind !== "profile") return source && (source.kind === "variable" ? source.name : source.kind);
  return `profile ${source.name}${source.chosenBy ? ` (${source.chosenBy})` : ""}`;
}

/** What options and environment name outright, before profiles are looked at. */
export interface Named {
  local: boolean;
  profile: string | null;
  profileFrom: "--profile" | "BELT_PROFILE" | null;
  apiUrl: string | null;
  apiUrlFrom: "--api-url" | "BELT_API_URL" | null;
}
