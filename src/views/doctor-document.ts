import type { ErrorDocument } from "../errors.ts";
import type { FolderMode } from "../store/permissions.ts";

/** A clock that is off by more upsets signatures and certificates, milliseconds. */
export const WORRYING_SKEW = 60_000;

export interface DoctorDocument {
  /** Runs would get through to the API. */
  ok: boolean;
  /** A sentence: that all is well, or the one thing to do. */
  advice: string;
  belt: string;
  node: string;
  platform: string;
  profile: { name: string | null; from: string | null };
  /** Of the key the end alone; `overrides` is the current profile, whose place it takes. */
  key: { end: string | null; from: string | null; overrides: string | null };
  api: {
    url: string | null;
    from: string;
    /** False for a local server that ends with the command; null where nobody was asked. */
    lasts: boolean | null;
    /** Null when there was no key to ask with, or only one for another place. */
    reachable: boolean | null;
    http_status: number | null;
    latency_ms: number | null;
    /** "v1", "v2", "current", or null when the answer does not tell. */
    format: string | null;
    /** How far this machine's clock is ahead of the server's. */
    clock_skew_ms: number | null;
    status_table: string | null;
    status_table_from: string | null;
    /** Whether a stream comes as it is sent; null where no task runs that would send one. */
    streams: boolean | null;
  };
  proxy: { url: string; from: string } | null;
  folders: FolderMode[];
  /** What cannot be used as it is set. */
  trouble: Trouble;
  error: ErrorDocument | null;
}

export type Trouble = "profile" | "key" | "api" | "proxy" | null;
