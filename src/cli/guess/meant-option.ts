import { isNumber, isSpec } from "./options.ts";
import { OPTIONS } from "./other-options.ts";

export interface MeantOption {
  /** What stands in its place. */
  words: string;
  /** True when the value that it was given is a part of it. */
  hasValue: boolean;
}

/** What the table says of a command's option with this behind it, as far as the command knows it. */
export function meantOption(
  command: string,
  name: string,
  value: string | undefined,
  knows: (option: string) => boolean,
): MeantOption | null {
  const all = [
    { form: `${name} ${value}`, hasValue: true },
    ...(value !== undefined && isNumber(value) ? [{ form: `${name} <number>`, hasValue: false }] : []),
    ...(value !== undefined && isSpec(value) ? [{ form: `${name} <spec>`, hasValue: false }] : []),
    { form: name, hasValue: false },
  ];
  const forms = [...all.map((one) => ({ ...one, form: `${command} ${one.form}` })), ...all];
  for (const { form, hasValue } of forms) {
    const words = Object.hasOwn(OPTIONS, form)
      ? OPTIONS[form]!.find((one) => isOwn(one) || knows(one))
      : undefined;
    if (words !== undefined) return { words, hasValue };
  }
  return null;
}

/** What needs no option of the command. */
function isOwn(words: string): boolean {
  return words === "" || words === "=" || words.startsWith("|");
}
