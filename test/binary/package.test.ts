import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/belt.ts";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const { inputs, outputs } = JSON.parse(read("dist/metafile.json")) as {
  inputs: Record<string, unknown>;
  outputs: Record<string, { imports: { path: string; external?: boolean }[] }>;
};
const packageJson = JSON.parse(read("package.json"));

/** "node_modules/a/node_modules/@b/c/x.js" → "@b/c" */
function packageOf(path: string): string | undefined {
  return /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
}

/** What the apps that come with belt import: they are not bundled, and run as they are. */
function importsOfApps(): string[] {
  const dir = join(ROOT, "src/samples");
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  );
  return files.flatMap((file) =>
    [...readFileSync(join(dir, file), "utf8").matchAll(/\bfrom "([^".][^"]*)"/g)].map(([, name]) => name!),
  );
}

describe("the package", () => {
  let packed: { files: { path: string; size: number }[]; size: number };

  beforeAll(() => {
    const json = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: ROOT,
      stdio: "pipe",
    });
    [packed] = JSON.parse(json.toString());
  });

  it("holds the program, and nothing that is for its makers alone", () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of [
      "bin/belt.js",
      "dist/cli/main.cjs",
      "dist/THIRD_PARTY_LICENSES",
      "LICENSE",
      "completions/_belt",
    ]) {
      expect(paths).toContain(path);
    }
    const odd = paths.filter((path) => !/^(bin|dist|completions|src\/(samples|template))\//.test(path));
    expect(odd.sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json"]);
    expect(paths.filter((path) => /\.ts$|\.map$|test|metafile/.test(path))).toEqual([]);
  });

  it("is small", () => {
    expect(packed.size).toBeLessThan(1_000_000);
  });

  it("runs nothing when it is installed", () => {
    const { scripts } = packageJson;
    for (const name of ["preinstall", "install", "postinstall", "prepare"])
      expect(scripts).not.toHaveProperty(name);
  });

  it("brings along what it does not bundle, and nothing twice", () => {
    const external = Object.values(outputs).flatMap(({ imports }) => imports.filter((one) => one.external));
    const names = [...external.map(({ path }) => path), ...importsOfApps()]
      .filter((path) => !path.startsWith(".") && !path.startsWith("node:") && !builtinModules.includes(path))
      .map((path) => /^(?:@[^/]+\/)?[^/]+/.exec(path)![0]);
    expect([...new Set(names)].sort()).toEqual(Object.keys(packageJson.dependencies).sort());
  });

  it("names every package whose code is in it, with its license", () => {
    const licenses = read("dist/THIRD_PARTY_LICENSES");
    const bundled = new Set(
      Object.keys(inputs)
        .map(packageOf)
        .filter((name) => name !== undefined),
    );
    expect(bundled).toContain("commander");
    for (const name of bundled)
      expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\S* \\(.+\\)$`, "m"));
    expect(licenses).toContain("Permission is hereby granted, free of charge");
  });
});
