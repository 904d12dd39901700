import type { Problem } from "../../input/check.ts";
import {
  allowedValues,
  isFileSchema,
  options,
  resolve,
  type Schema,
  typeName,
  typesOf,
} from "../../input/schema.ts";
import { Typed } from "../../input/typed.ts";
import type { Ask, Question } from "../../terminal/prompt.ts";

/** Asks for a missing field with the prompt its type wants; the answer as if it had been typed with `--input`. */
export async function answerFor(ask: Ask, { path, schema }: Problem): Promise<unknown> {
  const question = questionFor(path.join("."), schema ?? { node: {}, root: {} });
  const answer = await ask(question);
  if (typeof answer !== "string") return answer;
  const isUrl = /^(https?|file|data):/i.test(answer);
  return new Typed([question.kind === "file" && !isUrl ? { file: answer } : { text: answer }]);
}

function questionFor(name: string, schema: Schema): Question {
  const { description } = resolve(schema).node;
  const about = typeof description === "string" ? description : "";
  const forms = options(schema);
  const choices = forms.flatMap((form) => allowedValues(form) ?? []);
  if (choices.length > 0) return { kind: "choice", name, about, choices };
  if (isFileSchema(schema)) return { kind: "file", name, about };
  const types = forms.flatMap(typesOf);
  if (types.includes("string") || types.length === 0) return { kind: "text", name, about, type: "text" };
  if (types.includes("boolean")) return { kind: "truth", name, about };
  return { kind: "text", name, about, type: typeName(schema) };
}
