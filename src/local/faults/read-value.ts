/** Single values of a scenario; each throws a mistake that says what would be right. */
import { type Located, Mistake, Mistakes } from "./located.ts";

type Reader<T> = (at: Located) => T;

export function wrong(at: Located, wanted: string): Mistake {
  const given = at.value === null ? "nothing" : JSON.stringify(at.value);
  return new Mistake(at.line, `${at.path || "it"} must be ${wanted}, not ${given}`);
}

type Parts<T> = { [Key in keyof T]: (fields: Map<string, Located>) => T[Key] };

/**
 * What is in a mapping: each part as it is read from its values. No other keys than `known` may be
 * there. Throws all mistakes together.
 */
export function readParts<T extends object>(at: Located, known: readonly string[], parts: Parts<T>): T {
  const { fields } = at;
  if (!fields) throw wrong(at, `a mapping of ${known.join(", ")}`);
  const others = [...fields].filter(([name]) => !known.includes(name));
  const mistakes = others.map(([name, { line }]) => new Mistake(line, unknownKey(at, name, known)));
  const read = Object.entries<Parts<T>[keyof T]>(parts).map(([key, part]) => {
    const [value, wrong] = attempt(() => part(fields));
    mistakes.push(...wrong);
    return [key, value];
  });
  if (mistakes.length > 0) throw new Mistakes(mistakes);
  return Object.fromEntries(read);
}

function unknownKey({ path }: Located, name: string, known: readonly string[]): string {
  const place = path === "" ? "here" : `in ${path}`;
  return `unknown key ${JSON.stringify(name)} ${place}; there may be ${known.join(", ")}`;
}

/** A value, or null with the mistakes that keep it from being one. */
export function attempt<T>(read: () => T): [T | null, Mistake[]] {
  try {
    return [read(), []];
  } catch (thrown) {
    if (thrown instanceof Mistake) return [null, [thrown]];
    if (thrown instanceof Mistakes) return [null, thrown.all];
    throw thrown;
  }
}

export function required(at: Located, fields: Map<string, Located>, name: string): Located {
  const found = fields.get(name);
  if (found) return found;
  throw new Mistake(at.line, `${at.path} has no ${JSON.stringify(name)}`);
}

export function optional<T, U>(at: Located | undefined, read: Reader<T>, otherwise: U): T | U {
  return at ? read(at) : otherwise;
}

export function oneOf<T extends string>(words: readonly T[]): Reader<T> {
  return (at) => {
    const found = words.find((word) => word === at.value);
    if (found === undefined) throw wrong(at, `one of ${words.join(", ")}`);
    return found;
  };
}

export function wholeNumber(least: number, most: number): Reader<number> {
  return (at) => {
    const { value } = at;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    throw wrong(
      at,
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number of at least ${least}`
        : `a whole number from ${least} to ${most}`,
    );
  };
}

/** Of at least `least`, without an upper bound. */
export const count = (least: number) => wholeNumber(least, Number.MAX_SAFE_INTEGER);

export const text: Reader<string> = (at) => {
  if (typeof at.value === "string" && at.value !== "") return at.value;
  throw wrong(at, "a text");
};

const MILLISECONDS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const BYTES: Record<string, number> = { B: 1, kB: 1000, MB: 1e6, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Milliseconds of `500ms`, `30s`, `5m`, `1h`, or of a bare number of seconds. */
export const duration: Reader<number> = (at) => {
  const ms = typeof at.value === "number" ? at.value * 1000 : measured(at.value, MILLISECONDS);
  if (ms === null || !(ms >= 0 && ms < Number.POSITIVE_INFINITY))
    throw wrong(at, "a duration such as 500ms, 30s or 5m");
  return Math.round(ms);
};

/** Of `64KiB`, `1MiB`, or a bare number of bytes. */
export const bytes: Reader<number> = (at) => {
  const size = typeof at.value === "number" ? at.value : measured(at.value, BYTES);
  if (size === null || !Number.isInteger(size) || size < 0)
    throw wrong(at, "a size such as 64KiB, 1MiB or 1000");
  return size;
};

function measured(value: unknown, units: Record<string, number>): number | null {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(String(value)) ?? [];
  const size = units[unit];
  return number === undefined || size === undefined ? null : Number(number) * size;
}
