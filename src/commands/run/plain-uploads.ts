import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { CoercedInput } from "../../input/coerce.ts";
import { DEEPEST_KEY } from "../../input/raw-value.ts";
import { type Path, schemaAt } from "../../input/schema/fields.ts";
import { forms } from "../../input/schema/forms.ts";
import { isFileField, takesText } from "../../input/schema/kinds.ts";
import type { Schema } from "../../input/schema/node.ts";
import type { Context } from "../shared/context.ts";

/**
 * Warns of files in fields that take plain text: what is sent is where the file is, not what is in it. And
 * of texts in fields that take files, where a file of that name is here.
 */
export async function warnOfFiles(
  ctx: Context,
  { input, setup }: { input: CoercedInput; setup: CoercedInput | undefined },
  schemas: { input: Schema | null; setup: Schema | null },
): Promise<void> {
  await warnWithin(ctx, "--input", input, schemas.input);
  if (setup) await warnWithin(ctx, "--setup", setup, schemas.setup);
}

async function warnWithin(
  ctx: Context,
  flag: string,
  coerced: CoercedInput,
  schema: Schema | null,
): Promise<void> {
  warnOfUris(ctx, flag, coerced, schema);
  for (const { path, text } of plainTexts(coerced, schema)) {
    const found = await stat(resolve(ctx.machine.cwd, text)).catch(() => null);
    const key = path.join(".");
    if (found?.isFile())
      ctx.out.warn(`${flag} ${key} is sent as the text ${text}; ${key}=@${text} uploads the file`);
  }
}

/** Texts of fields that take files, which are neither addresses nor about to become some. */
function plainTexts(
  { values, uploads }: CoercedInput,
  schema: Schema | null,
): { path: Path; text: string }[] {
  const uploaded = new Set(uploads.map(({ path }) => path.join(".")));
  const within = (value: unknown, path: Path): { path: Path; text: string }[] => {
    if (typeof value === "string") {
      const declared = /^[a-z][a-z\d+.-]+:/i.test(value) ? null : schemaAt(schema, path);
      const isPlain = declared !== null && isFileField(declared) && !uploaded.has(path.join("."));
      return isPlain ? [{ path, text: value }] : [];
    }
    if (typeof value !== "object" || value === null || path.length > DEEPEST_KEY) return [];
    const entries: [string | number, unknown][] = Array.isArray(value)
      ? [...value.entries()]
      : Object.entries(value);
    return entries.flatMap(([key, inner]) => within(inner, [...path, key]));
  };
  return schema ? within(values, []) : [];
}

function warnOfUris(ctx: Context, flag: string, { uploads }: CoercedInput, schema: Schema | null): void {
  for (const { field, file } of uploads) {
    const declared = schemaAt(schema, field);
    if (!declared || isFileField(declared) || !isPlainText(declared)) continue;
    const key = field.join(".");
    const named = file === "-" ? "standard input" : file;
    ctx.out.warn(
      `${flag} ${key} takes text, and is sent the uri of ${named}; ${key}@=${file} sends its text`,
    );
  }
}

/** A field that wants an address may well want that of a file. */
function isPlainText(schema: Schema): boolean {
  return forms(schema).some(
    (form) => takesText(form) && form.node["type"] !== undefined && form.node["format"] === undefined,
  );
}
