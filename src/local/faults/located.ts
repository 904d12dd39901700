/** A YAML document whose every value knows its line, so that each mistake can name it. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { keepDigits } from "../apps/yaml.ts";

/** What is wrong with a scenario, and in which line. */
export class Mistake extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Several of them, of one part of a scenario. */
export class Mistakes extends Error {
  readonly all: Mistake[];

  constructor(all: Mistake[]) {
    super(all.map(({ message }) => message).join("\n"));
    this.all = all;
  }
}

export interface Located {
  /** As a person would name it: `steps.2.do`; empty for the whole. */
  path: string;
  line: number;
  /** As plain JavaScript, whole. */
  value: unknown;
  /** The values of a mapping by key, each with the line of its key. */
  fields: Map<string, Located> | null;
  items: Located[] | null;
}

/** No scenario nests this deep; an alias to what holds it would. */
const DEEPEST = 12;

/** Throws the first mistake of its syntax. */
export function parseLocated(text: string): Located {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "error" });
  const [error] = document.errors;
  if (error) throw new Mistake(error.linePos?.[0].line ?? 1, reasonOf(error));
  keepDigits(document);

  const lineOf = (node: Node | null, or: number) => (node?.range ? lines.linePos(node.range[0]).line : or);
  const locate = (given: Node | null, path: string, from: number, depth: number): Located => {
    const line = lineOf(given, from);
    if (depth > DEEPEST) throw new Mistake(line, `it is nested more than ${DEEPEST} levels deep`);
    const node = isAlias(given) ? given.resolve(document) : given;
    if (node === undefined) throw new Mistake(line, "there is no anchor of this name above");
    const fields = isMap<Node, Node | null>(node)
      ? node.items.map((pair) => field(pair, path, line, depth))
      : null;
    const items = isSeq<Node | null>(node)
      ? node.items.map((item, at) => locate(item, inside(path, at + 1), line, depth + 1))
      : null;
    return { path, line, value: plainValue(node, document, line), fields: fields && new Map(fields), items };
  };
  const field = ({ key, value }: Pair<Node, Node | null>, path: string, from: number, depth: number) => {
    const name = String(isScalar(key) ? key.value : key);
    const line = lineOf(key, from);
    return [name, { ...locate(value, inside(path, name), line, depth + 1), line }] as const;
  };
  return locate(document.contents, "", 1, 0);
}

function inside(path: string, name: string | number): string {
  return path === "" ? String(name) : `${path}.${name}`;
}

/** What stands for itself many times over is not spelled out. */
function plainValue(node: Node | null, document: Document, line: number): unknown {
  try {
    return node?.toJS(document) ?? null;
  } catch {
    throw new Mistake(line, "its aliases stand for too much");
  }
}

/** The parser names the place in its words and quotes it; here the file and the line come first. */
function reasonOf({ code, message }: { code: string; message: string }): string {
  if (code === "MULTIPLE_DOCS") return "a second document begins here; there may be one";
  return message.split("\n", 1)[0]!.replace(/ at line \d+, column \d+:?$/, "");
}
