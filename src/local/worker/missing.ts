/** What of an app's module is probably a slip: a function that is none, a method that is never called. */
import type { JsonObject } from "../../wire/types.ts";
import { nearest, plain } from "../nearest.ts";

/** What the runtime calls besides functions. */
export const HOOKS = ["setup", "unload", "onCancel"];

export interface Shape {
  module: JsonObject;
  /** Methods of the app that could be functions. */
  methods: string[];
  isSchema(value: unknown): boolean;
}

/** `set_value` and `setValue` both become `SetValue`. */
export function pascal(name: string): string {
  return name
    .split("_")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

/** Why an app has no function: of each method the schemas that its module does not export. */
export function whyNoFunction(shape: Shape): string {
  const { methods } = shape;
  if (methods.length === 0) return "the class App has no method that could be a function, such as run(input)";
  const lacking = methods.flatMap((name) => missingOf(name, shape)).join(", ");
  return `App has ${methods.join(", ")}, but these zod schemas are not exported: ${lacking}${strays(shape)}`;
}

/** Why a name that is asked for is no function; empty where nothing is known of it. */
export function whyNot(name: string, shape: Shape): string {
  if (!shape.methods.includes(name)) return "";
  return missingOf(name, shape)
    .map((schema) => {
      const near = nearStray(schema, shape);
      return `${schema} is not exported${near === null ? "" : `, but ${near} is`}`;
    })
    .join(", and ");
}

export function slipsOf(shape: Shape): string[] {
  const { methods } = shape;
  const half = methods.filter((name) => isMeant(name, shape));
  const twins = strayNames(shape)
    .filter((name) => name.endsWith("Input"))
    .map((name) => name.slice(0, -"Input".length))
    .filter((stem) => strayNames(shape).includes(`${stem}Output`));
  const claimed = half.flatMap((name) => missingOf(name, shape).map((schema) => nearStray(schema, shape)));
  return [
    ...half.map((name) => `${name} is not a function of the app: ${whyNot(name, shape)}`),
    ...twins
      .filter((stem) => !claimed.includes(`${stem}Input`))
      .map((stem) => `${stem}Input and ${stem}Output are exported, but App has no method of that name`),
    ...methods.flatMap((name) => {
      const hook = HOOKS.find((one) => one !== name && plain(one) === plain(name));
      return hook === undefined || missingOf(name, shape).length === 0
        ? []
        : [`${name} is never called; did you mean ${hook}?`];
    }),
  ];
}

function missingOf(name: string, { module, isSchema }: Shape): string[] {
  return [`${pascal(name)}Input`, `${pascal(name)}Output`].filter((schema) => !isSchema(module[schema]));
}

/** A method without schemas is a helper, unless one of them is there, or something like it. */
function isMeant(name: string, shape: Shape): boolean {
  const missing = missingOf(name, shape);
  if (missing.length === 1) return true;
  return missing.length === 2 && missing.some((schema) => nearStray(schema, shape) !== null);
}

function nearStray(schema: string, shape: Shape): string | null {
  return nearest(schema, strayNames(shape));
}

/** Schemas that are exported and belong to no method. */
function strayNames({ module, methods, isSchema }: Shape): string[] {
  const taken = new Set([
    "AppSetup",
    ...methods.flatMap((name) => [`${pascal(name)}Input`, `${pascal(name)}Output`]),
  ]);
  return Object.keys(module).filter((name) => isSchema(module[name]) && !taken.has(name));
}

function strays(shape: Shape): string {
  const names = strayNames(shape);
  return names.length === 0 ? "" : `; exported are ${names.join(", ")}`;
}
