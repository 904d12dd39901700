import { describe, expect, test } from "vitest";
import { cleanName, extensionIn, nameOfPlace, withoutExtension } from "../../src/input/saved-names.ts";

describe("cleanName", () => {
  test.each([
    ["image", "image"],
    ["mon image été", "mon_image_été"],
    ["画像", "画像"],
    ["../../etc/passwd", "passwd"],
    ["..\\..\\boot.ini", "boot.ini"],
    ["/", ""],
    ["..", ""],
    ["", ""],
    ["CON", "_CON"],
    ["con.png", "_con.png"],
    ["LPT1", "_LPT1"],
    [".bashrc", "bashrc"],
    ["-rf", "rf"],
    ["name.", "name"],
    ["a\u001b[31mb\u0000c", "a_31mb_c"],
    ["a\u202egnp.exe", "a_gnp.exe"],
    ["a:b*c?d", "a_b_c_d"],
    // Persian and Indic words are other words without their joiners.
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["क्\u200dष", "क्\u200dष"],
    ["a👩\u200d👩\u200d👧b", "a_b"],
    ["\u200dकष\u200c\u200c.x", "कष.x"],
  ])("%j becomes %j", (text, name) => {
    expect(cleanName(text)).toBe(name);
  });

  test("a name of 5,000 characters is cut to what every file system takes", () => {
    for (const char of ["x", "é", "画", "𝒳"]) {
      const name = cleanName(char.repeat(5_000));
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(160);
      expect(name.length).toBeGreaterThan(20);
    }
  });
});

test.each([
  ["bundle.tar.gz", "bundle"],
  ["a.b.png", "a.b"],
  ["no-extension", "no-extension"],
  ["İ.İ", "İ"],
])("%j without its extension is %j", (name, rest) => {
  expect(withoutExtension(name)).toBe(rest);
});

test.each([
  [["image"], "image"],
  [["images", 0], "images-1"],
  [["result", "image"], "result-image"],
  [["scenes", 1, "frames", 9], "scenes-2-frames-10"],
  [[0], "1"],
  [[], ""],
  [["../..", "a"], "a"],
])("%j is named %j", (path, name) => {
  expect(nameOfPlace(path)).toBe(name);
});

test.each([
  ["a.png", "png"],
  ["a.TAR.GZ", "tar.gz"],
  ["scan.nii.gz", "nii.gz"],
  ["rows.csv.zst", "csv.zst"],
  [".tar.gz", "gz"],
  ["model.safetensors", "safetensors"],
  ["site.webmanifest", "webmanifest"],
  ["akte.größe", "größe"],
  ["https://x.y/a%20b.safetensors?x", "safetensors"],
  ["https://x.y/%E0%A4%A.png", "png"],
  [".png", ""],
  ["a.", ""],
  ["a.b c", ""],
  ["a.waytoolongtobeanextension", ""],
  ["https://x.y/z", ""],
  ["https://x.y/z.webp?sig=a.exe#b.com", "webp"],
])("the extension of %j is %j", (name, extension) => {
  expect(extensionIn(name)).toBe(extension);
});
