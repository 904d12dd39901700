import type { Price } from "./price.ts";

/** One state of an app's files. */
export interface AppVersion {
  /** `namespace/name`. */
  app: string;
  namespace: string;
  name: string;
  description: string;
  category: string;
  kernel: string;
  /** When its inf.yml was last written, milliseconds since 1970. */
  modifiedAt: number;
  /** Short hash of the files. */
  hash: string;
  dir: string;
  entry: string;
  defaultFunction: string | null;
  /** What in its inf.yml is probably a slip. */
  slips: string[];
  env: Record<string, string>;
  /** Keys the app may find in its environment, or must. */
  secrets: Secret[];
  /** Null where inf.yml says none. */
  price: Price | null;
  /** True once the files have changed: running instances live on, new ones cannot be started. */
  stale: boolean;
}

export interface Secret {
  key: string;
  description: string;
  optional: boolean;
}
