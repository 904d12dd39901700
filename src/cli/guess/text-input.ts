import { appSchemas } from "../../api/resources/app.ts";
import { isAppName } from "../../input/app-name.ts";
import { asSchema } from "../../input/schema/document.ts";
import { fieldsOf } from "../../input/schema/fields.ts";
import { forms } from "../../input/schema/forms.ts";
import { takesText } from "../../input/schema/kinds.ts";
import { knownApps, readKnownApp } from "../../store/completion-data.ts";
import { beltPaths } from "../../store/paths.ts";
import type { Host } from "../host.ts";

const USUAL = "prompt";

/** The input that a bare text is for: of an app that was seen before its own first text, else "prompt". */
export async function textInputOf(host: Host, argv: readonly string[]): Promise<string> {
  const names = argv.filter((word) => word.includes("/") && isAppName(word));
  if (names.length === 0) return USUAL;
  const apps = await knownApps(beltPaths(host).cache).catch(() => []);
  const meant = apps.find(({ reference }) => names.some((name) => bare(name) === bare(reference)));
  const known = meant && (await readKnownApp(meant));
  if (!known) return USUAL;
  const { functions, defaultFunction } = appSchemas(known);
  const schema = asSchema(functions[defaultFunction]?.input ?? null);
  const texts = (schema ? fieldsOf(schema) : []).filter(({ schema }) => forms(schema).some(takesText));
  const first =
    texts.find(({ name }) => name === USUAL) ?? texts.find(({ required }) => required) ?? texts[0];
  return first?.name ?? USUAL;
}

function bare(reference: string): string {
  return reference.split("@")[0]!;
}
