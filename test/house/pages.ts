import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";

/** Each comment that names a page or a heading which this project does not have, in words. */
export function strayReferences(root: string): string[] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = listed.split("\n");
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const headings = new Map(
    paths.filter((path) => path.endsWith(".md")).map((path) => [path, headingsOf(read(path))]),
  );
  return paths
    .filter((path) => /^(src|test|bin)\/.*\.[cm]?[jt]s$/.test(path))
    .flatMap((path) =>
      commentsOf(path, read(path))
        .flatMap((comment) => strayIn(comment, headings))
        .map((stray) => `${path}: ${stray}`),
    );
}

/** What a comment refers to and is not there: a page by its path, with or without a heading in quotes behind a comma. */
export function strayIn(comment: string, headings: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const text = comment.replace(/\s*\n\s*\*?\s*/g, " ");
  const pages = [...text.matchAll(/([\w./-]*\w\.md)\b(?:, "([^"]+)")?/g)];
  return [
    ...pages.flatMap(([, page, heading]) => {
      const known = headings.get(page!);
      if (!known) return [`there is no ${page}`];
      return heading === undefined || known.has(heading) ? [] : [`${page} has no heading "${heading}"`];
    }),
    ...(/\bsections? \d/i.exec(text) ?? []).map((words) => `"${words}" names no heading`),
  ];
}

function headingsOf(page: string): Set<string> {
  return new Set([...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!));
}

function commentsOf(path: string, text: string): string[] {
  return parseSync(path, text).comments.map(({ value }) => value);
}
