import { withoutSecret } from "./secret-names.ts";

/** A command of belt's, to be typed next. */
export interface BeltCommand {
  /** "task get". */
  name: string;
  /** As they are; quoted for a shell when shown. */
  args: readonly string[];
  /** True where the options that say where it goes are among them already. */
  isWhole?: boolean;
}

/** What to type or do next: prose, a command, or both in turn. */
export type Hint = string | BeltCommand | readonly (string | BeltCommand)[];

export function belt(name: string, ...args: string[]): BeltCommand {
  return { name, args };
}

/** Commands that talk to no API. */
const OFFLINE = new Set([
  "dev",
  "dev exec",
  "app init",
  "help app-format",
  "help scenarios",
  "profile list",
  "profile use",
]);

const NAMES_A_TARGET = /^--(profile|api-url|local)$/;

/** A hint as text; its commands get `targetFlags`, and so talk to the API that this one talked to, and look as told. */
export function renderHint(hint: Hint, targetFlags = "", command = (text: string) => text): string {
  return parts(hint)
    .map((part) => (typeof part === "string" ? part : command(renderCommand(part, targetFlags))))
    .join("");
}

/** "belt task get --local task_1": the flags come right after the name, before any `--`. */
function renderCommand({ name, args, isWhole }: BeltCommand, targetFlags: string): string {
  const aims = isWhole || OFFLINE.has(name) || NAMES_A_TARGET.test(args[0] ?? "");
  return [
    `belt ${name}${aims ? "" : targetFlags}`,
    ...args.map((word) => shellWord(withoutSecret(word))),
  ].join(" ");
}

/** One hint after another. */
export function joinHints(...hints: Hint[]): Hint {
  return hints.flatMap((hint, index) => (index === 0 ? parts(hint) : ["; ", ...parts(hint)]));
}

function parts(hint: Hint): readonly (string | BeltCommand)[] {
  return typeof hint === "string" || "name" in hint ? [hint] : hint;
}

/** A word that a shell takes as it is, however odd. A placeholder such as <name> stays as it is. */
export function shellWord(text: string): string {
  if (/^([\w.:@%+=,/-]+|<[a-z-]+>)$/.test(text)) return text;
  if (/[\n\t]/.test(text) && !/[^\P{Cc}\n\t]/u.test(text))
    return `$'${text.replace(/[\n\t\\']/g, (sign) => ESCAPES[sign]!)}'`;
  // As people write it; all but these characters mean themselves between double quotes.
  const [, key, value] = /^([\w.-]+=)([^"$`\\!]+)$/s.exec(text) ?? [];
  return key === undefined ? `'${text.replaceAll("'", "'\\''")}'` : `${key}"${value}"`;
}

const ESCAPES: Record<string, string> = { "\n": "\\n", "\t": "\\t", "\\": "\\\\", "'": "\\'" };
