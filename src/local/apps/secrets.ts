/**
 * Secrets that an app declares in inf.yml. The user's own environment is never a source: a value is
 * there when it was put into the `.env` beside the app, which the app could read anyway.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { messageOf } from "../error-text.ts";
import { brokenApp, RequirementsNotMet } from "../errors.ts";
import type { AppVersion, Secret } from "./app-version.ts";
import { readSmallFile } from "./small-file.ts";

/** What has no key cannot be given; that is told as a slip. */
export function readSecrets(declared: unknown): Secret[] {
  return (Array.isArray(declared) ? declared : [])
    .filter(isObject)
    .filter(hasKey)
    .map((secret) => ({
      key: secret["key"] as string,
      description: String(secret["description"] ?? ""),
      optional: secret["optional"] === true,
    }));
}

export function hasKey(secret: JsonObject): boolean {
  return typeof secret["key"] === "string" && secret["key"] !== "";
}

/** The declared secrets that have a value. */
export function givenSecrets({ app, dir, secrets }: AppVersion): Record<string, string> {
  if (secrets.length === 0) return {};
  const values = readValues(app, join(dir, ".env"));
  return Object.fromEntries(secrets.flatMap(({ key }) => (values[key] ? [[key, values[key]]] : [])));
}

function readValues(app: string, file: string): NodeJS.Dict<string> {
  try {
    return existsSync(file) ? parseEnv(readSmallFile(file)) : {};
  } catch (error) {
    throw brokenApp(app, messageOf(error));
  }
}

/** Without these the app does not run. */
export function missingSecrets(version: AppVersion): Secret[] {
  const given = givenSecrets(version);
  return version.secrets.filter(({ key, optional }) => !optional && !given[key]);
}

/** Throws the API's list of requirements when a secret is missing. */
export function requireSecrets(version: AppVersion): void {
  const missing = missingSecrets(version);
  if (missing.length === 0) return;
  const file = join(version.dir, ".env");
  throw new RequirementsNotMet(
    missing.map(({ key, description }) => ({
      type: "secret",
      key,
      message: `${version.app} needs the secret ${key}${description ? ` (${description})` : ""}: add ${key}=… to ${file}`,
      action: { type: "add_secret", file },
    })),
  );
}
