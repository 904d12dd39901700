import { usageError } from "../errors.ts";

/** A key as read: white space around it, such as the end of its line, is no part of it. Null for none. */
export function cleanKey(text: string | undefined): string | null {
  return text?.trim() || null;
}

/** Refuses what cannot stand in a header; `source` says whose key it is, and the key is not repeated. */
export function checkedKey(key: string, source: string): string {
  if (/^(["']).*\1$/.test(key))
    throw usageError(
      `${source} has quotes around it`,
      "write the key without them: docker's --env-file takes them for a part of the key",
    );
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw usageError(
    `${source} holds characters that no API key has`,
    "copy the key again, without spaces or line ends",
  );
}
