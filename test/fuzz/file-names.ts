import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { cleanName, extensionIn, nameOfPlace, withoutExtension } from "../../src/input/saved-names.ts";
import { type Harness, hold } from "./harness.ts";
import { text } from "./values.ts";

/** One name of so many is given to a real file. */
const MADE = 200;

let folder = "";
let count = 0;

export const fileNames: Harness<{ name: string; path: (string | number)[] }> = {
  name: "file names",
  properties: [
    "a clean name has no folder, no control character, is not hidden, not reserved, no option, and clean already when cleaned again",
    "nothing in it that cannot be seen but between letters",
    "letters and digits of any script stay as they are",
    "the name of a place is a clean name",
    "an extension is small letters, digits, _, - and at most one dot, and a name is what is before it, a dot and it",
    "name, number and extension together are a file that can be made",
  ],
  inputs: fc.record({ name: text, path: fc.array(fc.oneof(text, fc.nat()), { maxLength: 4 }) }),
  async prepare() {
    folder = await mkdtemp(join(tmpdir(), "belt-fuzz-"));
    return () => rm(folder, { recursive: true, force: true });
  },
  async check({ name, path }) {
    const [clean, place, extension] = [cleanName(name), nameOfPlace(path), extensionIn(name)];
    for (const one of [clean, place]) checkClean(one);
    const letters = name.normalize("NFC").replace(/[^\p{L}\p{N}]/gu, "");
    hold(name !== letters || letters.length > 40 || clean.replace(/^_/, "") === letters, "letters are lost");
    hold(/^([\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)?)?$/u.test(extension), "an extension is none");
    const rest = withoutExtension(name);
    hold(
      URL.canParse(name) || extension === "" || `${rest}.${extension}`.length >= name.length - 40,
      "a name is lost",
    );
    const whole = `${clean || "file"}-999${extension && `.${extension}`}`;
    hold(Buffer.byteLength(whole) <= 255, "a name is too long");
    if (count++ % MADE === 0) await writeFile(join(folder, whole), "");
  },
};

function checkClean(name: string): void {
  hold(!/[/\\:*?"<>|\p{Cc}\p{Cs}\s]/u.test(name), "a clean name is dirty");
  hold(
    !/^[.-]|\.$/.test(name) && !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name),
    "a clean name is special",
  );
  hold(!/(?<![\p{L}\p{M}])\p{Cf}|\p{Cf}(?![\p{L}\p{M}])/u.test(name), "a clean name has what cannot be seen");
  hold(cleanName(name) === name, "a clean name is cleaned again");
  hold(Buffer.byteLength(name) <= 161, "a clean name is long");
}
