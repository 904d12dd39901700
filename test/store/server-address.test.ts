import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { devAddress, readAddress, removeAddress, writeAddress } from "../../src/store/server-address.ts";
import { OWNER } from "../support/belt.ts";

const WHOLE = { url: "http://127.0.0.1:4117", key: "local_key_12345678", pid: 4711 };

let dir: string;
let file: string;
let warnings: string[];
const warn = (text: string) => void warnings.push(text);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "belt-address-"));
  file = devAddress(dir);
  warnings = [];
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function aside(): string {
  const name = readdirSync(dir).find((found) => found.startsWith("dev.json.corrupt-"));
  return join(dir, name ?? "nothing was set aside");
}

test("what was written is read", async () => {
  expect(await readAddress(file, warn)).toBeNull();
  await writeAddress(file, WHOLE, { owner: OWNER, warn });
  expect(await readAddress(file, warn)).toEqual(WHOLE);
  expect(warnings).toEqual([]);
});

describe.each([
  ["torn", '{"url":"http://127.0'],
  ["empty", ""],
  ["a list", "[]"],
  ["of another shape", '{"pid":1}'],
  ["an address that is none", JSON.stringify({ ...WHOLE, url: "http://" })],
  ["another machine's", JSON.stringify({ ...WHOLE, url: "http://10.0.0.1:80" })],
  ["a key that is no header", JSON.stringify({ ...WHOLE, key: "a\nb" })],
  ["a process that is none", JSON.stringify({ ...WHOLE, pid: -1 })],
])("an address file that is %s", (_name, text) => {
  test("is set aside by who reads it, and told of with both paths", async () => {
    writeFileSync(file, text);
    expect(await readAddress(file, warn)).toBeNull();
    expect(readFileSync(aside(), "utf8")).toBe(text);
    expect(warnings).toEqual([
      `the server's address in ${file} cannot be understood; it was set aside as ${aside()}`,
    ]);
  });

  test("is not overwritten by a new server", async () => {
    writeFileSync(file, text);
    await writeAddress(file, WHOLE, { owner: OWNER, warn });
    expect(readFileSync(aside(), "utf8")).toBe(text);
    expect(warnings).toHaveLength(1);
    expect(await readAddress(file, warn)).toEqual(WHOLE);
  });

  test("is left alone by a server that ends", async () => {
    writeFileSync(file, text);
    await removeAddress(file, WHOLE.pid);
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});

test("one that cannot be read is an error in words, with its path", async () => {
  mkdirSync(file);
  await expect(readAddress(file, warn)).rejects.toThrow(
    `cannot read the server's address in ${file}: it is a folder (EISDIR)`,
  );
});

test("one that can be neither read nor set aside is still there", async () => {
  writeFileSync(file, "torn");
  chmodSync(dir, 0o500);
  try {
    await readAddress(file, warn);
  } finally {
    chmodSync(dir, 0o700);
  }
  const moved = !existsSync(file);
  // root may write everywhere
  expect(warnings[0]).toContain(moved ? "it was set aside as" : "could not be set aside: permission denied");
});
