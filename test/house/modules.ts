import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

/** One source file: what it imports, types included, and how it is built. */
export interface Module {
  /** From the root of the project: "src/cli/main.ts". */
  path: string;
  lines: number;
  /** Files of the project, each once. */
  imports: string[];
  /** What else it imports, as written: "commander", "undici/lib/dispatcher/agent.js". */
  packages: string[];
  /** What it takes of something by name: "AbortSignal.any", "process.env"; "/proc" where it names a path of it. */
  members: string[];
  functions: FunctionFigures[];
}

interface FunctionFigures {
  name: string;
  lines: number;
  /** Cyclomatic: one, and one more for each branch. */
  complexity: number;
}

/** The files of belt itself, read anew; samples are apps, and apart. */
export function readModules(root: string): Map<string, Module> {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "src"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = listed
    .split("\n")
    .filter((path) => /\.(ts|js)$/.test(path) && !path.startsWith("src/samples/"));
  const known = new Set(paths);
  return new Map(paths.map((path) => [path, readModule(root, path, known)]));
}

function readModule(root: string, path: string, known: ReadonlySet<string>): Module {
  const text = readFileSync(join(root, path), "utf8");
  const { program, module } = parseSync(path, text);
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1)),
  ];
  const imports = named
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => join(dirname(path), specifier))
    .filter((file) => known.has(file));
  return {
    path,
    lines: linesOf(text),
    imports: [...new Set(imports)],
    packages: named.filter((specifier) => !specifier.startsWith(".")),
    members: membersOf(program),
    functions: functionsOf(program, text),
  };
}

function linesOf(text: string): number {
  return text.split("\n").length - 1;
}

type Program = ReturnType<typeof parseSync>["program"];

function membersOf(program: Program): string[] {
  const found = new Set<string>();
  const addProc = (text: unknown) => {
    if (typeof text === "string" && text.startsWith("/proc")) found.add("/proc");
  };
  new Visitor({
    MemberExpression({ object, property }) {
      if (object.type === "Identifier" && property.type === "Identifier")
        found.add(`${object.name}.${property.name}`);
    },
    Literal: ({ value }) => addProc(value),
    TemplateElement: ({ value }) => addProc(value.cooked),
  }).visit(program);
  return [...found];
}

function functionsOf(program: Program, text: string): FunctionFigures[] {
  const found: FunctionFigures[] = [];
  const open: FunctionFigures[] = [];
  const enter = (node: { start: number; end: number; id?: { name: string } | null }) => {
    const lines = text.slice(node.start, node.end).split("\n").length;
    const figures = { name: node.id?.name ?? "", lines, complexity: 1 };
    found.push(figures);
    open.push(figures);
  };
  const leave = () => void open.pop();
  const branch = () => {
    const current = open.at(-1);
    if (current) current.complexity++;
  };
  new Visitor({
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
    "FunctionDeclaration:exit": leave,
    "FunctionExpression:exit": leave,
    "ArrowFunctionExpression:exit": leave,
    IfStatement: branch,
    ConditionalExpression: branch,
    ForStatement: branch,
    ForInStatement: branch,
    ForOfStatement: branch,
    WhileStatement: branch,
    DoWhileStatement: branch,
    CatchClause: branch,
    LogicalExpression: branch,
    SwitchCase: (node) => {
      if (node.test !== null) branch();
    },
  }).visit(program);
  return found;
}

/** Groups of files that import each other in a loop, each sorted. */
export function circles(modules: ReadonlyMap<string, Module>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string) => {
    index.set(path, index.size);
    low.set(path, index.get(path)!);
    stack.push(path);
    for (const next of modules.get(path)!.imports) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(path, Math.min(low.get(path)!, low.get(next)!));
    }
    if (low.get(path) !== index.get(path)) return;
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1 || modules.get(path)!.imports.includes(path)) found.push(group.sort());
  };
  for (const path of modules.keys()) if (!index.has(path)) visit(path);
  return found;
}
