import type { JsonObject } from "../wire/types.ts";
import { textLike } from "./sample-pattern.ts";
import type { Kind } from "./schema/kinds.ts";

/** Values that a schema's bounds allow, likely ones first; which of them its check lets pass is for that to say. */

const TEXTS: Record<string, string> = {
  uri: "https://example.com",
  url: "https://example.com",
  email: "somebody@example.com",
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  time: "12:00:00",
  uuid: "00000000-0000-4000-8000-000000000000",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
};

export function sampleTexts(name: string, { format, pattern, minLength, maxLength }: JsonObject): string[] {
  const least = typeof minLength === "number" ? Math.min(minLength, 1_000) : 0;
  const most = typeof maxLength === "number" ? maxLength : Number.POSITIVE_INFINITY;
  const sized = (text: string) => text.padEnd(least, ".").slice(0, most);
  const first = Object.hasOwn(TEXTS, String(format)) ? TEXTS[String(format)]! : name;
  if (typeof pattern !== "string") return [sized(first)];
  const like = textLike(pattern);
  return [sized(first), like, like.padEnd(least, like.at(-1))];
}

/** 0, or what is next to it within the bounds. */
export function sampleNumbers(node: JsonObject, kind: Kind): number[] {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = node;
  const step = multipleOf === undefined ? (kind === "integer" ? 1 : null) : Number(multipleOf);
  const [least, most] = [minimum ?? exclusiveMinimum, maximum ?? exclusiveMaximum].map((bound) =>
    bound === undefined ? null : Number(bound),
  );
  const middle = least != null && most != null ? (least + most) / 2 : null;
  const near = [0, 1, least, (least ?? 0) + 1, most, (most ?? 0) - 1, middle].filter(
    (value) => value != null,
  );
  if (step === null) return near;
  return near
    .flatMap((value) => [Math.ceil(value / step) * step, Math.floor(value / step) * step])
    .concat(
      least == null ? [] : [(Math.floor(least / step) + 1) * step],
      most == null ? [] : [(Math.ceil(most / step) - 1) * step],
    );
}
