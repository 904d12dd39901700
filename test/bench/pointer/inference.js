import { z } from "zod";

export const RunInput = z.object({ uri: z.string(), size: z.number() });
export const RunOutput = z.object({ file: z.object({ uri: z.string(), size: z.number() }) });

export class App {
  async run(input) {
    return { file: input };
  }
}
