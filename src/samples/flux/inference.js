import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { File } from "@inferencesh/app";
import { z } from "zod";
import { Canvas } from "./src/canvas.js";
import { develop } from "./src/develop.js";
import { paint } from "./src/paint.js";
import { encodePng } from "./src/png.js";
import { describeReading, readPrompt } from "./src/prompt.js";
import { createScene } from "./src/scene.js";

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
  painted: z.string().describe("What of the prompt is in the picture, and what was not understood"),
});

export class App {
  async setup() {
    this.folder = await mkdtemp(join(tmpdir(), "flux-"));
  }

  async run(input) {
    this.cancelled = false;
    console.log("this is a stand-in that paints by rule, not the FLUX model");
    const { prompt, seed, width, height } = input;
    const canvas = new Canvas(width, height, () => this._breathe());
    const reading = readPrompt(prompt);
    const scene = createScene(prompt, reading.understood, seed, canvas);
    console.log(`seed ${seed}, ${width} × ${height}: ${[...scene.kinds].join(", ")}`);

    await paint(canvas, scene, (step) => console.log(`painting ${step}`));
    const png = await encodePng(await develop(canvas, scene.seed), width, height);
    const path = join(await mkdtemp(join(this.folder, "picture-")), "image.png");
    await writeFile(path, png);
    const painted = describeReading(reading, scene.kinds);
    console.log(`painted: ${painted}`);
    return { image: File.fromPath(path), painted };
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
