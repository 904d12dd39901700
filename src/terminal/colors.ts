/** The few colors belt uses; each also reads without color. */
export interface Colors {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  /** Text that leads somewhere when it is clicked. */
  link(text: string, uri: string): string;
}

const same = (text: string) => text;

export const plainColors: Colors = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
  link: same,
};

/** chalk is loaded only where color is wanted. */
export async function terminalColors(hasLinks: boolean): Promise<Colors> {
  const { Chalk } = await import("chalk");
  return Object.assign(new Chalk({ level: 1 }), { link: hasLinks ? hyperlink : same });
}

/** As terminals know it, OSC 8. Only what is an address becomes one, spelt so that nothing in it ends the sequence. */
function hyperlink(text: string, uri: string): string {
  if (!/^(https?|file):/i.test(uri) || !URL.canParse(uri)) return text;
  return `\u001b]8;;${new URL(uri).href}\u001b\\${text}\u001b]8;;\u001b\\`;
}

export type ColorChoice = "auto" | "always" | "never";

/**
 * `--color`, `NO_COLOR`, `FORCE_COLOR`, terminal, in that order; only non-empty values count
 * (src/cli/README.md, "Options of every command").
 */
export function wantsColor(
  choice: ColorChoice,
  env: Record<string, string | undefined>,
  isTerminal: boolean,
): boolean {
  if (choice !== "auto") return choice === "always";
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"]) return !["0", "false"].includes(env["FORCE_COLOR"]);
  return isTerminal && env["TERM"] !== "dumb";
}
