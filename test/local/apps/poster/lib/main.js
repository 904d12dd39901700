import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileSchema } from "@inferencesh/app";
import { stringify } from "yaml";
import * as z from "zod";

const file = createFileSchema(z);

export const RunInput = z.object({
  title: z
    .string()
    .min(1)
    .max(60)
    .meta({ description: "In capitals", examples: ["CIRCUS"] }),
  lines: z.array(z.string()).min(1).default(["tonight"]),
  background: file.optional().describe("Behind the type"),
  paper: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("iso"), name: z.enum(["a3", "a4"]) }),
      z.object({ kind: z.literal("custom"), width: z.number().positive(), height: z.number().positive() }),
    ])
    .default({ kind: "iso", name: "a4" }),
  colour: z.templateLiteral(["#", z.string()]).optional(),
  when: z.iso.date().optional(),
  seed: z.int().nullable().default(null),
  site: z.url().optional(),
});
export const RunOutput = z.object({
  sheet: file,
  settings: z.string(),
  paper: z.string(),
});

export class App {
  async run(input) {
    const path = join(mkdtempSync(join(tmpdir(), "poster-")), "sheet.svg");
    writeFileSync(path, `<svg xmlns="http://www.w3.org/2000/svg"><text>${input.title}</text></svg>`);
    return {
      sheet: { path },
      settings: stringify({ lines: input.lines, seed: input.seed }),
      paper: input.paper.kind === "iso" ? input.paper.name : `${input.paper.width}×${input.paper.height}`,
    };
  }
}
