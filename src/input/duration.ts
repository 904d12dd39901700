import { usageError } from "../errors.ts";

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, "": 1000 };

/**
 * "500ms", "30s", "5m", "1h", or a bare number of seconds (src/cli/README.md, "Options of every
 * command"), as milliseconds.
 */
export function parseDuration(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text.trim());
  const ms = match ? Number(match[1]) * UNITS[match[2]!]! : 0;
  if (ms > 0 && ms <= LONGEST) return Math.max(1, Math.round(ms));
  throw usageError(
    `${flag}: "${text}" is not a duration`,
    "write 500ms, 30s, 5m, 1h, or a number of seconds",
  );
}

/** What a timer can hold, about 24 days. */
const LONGEST = 2 ** 31 - 1;
