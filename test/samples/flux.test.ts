import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { crc32, inflateSync } from "node:zlib";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type App, call, loadApp } from "./load.ts";

const flux = await loadApp("flux");
let app: App;

async function started(): Promise<App> {
  const instance = new flux.App();
  await instance.setup?.({});
  return instance;
}

beforeAll(async () => {
  app = await started();
});
afterAll(() => app.unload?.());

const SMALL = { width: 96, height: 64 };

interface Output {
  image: { path: string };
  painted: string;
}

async function paint(input: object): Promise<Buffer> {
  const [output] = (await call(flux, app, "run", input)) as [Output];
  expect(Object.keys(output)).toEqual(Object.keys(flux.RunOutput!.shape));
  expect(basename(output.image.path)).toBe("image.png");
  return readFile(output.image.path);
}

const hash = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

function chunksOf(png: Buffer): { type: string; data: Buffer; intact: boolean }[] {
  const chunks = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    chunks.push({
      type: body.toString("latin1", 0, 4),
      data: body.subarray(4),
      intact: png.readUInt32BE(at + 8 + length) === crc32(body),
    });
    at += length + 12;
  }
  return chunks;
}

test.each([
  [96, 64],
  [64, 64],
  [65, 131],
  [200, 64],
])("a valid PNG of %i × %i", async (width, height) => {
  const png = await paint({ prompt: "a lighthouse at dusk", width, height });
  expect(png.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
  const chunks = chunksOf(png);
  expect(chunks.every((chunk) => chunk.intact)).toBe(true);
  expect(chunks[0]!.type).toBe("IHDR");
  expect(chunks.at(-1)!.type).toBe("IEND");
  expect([chunks[0]!.data.readUInt32BE(0), chunks[0]!.data.readUInt32BE(4)]).toEqual([width, height]);
  const rows = inflateSync(Buffer.concat(chunks.filter((c) => c.type === "IDAT").map((c) => c.data)));
  expect(rows.length).toBe((width * 3 + 1) * height);
});

test("the same prompt, seed and size give the same bytes; anything else another picture", async () => {
  const first = await paint({ prompt: "a lighthouse at dusk", seed: 7, ...SMALL });
  expect(hash(await paint({ prompt: "a lighthouse at dusk", seed: 7, ...SMALL }))).toBe(hash(first));
  const others = [
    { prompt: "a lighthouse at dusk", seed: 8, ...SMALL },
    { prompt: "a lighthouse at dawn", seed: 7, ...SMALL },
    { prompt: "a lighthouse at dusk", seed: 7, width: 97, height: 64 },
  ];
  const hashes = await Promise.all(others.map(async (input) => hash(await paint(input))));
  expect(new Set([hash(first), ...hashes]).size).toBe(4);
});

test("another instance paints the same, and leaves nothing behind when it ends", async () => {
  const input = { prompt: "a lake at dawn", ...SMALL };
  const other = await started();
  const [output] = (await call(flux, other, "run", input)) as [Output];
  expect(hash(await readFile(output.image.path))).toBe(hash(await paint(input)));
  await other.unload?.();
  expect(existsSync(output.image.path)).toBe(false);
});

test.each([
  "sunset over mountains",
  "snowy forest at night with aurora",
  "a city skyline in the rain",
  "desert with two moons",
  "a quiet lake at dawn",
  "a boat and birds on the sea, cabin and cat in the fog",
  "a galaxy of stars",
  "meadow of flowers",
  "a forest by a meadow, clouds over the sun",
  "a town in the mountains by the sea",
  "strawberry",
  "無題",
  "夜の海と月",
  "constructor __proto__ toString",
  " ",
  "🍓",
])("paints %j", async (prompt) => {
  expect((await paint({ prompt, ...SMALL })).length).toBeGreaterThan(1_000);
});

test.each([
  ["a lighthouse at dusk", "dusk, lighthouse"],
  ["a fisherman in a meadow at night", "night, meadow; not understood: fisherman"],
  ["ein Leuchtturm im Nebel am Morgen", "dawn, lighthouse, fog"],
  ["Bäume unter Wolken", "forest, clouds"],
  ["une for\u00eat la nuit", "night, forest"],
  ["une fore\u0302t, deux bateaux", "forest, boat; not understood: deux"],
  ["MONTANAS y flores al atardecer", "dusk, mountains, meadow"],
  ["夜の海と月", "night, sea, moon"],
  ["漁師と夜明けの湖", "dawn, lake; not understood: 漁師"],
  ["海とねこ", "sea; not understood: ねこ"],
  ["l'océan, it's x", "sea; not understood: it, x"],
  ["poppies, poppies and cities", "town, poppies"],
  ["sunset at night", "dusk; not understood: night"],
  ["Mars, 2 moons", "moon; not understood: mars, 2"],
  ["a sea 🍓🏙️\u001b[31m\u202e", "sea; not understood: 🍓, 🏙, 31m"],
  ["sea b1 b2 b3 b4 b5 b6 b7 b8 b9 b10", "sea; not understood: b1, b2, b3, b4, b5, b6, b7, b8 and 2 more"],
  [`sea ${"𝒳".repeat(30)}`, `sea; not understood: ${"𝒳".repeat(24)}`],
])("says what it understood of %j", async (prompt, painted) => {
  const log = vi.spyOn(console, "log");
  const [output] = (await call(flux, app, "run", { prompt, ...SMALL })) as [Output];
  expect(output.painted).toBe(painted);
  expect(log.mock.lastCall).toEqual([`painted: ${painted}`]);
  log.mockRestore();
});

test.each(["strawberry", " ", "constructor"])("owns up to choosing all of %j itself", async (prompt) => {
  const [{ painted }] = (await call(flux, app, "run", { prompt, ...SMALL })) as [Output];
  const ignored = prompt.trim() && `; not understood: ${prompt}`;
  expect(painted).toMatch(/^(dusk|dawn|day), (mountains|lake|meadow)(, \w+)* \(of its own choice\)/);
  expect(painted.slice(painted.indexOf(")") + 1)).toBe(ignored);
});

/** What each kind adds to a picture of each place: nothing may be called painted that cannot be seen. */
test("everything it says it painted is to be seen", async () => {
  const [{ createScene }, { paint }, { Canvas }, { WORDS }] = await Promise.all(
    ["scene", "paint", "canvas", "words"].map(
      (name) => import(new URL(`../../src/samples/flux/src/${name}.js`, import.meta.url).href),
    ),
  );
  const sketch = async (...kinds: string[]) => {
    const canvas = new Canvas(64, 64, () => {});
    const scene = createScene("", new Set(kinds), 0, canvas);
    await paint(canvas, scene, () => {});
    return { kinds: [...scene.kinds].sort().join(), light: hash(Buffer.from(canvas.light.buffer)) };
  };
  const { time: times, ...groups } = WORDS;
  const kinds = Object.values<object>(groups).flatMap((group) => Object.keys(group));
  for (const place of Object.keys(groups.place)) {
    for (const time of Object.keys(times)) {
      const bare = await sketch(place, time);
      for (const kind of kinds) {
        const full = await sketch(place, time, kind);
        if (full.kinds !== bare.kinds)
          expect.soft(full.light, `${kind}, ${place}, ${time}`).not.toBe(bare.light);
      }
    }
  }
});

test.each([
  "lighthouse a".repeat(90_000),
  `x${"の".repeat(500_000)}x`,
  Array.from({ length: 200_000 }, (_, i) => i).join(" "),
])("an enormous prompt costs nothing extra", async (prompt) => {
  const began = performance.now();
  await paint({ prompt, ...SMALL });
  expect(performance.now() - began).toBeLessThan(3_000);
});

test("a cancel stops a large picture at once", async () => {
  const began = performance.now();
  const large = call(flux, app, "run", { prompt: "sea", width: 2048, height: 2048 });
  setTimeout(() => app.onCancel?.(), 50);
  await expect(large).rejects.toThrow("cancelled");
  expect(performance.now() - began).toBeLessThan(2_000);
});

test.each([
  {},
  { prompt: "" },
  { prompt: "x", width: 63 },
  { prompt: "x", height: 2049 },
  { prompt: "x", width: 100.5 },
  { prompt: "x", seed: -1 },
  { prompt: "x", seed: 2 ** 32 },
])("refused: %j", (input) => {
  expect(flux.RunInput!.safeParse(input).success).toBe(false);
});
