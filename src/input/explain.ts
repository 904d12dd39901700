import type { ErrorObject } from "ajv";
import { isObject, type JsonObject } from "../wire/types.ts";
import type { CoercedInput } from "./coerce.ts";
import { didYouMean, mustBe, nounOf, reasonOf, show } from "./reasons.ts";
import { declaredKeys, type Path, schemaAt } from "./schema/fields.ts";
import { forms } from "./schema/forms.ts";
import { choicesOf, kindsOf } from "./schema/kinds.ts";
import { meantForms } from "./schema/meant-form.ts";
import { type Schema, unescapePointer } from "./schema/node.ts";
import type { Validator } from "./schema/validator.ts";

/** What is known when a value is explained. */
export interface Explaining extends Pick<CoercedInput, "uploads" | "texts"> {
  validator: Validator;
  isSecret(path: Path): boolean;
}

/** Why a value does not fit. */
export interface Found {
  kind: "unknown" | "missing" | "wrong";
  path: Path;
  message: string;
  /** What it must be, where the message says that. */
  must: string | null;
  /** That is already its type. */
  isType: boolean;
}

/** Unions inside unions that are looked into. */
const DEEPEST = 8;

/**
 * The reasons that ajv gives, in words. That none of a union's forms fits is no reason: where ajv says
 * that, the form that was meant is tried by itself, and what is wrong with it is told.
 */
export function explain(known: Explaining, value: unknown, schema: Schema, path: Path, depth = 0): Found[] {
  const errors = known.validator(value, schema).filter(({ keyword }) => keyword !== "if");
  const unions = outermost(errors.filter(({ keyword }) => /^(any|one)Of$/.test(keyword)));
  const plain = errors.filter(({ instancePath }) => !unions.some((union) => isWithin(instancePath, union)));
  const found = [
    ...plain.flatMap((error) => describe(known, error, value, path)),
    ...unions.flatMap((union) => {
      const inside = keysIn(union, value);
      const within = schemaAt(schema, inside) ?? { node: {}, root: schema.root };
      return explainUnion(known, valueAt(value, inside), within, [...path, ...inside], depth + 1);
    }),
  ];
  return onceEach(found);
}

/** One reason for each place: the first, which for what is of the wrong type is that. */
function onceEach(found: Found[]): Found[] {
  const typesFirst = found.toSorted((a, b) => Number(b.isType) - Number(a.isType));
  const first = new Map(typesFirst.toReversed().map((one) => [JSON.stringify([one.path, one.kind]), one]));
  return found.filter((one) => first.get(JSON.stringify([one.path, one.kind])) === one);
}

function explainUnion(known: Explaining, value: unknown, schema: Schema, path: Path, depth: number): Found[] {
  const all = forms(schema).filter((form) => kindsOf(form).join() !== "null");
  const meant = depth > DEEPEST ? [] : meantForms(all, value);
  const tried = meant.slice(0, 16).map((form) => ({ form, found: explain(known, value, form, path, depth) }));
  const fits = tried.some(({ found }) => found.length === 0);
  if (fits) return isUpload(known, path) ? [] : [wrong(path, "fits none of its forms alone")];
  if (tried.length > 0 && (all.length === 1 || isContainer(value))) return bestOf(tried, value);
  const demands = all.map((form) => tried.find((one) => one.form === form)?.found[0]?.must ?? nounOf(form));
  const hidden = hiddenAs(known, path);
  const hint = hidden === null ? didYouMean(value, choicesOf(schema)) + unquoted(value, path) : "";
  return [{ ...wrong(path, ""), ...mustBe(demands, hidden ?? show(value), hint) }];
}

/** JSON whose quotes a shell has taken. */
function unquoted(value: unknown, path: Path): string {
  const name = typeof value === "string" ? /^\s*\{\s*([\w-]+)\s*:/.exec(value)?.[1] : undefined;
  return name === undefined ? "" : `, which is not JSON; write ${[...path, name].join(".")}=…, or @file.json`;
}

function wrong(path: Path, message: string): Found {
  return { kind: "wrong", path, message, must: null, isType: false };
}

/** The form that lacks least; where forms lack one thing each, what they lack in one sentence. */
function bestOf(tried: { form: Schema; found: Found[] }[], value: unknown): Found[] {
  const ranked = tried
    .map(({ form, found }) => ({ found, lacks: found.length + strangers(form, value) }))
    .sort((a, b) => a.lacks - b.lacks);
  const best = ranked.filter(({ lacks }) => lacks === ranked[0]!.lacks).map(({ found }) => found);
  const [first] = best;
  return best.length > 1 && best.every((found) => found.length === 1) ? [together(best.flat())] : first!;
}

/** Keys that a form does not know. */
function strangers(form: Schema, value: unknown): number {
  const keys = declaredKeys(form);
  return keys && isObject(value) ? Object.keys(value).filter((key) => !keys.includes(key)).length : 0;
}

function together(found: Found[]): Found {
  const [first, ...others] = found as [Found, ...Found[]];
  const samePlace = others.every(({ path }) => path.join("/") === first.path.join("/"));
  const musts = found.flatMap(({ must }) => must ?? []);
  if (samePlace && musts.length === found.length) {
    const must = [...new Set(musts)].join(" or ");
    return {
      ...first,
      message: first.message.replace(`must be ${first.must}`, () => `must be ${must}`),
      must,
    };
  }
  const rest = others.filter(
    ({ path, message }) => message !== first.message || path.join() !== first.path.join(),
  );
  const more = rest.map(({ path, message }) => `, or ${path.join(".")} ${message}`);
  return {
    ...first,
    kind: others.length > 0 && !samePlace ? "wrong" : first.kind,
    message: first.message + more.join(""),
  };
}

function describe(known: Explaining, error: ErrorObject, value: unknown, base: Path): Found[] {
  const inside = keysIn(error.instancePath, value);
  const path = [...base, ...inside];
  if (ABOUT_TEXT.includes(error.keyword) && isUpload(known, path)) return [];
  const key =
    error.params["missingProperty"] ??
    error.params["additionalProperty"] ??
    error.params["unevaluatedProperty"];
  const hidden = hiddenAs(known, path);
  const given = valueAt(value, inside);
  const reason = reasonOf(error, hidden ?? show(given), hidden !== null);
  const { must } = reason;
  const isForm = hidden === null && error.keyword === "type";
  const message = reason.message + (isForm ? unquoted(given, path) : "");
  const kind = KINDS[error.keyword] ?? "wrong";
  const isType = error.keyword === "type";
  return [{ kind, path: key === undefined ? path : [...path, key], message, must, isType }];
}

const KINDS: Record<string, Found["kind"]> = {
  required: "missing",
  dependentRequired: "missing",
  additionalProperties: "unknown",
  unevaluatedProperties: "unknown",
};

/** What stands in for a uri says nothing about its form, only that it is a text. */
const ABOUT_TEXT = ["pattern", "format", "minLength", "maxLength"];

function isUpload({ uploads }: Explaining, path: Path): boolean {
  return uploads.some((upload) =>
    [upload.path, upload.field].some((place) => place.join("/") === path.join("/")),
  );
}

/** What is told in place of a value that no error quotes: the text of a file, and what is secret. */
function hiddenAs({ texts, isSecret }: Explaining, path: Path): string | null {
  const text = texts.find((text) => text.path.every((key, index) => path[index] === key));
  if (text) return `the text of ${text.textOf === "-" ? "standard input" : text.textOf}`;
  return isSecret(path) ? "what was given" : null;
}

/** The places of these errors, without those inside another. */
function outermost(errors: ErrorObject[]): string[] {
  const places = [...new Set(errors.map(({ instancePath }) => instancePath))];
  return places.filter((place) => !places.some((other) => other !== place && isWithin(place, other)));
}

function isWithin(place: string, outer: string): boolean {
  return place === outer || place.startsWith(`${outer}/`);
}

/** "/a/0" as keys and indices into the value. */
function keysIn(pointer: string, value: unknown): (string | number)[] {
  let holder = value;
  return pointer
    .split("/")
    .slice(1)
    .map((part) => {
      const key = unescapePointer(part);
      const step = Array.isArray(holder) ? Number(key) : key;
      holder = (holder as JsonObject)[step];
      return step;
    });
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, key) => (found as JsonObject)[key], value);
}

function isContainer(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
