import { FILLERS, WORDS } from "./words.js";

const LONGEST_LIST = 8;
const LONGEST_WORD = /^.{0,24}/u;
const PARTICLES = /^[のとにはがをでへもや]+|[のとにはがをでへもや]+$/g;

const kindsOf = (group) => Object.keys(WORDS[group]);
const KINDS = Object.keys(WORDS).flatMap(kindsOf);
export const [TIMES, PLACES, , FLOWERS] = Object.keys(WORDS).map(kindsOf);

const MEANINGS = new Map();
for (const [kind, words] of Object.values(WORDS).flatMap(Object.entries)) {
  for (const word of words.split(" ").map(plain)) MEANINGS.set(word, [...(MEANINGS.get(word) ?? []), kind]);
}
const SKIPPED = new Set(FILLERS.join(" ").split(" ").map(plain));

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*|\p{Extended_Pictographic}/gu;
/** Known words of scripts that leave no spaces between words, the longest first. */
const UNSPACED = new RegExp(
  [...MEANINGS.keys()]
    .filter((word) => word.charCodeAt(0) > 0x3000)
    .sort((a, b) => b.length - a.length)
    .join("|"),
  "g",
);

/** Sorts the words of a prompt into kinds of things to paint, and words that mean nothing here. */
export function readPrompt(prompt) {
  const understood = new Set();
  const ignored = new Set();
  const text = prompt.toLowerCase().normalize("NFC").replace(UNSPACED, " $& ");
  for (const word of text.match(WORD) ?? []) {
    const kinds = meaningsOf(plain(word)).filter((kind) => !contradicts(kind, understood));
    for (const kind of kinds) understood.add(kind);
    if (kinds.length === 0) ignored.add(withoutFillers(word));
  }
  ignored.delete("");
  return { understood, ignored: [...ignored] };
}

function meaningsOf(word) {
  const known = MEANINGS.get(word);
  if (known || word.length < 5) return known ?? [];
  const singulars = [word.replace(/ies$/, "y"), word.replace(/[snx]$/, ""), word.replace(/es$/, "")];
  return MEANINGS.get(singulars.find((singular) => MEANINGS.has(singular))) ?? [];
}

/** A picture has one time of day: the first that is named. */
const contradicts = (kind, understood) =>
  TIMES.includes(kind) && TIMES.some((time) => time !== kind && understood.has(time));

function withoutFillers(word) {
  return SKIPPED.has(plain(word)) ? "" : word.match(LONGEST_WORD)[0].replace(PARTICLES, "");
}

/** Without accents. */
function plain(word) {
  return word
    .normalize("NFD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
}

/** One line: what of the prompt is in the picture, and what is not. */
export function describeReading({ understood, ignored }, kinds) {
  const painted = KINDS.filter((kind) => (understood.size > 0 ? understood : kinds).has(kind)).join(", ");
  const unasked = understood.size > 0 ? "" : " (of its own choice)";
  if (ignored.length === 0) return painted + unasked;
  const shown = ignored.slice(0, LONGEST_LIST).join(", ");
  const more = ignored.length > LONGEST_LIST ? ` and ${ignored.length - LONGEST_LIST} more` : "";
  return `${painted}${unasked}; not understood: ${shown}${more}`;
}
