import { createNoise } from "./noise.js";
import { choosePalette } from "./palettes.js";
import { FLOWERS, PLACES, TIMES } from "./prompt.js";
import { createRandom, hashText, mix } from "./random.js";

/** Everything the painters ask about a picture; the same prompt, seed and size always give the same one. */
export function createScene(prompt, understood, number, { width, height, unit }) {
  const seed = mix(hashText(prompt) ^ mix(number + 0x5bd1e995));
  const random = (purpose) => createRandom(seed, purpose);
  const noise = (purpose) => createNoise(random(purpose));
  const kinds = new Set(understood);
  const has = (...wanted) => wanted.some((kind) => kinds.has(kind));
  completeKinds(kinds, has, random("kinds"));
  const time = TIMES.find((name) => kinds.has(name));
  const palette = choosePalette(time, random("palette"));
  const layout = random("layout");
  const water = has("water");
  const horizon = Math.round(height * (layout.between(0.55, 0.61) + (water ? 0.05 : 0)));
  const rise = { dusk: water ? 0.045 : 0.14, dawn: 0.1, day: 0.42, night: 0.3 }[time];
  const share = has("lighthouse") ? layout.between(0.18, 0.32) : layout.between(0.28, 0.72);
  const sun = { x: width * share, y: horizon - unit * rise };
  return { seed, kinds, has, time, palette, water, horizon, sun, random, noise };
}

/** Adds what a prompt leaves open, and what belongs to what it names. */
function completeKinds(kinds, has, random) {
  kinds.add("sky");
  if (has("lighthouse", "boat") && !has("lake")) kinds.add("sea");
  if (has(...FLOWERS)) kinds.add("meadow");
  if (!has(...PLACES)) kinds.add(random.pick(["mountains", "lake", "meadow"]));
  if (has("sea", "lake", "town")) kinds.add("water");
  if (has("lake")) kinds.add("mountains").add("forest");
  const times = has("town", "moon", "stars") ? ["night", "dusk"] : ["dusk", "dawn", "day"];
  if (!has(...TIMES)) kinds.add(random.pick(times));
  addSkyOf(kinds, has);
}

function addSkyOf(kinds, has) {
  if (has("lake") && has("dawn")) kinds.add("fog");
  if (has("dusk", "dawn") && !has("moon")) kinds.add("sun");
  if (has("dusk", "night")) kinds.add("stars");
  if (has("night") && !has("sun")) kinds.add("moon");
}
