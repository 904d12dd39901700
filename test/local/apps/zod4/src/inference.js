import { createFileSchema, createStreamSchema, File, pcm16 } from "@inferencesh/app";
import { z } from "zod";

const file = createFileSchema(z);

export const AppSetup = z.object({ model: z.enum(["small", "large"]).default("small") });
export const RunInput = z
  .object({
    image: file.describe("The picture"),
    mask: file.optional().describe("Where to paint"),
    prompt: z.string().min(1).describe("In words"),
    steps: z.number().int().min(1).max(50).default(20),
    strength: z.number().optional(),
    tags: z.array(z.string()).default([]),
    mode: z.enum(["fast", "good"]).default("fast"),
  })
  .describe("Paints over a picture");
export const RunOutput = z.object({ text: z.string(), image: file.optional() });

export const TalkInput = z.object({
  voice: z.enum(["ara", "eve"]).default("ara"),
  audio: createStreamSchema(z, pcm16(z, 16000)).describe("What is said"),
  events: createStreamSchema(z, z.object({ type: z.string() })),
  topic: z.string(),
});
export const TalkOutput = z.object({
  audio: createStreamSchema(z, pcm16(z, 24000)),
  seconds: z.number(),
});
export const EchoInput = z.object({});
export const EchoOutput = z.object({});

export class App {
  async setup(config) {
    this.model = config.model;
  }

  async run(input) {
    return { text: `${this.model} ${input.steps} ${input.image instanceof File}` };
  }

  async talk(input) {
    return { audio: [], seconds: input.audio.length };
  }

  async echo(_input, socket) {
    for await (const frame of socket) await socket.send(frame);
    return {};
  }
}
