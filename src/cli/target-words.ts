const TARGET = /^--(local|profile|api-url)(=|$)/;

/** The words of a command line that say where it goes, and all others. */
export function splitTarget(words: readonly string[]): { target: string[]; rest: string[] } {
  const [target, rest]: string[][] = [[], []];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const isTarget = TARGET.test(word);
    (isTarget ? target! : rest!).push(word);
    const takesNext = isTarget && word !== "--local" && !word.includes("=");
    if (takesNext && at + 1 < words.length) target!.push(words[++at]!);
  }
  return { target: target!, rest: rest! };
}
