import type { CoercedInput } from "../../input/coerce.ts";
import { schemaAt } from "../../input/schema/fields.ts";
import { forms } from "../../input/schema/forms.ts";
import { isFileField, takesText } from "../../input/schema/kinds.ts";
import type { Schema } from "../../input/schema/node.ts";
import type { Context } from "../shared/context.ts";

/** Warns of files in fields that take plain text: what is sent is where the file is, not what is in it. */
export function warnOfUris(
  ctx: Context,
  { input, setup }: { input: CoercedInput; setup: CoercedInput | undefined },
  schemas: { input: Schema | null; setup: Schema | null },
): void {
  warnWithin(ctx, "--input", input, schemas.input);
  if (setup) warnWithin(ctx, "--setup", setup, schemas.setup);
}

function warnWithin(ctx: Context, flag: string, { uploads }: CoercedInput, schema: Schema | null): void {
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
