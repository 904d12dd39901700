import type { AppSchemas, FunctionSchemas } from "../api/resources/app.ts";
import { boundsOf, defaultOf, descriptionOf, typeName } from "../input/schema/describe.ts";
import { asSchema } from "../input/schema/document.ts";
import { fieldsOf } from "../input/schema/fields.ts";
import { forms } from "../input/schema/forms.ts";
import { allowedValues, spelled } from "../input/schema/kinds.ts";
import type { Schema } from "../input/schema/node.ts";
import { table } from "../terminal/table.ts";
import { safeJson, safeLine, safeText } from "../terminal/text.ts";
import type { Style, View } from "../terminal/view.ts";
import { wrap } from "../terminal/wrap.ts";
import { isObject, type JsonObject } from "../wire/types.ts";

/** An app: what it is, and what each of its functions, or the one asked for, takes. */
export function appView(schemas: AppSchemas, only: string | null): View<JsonObject> {
  return {
    text: (app, style) => {
      const functions = Object.entries(schemas.functions).filter(([name]) => only === null || name === only);
      const parts = [
        head(app, schemas, style),
        ...functions.map(([name, described]) => functionPart(name, described, schemas, style)),
        setupPart(schemas, style),
        secretsPart(app, style),
      ];
      return parts.filter((part) => part !== "").join("\n\n");
    },
    bare: (app) => appName(app),
  };
}

/** The catalog, one app a line; with `-q` their names. */
export const appListView: View<JsonObject[]> = {
  text: (apps, style) => {
    if (apps.length === 0) return "";
    // What a search suggests has none.
    const categories = apps.map((app) => textOf(app["category"]));
    const hasSome = categories.some((category) => category !== "");
    return table(
      { head: ["APP", ...(hasSome ? ["CATEGORY"] : []), "DESCRIPTION"], prose: style.textWidth.cut },
      apps.map((app, at) => [
        appName(app),
        ...(hasSome ? [categories[at]!] : []),
        textOf(app["description"]),
      ]),
      style,
    );
  },
  bare: (apps) => apps.map(appName).join("\n"),
};

function appName({ namespace, name, id }: JsonObject): string {
  if (typeof name !== "string") return textOf(id);
  return typeof namespace === "string" && namespace !== ""
    ? safeLine(`${namespace}/${name}`)
    : safeLine(name);
}

function head(app: JsonObject, { version }: AppSchemas, style: Style): string {
  const { colors } = style;
  const name = colors.bold(appName(app)) + (version === null ? "" : colors.dim(`@${safeLine(version)}`));
  const description = typeof app["description"] === "string" ? safeText(app["description"]).trim() : "";
  return description === "" ? name : `${name}\n${wrap(description, style)}`;
}

function functionPart(
  name: string,
  { description, input }: FunctionSchemas,
  { functions, defaultFunction }: AppSchemas,
  style: Style,
): string {
  const isDefault =
    name === defaultFunction && Object.keys(functions).length > 1 ? style.colors.dim(" (default)") : "";
  const about = description === "" ? "" : `  ${safeLine(description)}`;
  return `${style.colors.bold(safeLine(name))}${isDefault}${about}\n${fieldTable(asSchema(input), style)}`;
}

function setupPart({ setup }: AppSchemas, style: Style): string {
  const schema = asSchema(setup);
  if (!schema || fieldsOf(schema).length === 0) return "";
  return `${style.colors.bold("--setup")}\n${fieldTable(schema, style)}`;
}

/** What has to be set up before the app runs. */
function secretsPart({ version }: JsonObject, style: Style): string {
  const secrets = isObject(version) ? version["required_secrets"] : undefined;
  const declared = Array.isArray(secrets) ? secrets.filter(isObject) : [];
  if (declared.length === 0) return "";
  const rows = declared.map(({ key, optional, description }) => [
    textOf(key),
    optional === true ? "" : "yes",
    textOf(description),
  ]);
  return `${style.colors.bold("Secrets")}\n${table({ head: ["NAME", "REQUIRED", "DESCRIPTION"] }, rows, style)}`;
}

const HEAD = ["NAME", "TYPE", "REQUIRED", "DEFAULT", "ALLOWED", "DESCRIPTION"];

/** The declared fields; columns in which nothing stands are left out. */
function fieldTable(schema: Schema | null, style: Style): string {
  const fields = schema ? fieldsOf(schema) : [];
  if (fields.length === 0) return style.colors.dim("takes any input; its schema is not known");
  const rows = fields.map(({ name, schema: field, required }) => {
    const declared = defaultOf(field);
    return [
      safeLine(name),
      safeLine(typeName(field)),
      required ? "yes" : "",
      declared === undefined ? "" : safeJson(declared),
      safeLine(allowed(field)),
      textOf(descriptionOf(field)),
    ];
  });
  const used = HEAD.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ""));
  const hasProse = used.at(-1) === HEAD.length - 1;
  const columns = { head: used.map((column) => HEAD[column]!) };
  return table(
    hasProse ? { ...columns, prose: (text, width) => wrap(text, { ...style, width }) } : columns,
    rows.map((row) => used.map((column) => row[column]!)),
    style,
  );
}

/** The values, or the bounds, that a field allows. */
function allowed(field: Schema): string {
  return forms(field)
    .map((form) => allowedValues(form)?.map(spelled).join(", ") ?? bounds(form))
    .filter((text) => text !== "")
    .join(", ");
}

/** As a column has room for. */
function bounds(form: Schema): string {
  return boundsOf(form, { atLeast: ">=", moreThan: ">", atMost: "<=", lessThan: "<", and: ", " });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? safeLine(value).trim() : "";
}
