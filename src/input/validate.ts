import type { CoercedInput } from "./coerce.ts";
import { explain, type Found } from "./explain.ts";
import { type Path, schemaAt } from "./schema/fields.ts";
import type { Note, Schema } from "./schema/node.ts";
import { isSecretPlace } from "./schema/secret-places.ts";
import { compileValidator, type Validator } from "./schema/validator.ts";
import { findUnknown } from "./unknown-keys.ts";

/** What does not fit a schema. */
export interface ValidationIssue {
  kind: "unknown" | "missing" | "wrong";
  path: Path;
  /** The rest of a sentence that begins with the key. */
  message: string;
  /** The field's schema, when it is declared. */
  schema: Schema | null;
}

/** Everything in which the values do not fit the schema; `note` is told of checks that cannot be made. */
export async function validate(
  coerced: CoercedInput,
  schema: Schema,
  note: Note = () => {},
): Promise<ValidationIssue[]> {
  return (await validationOf(schema, note))(coerced);
}

/** The same for many inputs of one schema, which is made ready once. */
export async function validationOf(
  schema: Schema,
  note: Note = () => {},
): Promise<(coerced: CoercedInput) => ValidationIssue[]> {
  const validator = await compileValidator(schema, onceEach(note));
  return (coerced) => issuesOf(coerced, schema, atMost(MOST, validator));
}

function issuesOf(
  { values, uploads, texts }: CoercedInput,
  schema: Schema,
  validator: Validator,
): ValidationIssue[] {
  const unknown = findUnknown(values, schema);
  const isSecret = (path: Path) => isSecretPlace(schema, path.map(String));
  const wrong = explain({ validator, uploads, texts, isSecret }, values, schema, []);
  const known = new Set(unknown.flatMap(({ path, meant }) => [path, meant ?? path]).map(keyOf));
  return [
    ...unknown.map(
      ({ path, message }): ValidationIssue => ({ kind: "unknown", path, message, schema: null }),
    ),
    ...wrong.filter((found) => !isTold(found, known)).map((found) => issueOf(found, schema)),
  ];
}

/** Checks made to explain one input; what takes more is told in general. */
const MOST = 200;

function atMost(most: number, validator: Validator): Validator {
  let made = 0;
  return (value, schema) => (made++ < most ? validator(value, schema) : []);
}

function onceEach(note: Note): Note {
  const noted = new Set<string>();
  return (text) => {
    if (!noted.has(text)) note(text);
    noted.add(text);
  };
}

/** A slip of a key is told once: not also as what is missing, or as one key too many. */
function isTold({ kind, path }: Found, known: Set<string>): boolean {
  return kind !== "wrong" && known.has(keyOf(path));
}

function issueOf({ kind, path, message }: Found, schema: Schema): ValidationIssue {
  return { kind, path, message, schema: schemaAt(schema, path) };
}

function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}
