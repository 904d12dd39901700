import { BeltError } from "../../errors.ts";
import { isObject } from "../../wire/types.ts";

/** Where one file goes: `PUT uploadUrl`; afterwards `uri` names it. */
export interface UploadSlot {
  uploadUrl: URL;
  uri: string;
}

/**
 * Reads the answer of `POST /files` (src/api/README.md, "Files"): one slot for each file asked for, with
 * addresses that may be relative to `base`.
 */
export function readSlots(answer: unknown, wanted: number, base: string): UploadSlot[] {
  const items = Array.isArray(answer)
    ? answer
    : isObject(answer)
      ? [answer["files"] ?? answer["items"]].flat()
      : [];
  const slots = items.flatMap((item: unknown) => {
    const { upload_url: place, uri } = isObject(item) ? item : {};
    const uploadUrl = typeof place === "string" && place !== "" ? httpUrl(place, base) : null;
    return uploadUrl && typeof uri === "string" && uri !== "" ? [{ uploadUrl, uri }] : [];
  });
  if (slots.length === wanted) return slots;
  throw new BeltError({
    code: "unexpected_reply",
    message: "the API's answer does not say where to upload the files",
    hint: "run again with -v to see the requests",
    exit: "failure",
  });
}

/** Null for what is no address that belt can send to. */
function httpUrl(place: string, base: string): URL | null {
  const url = URL.canParse(place, base) ? new URL(place, base) : null;
  return url && /^https?:$/.test(url.protocol) ? url : null;
}
