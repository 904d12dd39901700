/**
 * Prints what the tests of `npm run coverage` reach of each room, and the functions that they reach least.
 * Only this process counts: what runs in processes of its own, as the real binary and the workers of apps
 * do, is tested, too, and missing here. Tests that measure time are left out.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const LISTED = 25;

/** As istanbul tells a file: how often each statement and function ran, and where it stands. */
interface Covered {
  path: string;
  statementMap: Record<string, Place>;
  s: Record<string, number>;
  fnMap: Record<string, { name: string; loc: Place }>;
  f: Record<string, number>;
}

interface Place {
  start: { line: number };
  end: { line: number };
}

interface Share {
  ran: number;
  all: number;
}

const files = Object.values(
  JSON.parse(readFileSync("coverage/coverage-final.json", "utf8")) as Record<string, Covered>,
);

const print = (line: string) => process.stdout.write(`${line}\n`);

function share(counts: number[]): Share {
  return { ran: counts.filter((count) => count > 0).length, all: counts.length };
}

function statementsIn({ statementMap, s }: Covered, { start, end }: Place): number[] {
  return Object.entries(statementMap)
    .filter(([, place]) => place.start.line >= start.line && place.end.line <= end.line)
    .map(([key]) => s[key]!);
}

const percent = ({ ran, all }: Share) => `${((100 * ran) / Math.max(all, 1)).toFixed(1)} %`.padStart(8);

function tell(name: string, covered: Covered[]): void {
  const statements = share(covered.flatMap(({ s }) => Object.values(s)));
  const functions = share(covered.flatMap(({ f }) => Object.values(f)));
  const counted = `statements ${percent(statements)} of ${String(statements.all).padStart(5)}`;
  print(
    `${name.padEnd(16)} ${counted}   functions ${percent(functions)} of ${String(functions.all).padStart(4)}`,
  );
}

const roomOf = ({ path }: Covered) => relative(process.cwd(), path).split("/").slice(0, 2).join("/");
for (const room of [...new Set(files.map(roomOf))].sort())
  tell(
    room,
    files.filter((file) => roomOf(file) === room),
  );
tell("all", files);

const functions = files.flatMap((file) =>
  Object.values(file.fnMap).map(({ name, loc }) => {
    const { ran, all } = share(statementsIn(file, loc));
    return { where: `${relative(process.cwd(), file.path)}:${loc.start.line}`, name, ran, all };
  }),
);
print("\nStatements that no test here reaches, by function:");
for (const { where, name, ran, all } of functions
  .sort((a, b) => b.all - b.ran - (a.all - a.ran))
  .slice(0, LISTED))
  print(`${String(all - ran).padStart(4)} of ${String(all).padStart(3)}  ${where}  ${name}`);
