/** The inf.yml of an app: what it says, and what of it is probably a slip. */
import { basename, join } from "node:path";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { nearest } from "../nearest.ts";
import { hasKey } from "./secrets.ts";
import { readSmallFile } from "./small-file.ts";

/** Those that the platform knows; some say nothing to this server. */
const KEYS = [
  ...["namespace", "name", "title", "description", "agent_description", "category", "images", "metadata"],
  ...["kernel", "default_function", "env", "secrets", "integrations", "resources", "variants", "version"],
  ...["license", "repository", "belt"],
];

const SECRET_KEYS = ["key", "description", "optional"];

export interface Manifest {
  namespace: string;
  name: string;
  fields: JsonObject;
  /** What only a person can judge: an app of others must run as it is. */
  warnings: string[];
}

/** Something in inf.yml, told with its line, as a mistake of its syntax is. */
class ManifestMistake extends Error {
  readonly linePos: { line: number }[];

  constructor(message: string, line: number) {
    super(message);
    this.linePos = [{ line }];
  }
}

/** Throws for what no parser can read, and for a name that nobody could type. */
export function readManifest(dir: string, parse: (text: string) => unknown): Manifest {
  const source = readSmallFile(join(dir, "inf.yml"));
  const parsed = parse(source);
  const fields = isObject(parsed) ? parsed : {};
  const namespace = textOf(fields["namespace"]) || "local";
  const name = textOf(fields["name"]) || basename(dir);
  for (const [key, value] of Object.entries({ namespace, name })) requireName(key, value, source);
  return { namespace, name, fields, warnings: slips(fields, source) };
}

export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** As `belt run namespace/name` can be typed. */
function requireName(key: string, value: string, source: string): void {
  if (/^\w[\w.-]*$/.test(value)) return;
  throw new ManifestMistake(
    `${key} is ${JSON.stringify(value)}, which no run can name: use letters, digits, dots, - and _`,
    lineOf(key, source) ?? 1,
  );
}

function slips(fields: JsonObject, source: string): string[] {
  const at = (key: string) => {
    const line = lineOf(key, source);
    return line === null ? "inf.yml" : `inf.yml:${line}`;
  };
  const kernel = textOf(fields["kernel"]);
  return [
    ...unknownKeys(fields, KEYS).map(({ key, said }) => `${at(key)}: ${said}`),
    ...(textOf(fields["name"]) === "" ? ["inf.yml: it has no name, so the folder's is taken"] : []),
    ...secretSlips(fields["secrets"]).map((said) => `${at("secrets")}: ${said}`),
    ...envSlips(fields["env"]).map((said) => `${at("env")}: ${said}`),
    ...beltSlips(fields["belt"]).map((said) => `${at("belt")}: ${said}`),
    ...(kernel === "" || /^node-(1[68]|2\d)$/.test(kernel)
      ? []
      : [`${at("kernel")}: belt does not know the kernel ${kernel}; it runs the app as node-22`]),
  ];
}

function secretSlips(secrets: unknown): string[] {
  if ((secrets ?? null) === null) return [];
  if (!Array.isArray(secrets)) return ["secrets must be a list of {key, description, optional}"];
  return secrets.flatMap((secret: unknown, index) => {
    if (!isObject(secret)) return [`secret ${index + 1} must be written like {key: MY_KEY}`];
    return [
      ...unknownKeys(secret, SECRET_KEYS).map(({ said }) => said),
      ...(hasKey(secret) ? [] : [`secret ${index + 1} has no key`]),
    ];
  });
}

function envSlips(env: unknown): string[] {
  if ((env ?? null) === null) return [];
  if (!isObject(env)) return ["env must be a mapping, like {NAME: value}"];
  return Object.entries(env).flatMap(([key, value]) => (isEnvValue(value) ? [] : [`${key} must be a text`]));
}

/** Numbers and the like are given as they are written. */
export function isEnvValue(value: unknown): boolean {
  return typeof value !== "object";
}

/** What is wrong with a price itself breaks the app: it is money. */
function beltSlips(belt: unknown): string[] {
  if ((belt ?? null) === null) return [];
  return isObject(belt) ? unknownKeys(belt, ["price"]).map(({ said }) => said) : ["belt must be a mapping"];
}

function unknownKeys(fields: JsonObject, known: string[]): { key: string; said: string }[] {
  return Object.keys(fields)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearest(key, known);
      return { key, said: `belt does not know ${key}${near === null ? "" : `; did you mean ${near}?`}` };
    });
}

/** Of a key at the top; null where it is written some other way. */
function lineOf(key: string, source: string): number | null {
  const at = source.split("\n").findIndex((line) => line.startsWith(`${key}:`));
  return at === -1 ? null : at + 1;
}
