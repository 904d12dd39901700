import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { Inflation } from "../../src/api/files/inflation.ts";

const PIECE = Buffer.alloc(2 ** 26);

/** Bytes that get through of so many decoded ones. */
async function through(pieces: number, arrived: number): Promise<number> {
  let bytes = 0;
  const target = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  await pipeline(
    Array.from({ length: pieces }, () => PIECE),
    new Inflation(() => arrived),
    target,
  );
  return bytes;
}

test("a GiB may come of next to nothing, and more than that of a 200th", async () => {
  expect(await through(16, 1)).toBe(2 ** 30);
  expect(await through(17, (17 * 2 ** 26) / 200)).toBe(17 * 2 ** 26);
});

test("more than a GiB, and more than 200 times what came, is refused", async () => {
  await expect(through(17, (17 * 2 ** 26) / 200 - 1)).rejects.toThrow("decodes to more than 200 times");
});
