/** Prints how the house is built: `npm run figures`; HOUSE names another checkout. */
import { circles, readModules } from "./modules.ts";
import { brokenRules } from "./rules.ts";

const root = process.env["HOUSE"] ?? process.cwd();
const modules = readModules(root);
const files = [...modules.values()];
const functions = files.flatMap((module) => module.functions);
const importers = new Map(
  files.map(({ path }) => [path, files.filter(({ imports }) => imports.includes(path)).length]),
);

function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return `median ${at(0.5)}, 90th percentile ${at(0.9)}, at most ${at(1)}`;
}

const rows: [string, string | number][] = [
  ["files", files.length],
  ["lines", files.reduce((sum, { lines }) => sum + lines, 0)],
  ["lines a file", spread(files.map(({ lines }) => lines))],
  ["functions", functions.length],
  ["lines a function", spread(functions.map(({ lines }) => lines))],
  ["complexity a function", spread(functions.map(({ complexity }) => complexity))],
  ["imports a file", (files.reduce((sum, { imports }) => sum + imports.length, 0) / files.length).toFixed(2)],
  ["files with one importer", [...importers.values()].filter((count) => count === 1).length],
  ["circles", circles(modules).length],
  ["imports upward", brokenRules(modules).filter((rule) => rule.startsWith("floors")).length],
];
for (const [name, value] of rows) process.stdout.write(`${name.padEnd(26)}${value}\n`);
