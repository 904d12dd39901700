import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../support/belt.ts";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const { version } = JSON.parse(read("node_modules/undici/package.json"));

/** Read, not imported: when one of them is missing, this is to say which. */
const INNER = [...new Set(read("src/api/http/undici.ts").match(/undici\/lib\/[^"]+/g))];

describe("the inner files of undici that src/api/http/undici.ts names", () => {
  it.each(INNER)(`undici ${version} has %s, which exports what belt takes of it`, async (file) => {
    const found = await import(file).catch((error: Error) => error);
    const missing = found instanceof Error ? found.message : null;
    expect(missing, `the update to undici ${version} has moved ${file}`).toBeNull();
    expect(typeof found.default, `the update to undici ${version} has changed what ${file} exports`).toBe(
      "function",
    );
  });

  it("have types: undici-internals.d.ts declares these and no others", () => {
    const declared = read("src/api/http/undici-internals.d.ts").match(/undici\/lib\/[^"]+/g);
    expect(declared?.sort()).toEqual(INNER.sort());
  });
});
