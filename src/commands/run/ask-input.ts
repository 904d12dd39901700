import { coerce } from "../../input/coerce.ts";
import { RawValue, rawText } from "../../input/raw-value.ts";
import { descriptionOf, typeName } from "../../input/schema/describe.ts";
import { forms } from "../../input/schema/forms.ts";
import { choicesOf, isFileField, kindsOf, takesText } from "../../input/schema/kinds.ts";
import type { Schema } from "../../input/schema/node.ts";
import { type ValidationIssue, validate } from "../../input/validate.ts";
import type { Ask, Question } from "../../terminal/prompt.ts";

const ANYTHING: Schema = { node: {}, root: {} };

/** Asks for a missing field, again until the answer fits; the answer as if it had been typed with `--input`. */
export async function askFor(
  ask: Ask,
  { path, schema }: ValidationIssue,
  checkFile: (path: string) => Promise<string | null>,
): Promise<unknown> {
  const field = schema ?? ANYTHING;
  const question = questionFor(path.join("."), field);
  const check = async (text: string) => {
    const [part] = (await typedAs(text, question.kind)).parts;
    return (
      (part && "file" in part ? await checkFile(part.file) : null) ??
      (await flawIn(text, question.kind, field))
    );
  };
  const answer = await ask({ ...question, check });
  return typeof answer === "string" ? typedAs(answer, question.kind) : answer;
}

function questionFor(name: string, schema: Schema): Omit<Question, "check"> {
  const about = descriptionOf(schema);
  const choices = choicesOf(schema);
  const all = forms(schema);
  if (isFileField(schema)) return { kind: "file", name, about, choices: [], type: "path of a file or URL" };
  if (choices.length > 0) return { kind: "choice", name, about, choices, type: "" };
  if (all.some(takesText)) return { kind: "text", name, about, choices: [], type: "" };
  const isTruth = all.some((form) => kindsOf(form).includes("boolean"));
  return { kind: "text", name, about, choices: [], type: isTruth ? "yes or no" : typeName(schema) };
}

async function typedAs(answer: string, kind: Question["kind"]): Promise<RawValue> {
  const isUrl = /^(https?|file|data):/i.test(answer);
  return new RawValue([
    kind === "file" && !isUrl ? { file: answer.replace(/^@/, "") } : await rawText(answer),
  ]);
}

/** Why an answer does not fit; null when it does. */
async function flawIn(
  answer: string,
  kind: Question["kind"],
  { node, root }: Schema,
): Promise<string | null> {
  const schema = { node: { properties: { it: node } }, root };
  const [issue] = await validate(coerce({ it: await typedAs(answer, kind) }, schema), schema);
  return issue ? [...issue.path.slice(1), issue.message].join(" ") : null;
}
