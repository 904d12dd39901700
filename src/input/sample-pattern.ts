/** The shortest text that a common pattern matches; a guess, which the check lets pass or not. */
export function textLike(pattern: string): string {
  const rest = { text: pattern.replace(/^(\(\?[a-z]+\))?\^?/, "").replace(/(\$|\\[Zz])$/, "") };
  return sequence(rest, 0);
}

interface Rest {
  text: string;
}

/** Groups inside groups. */
const DEEPEST = 20;

/** Up to the end of a group; of several ways the first. */
function sequence(rest: Rest, depth: number): string {
  let made = "";
  while (rest.text !== "" && !rest.text.startsWith(")")) {
    if (take(rest, /^\|/) !== null) skipGroup(rest);
    else made += repeated(atom(rest, depth), rest);
  }
  return made;
}

function repeated(one: string, rest: Rest): string {
  const often = take(rest, /^(?:[*?+]|\{\d+(?:,\d*)?\})[?+]?/);
  if (often === null || often.startsWith("+")) return one;
  return /^[*?]/.test(often) ? "" : one.repeat(Math.min(1_000, Number(/\d+/.exec(often)![0])));
}

function atom(rest: Rest, depth: number): string {
  if (take(rest, /^\((?:\?:|\?<\w+>|\?P<\w+>)?(?!\?)/) !== null) {
    const inside = depth < DEEPEST ? sequence(rest, depth + 1) : "";
    take(rest, /^\)/);
    return inside;
  }
  // What looks ahead or back matches nothing itself.
  if (take(rest, /^\(\?<?[=!]/) !== null) {
    skipGroup(rest);
    take(rest, /^\)/);
    return "";
  }
  const chars = take(rest, /^\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]/);
  if (chars !== null) return oneOf(chars);
  const escaped = take(rest, /^\\[\s\S]/);
  if (escaped !== null) return ESCAPES[escaped[1]!] ?? escaped[1]!;
  return (take(rest, /^[\s\S]/u) ?? "").replace(/^\.$/, "a").replace(/^[$^]$/, "");
}

const ESCAPES: Record<string, string> = {
  d: "0",
  w: "a",
  s: " ",
  D: "a",
  W: "-",
  S: "a",
  b: "",
  B: "",
  A: "",
  n: "\n",
  t: "\t",
};

/** A character of a class: the first that it names, or one that it does not exclude. */
function oneOf(chars: string): string {
  if (chars.startsWith("[^")) return [..."a0-A "].find((char) => !chars.includes(char)) ?? "~";
  const [first = "a", second = ""] = chars.slice(1);
  return first === "\\" ? (ESCAPES[second] ?? second) : first;
}

/** Past the other ways of a group. */
function skipGroup(rest: Rest): void {
  for (let open = 0; rest.text !== ""; ) {
    if (open === 0 && rest.text.startsWith(")")) return;
    const part = take(rest, /^(?:\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|[\s\S])/) ?? "";
    open += part === "(" ? 1 : part === ")" ? -1 : 0;
  }
}

function take(rest: Rest, what: RegExp): string | null {
  const [found] = what.exec(rest.text) ?? [null];
  if (found !== null) rest.text = rest.text.slice(found.length);
  return found;
}
