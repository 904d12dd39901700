import { createFileSchema } from "@inferencesh/app";
import { z } from "zod";

const file = createFileSchema(z);

export const AppSetup = z.object({
  language: z.enum(["en", "de", "fr"]).default("en").describe("Language of the captions"),
  dictionary: z.record(z.string()).optional(),
});

export const DescribeInput = z.object({
  image: file.describe("The picture"),
  masks: z.array(file).max(3).default([]).describe("Parts to leave out"),
  style: z.union([z.literal("plain"), z.literal("poem")]).default("plain"),
  length: z.number().int().min(1).max(280).default(80).describe("Characters at most"),
  temperature: z.number().gt(0).lte(2).optional(),
  author: z
    .object({ name: z.string().min(1), email: z.string().email().optional() })
    .optional()
    .describe("Who is named"),
  footer: z.string().nullable().default(null),
  site: z.string().url().optional(),
  tags: z
    .string()
    .transform((text) => text.split(","))
    .optional()
    .describe("Separated by commas"),
});
export const DescribeOutput = z.object({
  caption: z.string(),
  table: file.describe("What was seen"),
  seen: z.array(z.object({ label: z.string(), share: z.number() })),
});

export const TranslateInput = z.object({ text: z.string(), to: z.enum(["en", "de", "fr"]) }).strict();
export const TranslateOutput = z.object({ text: z.string() });
