import type { JsonObject } from "./types.ts";

/** Where a file object says it is, or null; the API calls it `uri` or `url` (src/api/README.md, "Files"). */
export function fileUri({ uri, url }: JsonObject): string | null {
  const found = [uri, url].find((value) => typeof value === "string" && value !== "");
  return typeof found === "string" ? found : null;
}
