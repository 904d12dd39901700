import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { File } from "@inferencesh/app";
import { z } from "zod";
import { Canvas } from "./src/canvas.js";
import { describeScene, paint } from "./src/paint.js";
import { encodePng } from "./src/png.js";
import { readScene } from "./src/scene.js";

export const RunInput = z.object({
  prompt: z
    .string()
    .min(1)
    .describe("What to paint, in words: a place, a time of day, the weather, things in it"),
  seed: z
    .number()
    .int()
    .min(0)
    .max(4294967295)
    .default(0)
    .describe("The same prompt, seed and size give the same picture; another seed gives another one"),
  width: z.number().int().min(64).max(2048).default(768).describe("Width in pixels"),
  height: z.number().int().min(64).max(2048).default(512).describe("Height in pixels"),
});

export const RunOutput = z.object({
  image: z.any().meta({ format: "file" }).describe("The picture, a PNG file"),
});

export class App {
  async setup() {
    this.folder = await mkdtemp(join(tmpdir(), "flux-"));
  }

  async run(input) {
    this.cancelled = false;
    console.log("this is a stand-in that paints by rule, not the FLUX model");
    const scene = readScene(input.prompt, input.seed);
    console.log(`seed ${input.seed}, ${input.width} × ${input.height}: ${describeScene(scene)}`);

    const canvas = new Canvas(input.width, input.height, () => this._breathe());
    const pixels = await paint(scene, canvas, (step) => console.log(`painting ${step}`));
    const png = await encodePng(pixels, input.width, input.height);

    const path = join(await mkdtemp(join(this.folder, "picture-")), "image.png");
    await writeFile(path, png);
    console.log(`the picture is ready, ${Math.ceil(png.length / 1024)} kB`);
    return { image: File.fromPath(path) };
  }

  onCancel() {
    this.cancelled = true;
    return true;
  }

  async unload() {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Lets a waiting cancel be heard between two bands of the picture. */
  async _breathe() {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.cancelled) throw new Error("cancelled while painting");
  }
}
