import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileSchema, File } from "@inferencesh/app";
import { z } from "zod";

const fileSchema = createFileSchema(z);

// What `--setup` may say. Changing it calls `setup` again.
export const AppSetup = z.object({
  greeting: z.string().default("Hello").describe("How to greet"),
});

// A function has two schemas, named after it: `run` has RunInput and RunOutput.
export const RunInput = z.object({
  name: z.string().min(1).describe("Whom to greet"),
});
export const RunOutput = z.object({
  text: z.string().describe("The greeting"),
});

// `draw_card` has DrawCardInput and DrawCardOutput.
export const DrawCardInput = z.object({
  text: z.string().min(1).max(40).describe("What stands on the card"),
  color: z.enum(["gold", "skyblue", "pink"]).default("gold").describe("Its background"),
  photo: fileSchema.optional().describe("What is beside the text"),
});
export const DrawCardOutput = z.object({
  card: fileSchema.describe("The card, as SVG"),
});

export class App {
  // Once for each process: load models and open connections here.
  async setup({ greeting }) {
    this.greeting = greeting;
  }

  // belt run my-team/my-app --local --input name=Ada
  async run({ name }) {
    // What is printed becomes the log of the task.
    console.log(`greeting ${name}`);
    return { text: `${this.greeting}, ${name}!` };
  }

  // belt run my-team/my-app --local --function draw_card --input text=Hi --input photo=@me.png --save out/
  async draw_card({ text, color, photo }) {
    // A file that was given is fetched when its path is asked for.
    const image = photo ? await readFile(await photo.getPath(), "base64") : null;
    const path = join(await mkdtemp(join(tmpdir(), "card-")), "card.svg");
    await writeFile(path, svg(text, color, image));
    // A file is given as a File, or as {path}: it is stored, and its address takes its place.
    return { card: File.fromPath(path) };
  }

  // When the process ends.
  async unload() {}
}

function svg(text, color, image) {
  const safe = text.replace(/[&<>]/g, (sign) => `&#${sign.codePointAt(0)};`);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="120">',
    `<rect width="400" height="120" fill="${color}"/>`,
    ...(image ? [`<image href="data:;base64,${image}" x="10" y="10" width="100" height="100"/>`] : []),
    `<text x="200" y="68" font-family="sans-serif" font-size="24" text-anchor="middle">${safe}</text>`,
    "</svg>\n",
  ].join("\n");
}
