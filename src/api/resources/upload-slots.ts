import { BeltError } from "../../errors.ts";
import { isObject } from "../../wire/types.ts";

/** Where one file goes: `PUT uploadUrl`; afterwards `uri` names it. */
export interface UploadSlot {
  uploadUrl: string;
  uri: string;
}

/** Reads the answer of `POST /files` (src/api/README.md, "Files"): one slot for each file asked for. */
export function readSlots(answer: unknown, wanted: number): UploadSlot[] {
  const items = Array.isArray(answer)
    ? answer
    : isObject(answer)
      ? [answer["files"] ?? answer["items"]].flat()
      : [];
  const slots = items.flatMap((item: unknown) => {
    const { upload_url: uploadUrl, uri } = isObject(item) ? item : {};
    return typeof uploadUrl === "string" && typeof uri === "string" && uri !== "" ? [{ uploadUrl, uri }] : [];
  });
  if (slots.length === wanted) return slots;
  throw new BeltError({
    code: "unexpected_reply",
    message: "the API's answer does not say where to upload the files",
    hint: "run again with -v to see the requests",
    exit: "failure",
  });
}
