import { color, hex, hexes, mixColors, scale } from "./color.js";
import { mix } from "./random.js";

const WINDOWS = hexes("#ffd58a #ffe9bd #ffb866 #ffd58a #cfe6ff #ff9ecb #8fe3ff");
const DARK = [0, 0, 0];
const LIT = { day: 0.04, dawn: 0.2, dusk: 0.36, night: 0.42 };

/** A skyline of three rows; the near one has the brightest windows, and its feet stand in the water. */
export async function paintTown(canvas, scene) {
  const { random, palette, horizon, time } = scene;
  const { width, unit } = canvas;
  const town = random("town");
  const air = mixColors(palette.haze, palette.zenith, 0.35);
  const wall = mixColors(palette.land, hex("#56657a"), { day: 0.8, dawn: 0.5, dusk: 0.08, night: 0 }[time]);
  for (let row = 0; row < 3; row++) {
    const near = row / 2;
    const body = mixColors(wall, air, 0.66 * (1 - near) ** 1.1);
    for (let x = -unit * 0.03; x < width; ) {
      await canvas.breathe();
      const wide = Math.round(unit * town.between(0.035, 0.085) * (0.85 + 0.3 * near));
      // Towers gather round the middle of the town.
      const middle = Math.exp(-(((x / width - 0.52) / 0.3) ** 2));
      const tall = unit * (0.1 + town.next() ** 1.7 * (0.14 + 0.36 * middle)) * (1.12 - 0.42 * near);
      const block = { left: Math.round(x), wide, top: Math.round(horizon - tall) };
      paintTower(canvas, scene, town, { ...block, body, near });
      x += wide * town.between(0.92, 1.25);
    }
  }
  if (time !== "day") await paintStreetGlow(canvas, scene);
}

function paintTower(canvas, { horizon, time }, random, { left, wide, top, body, near }) {
  const windowAt = windowsOf(canvas, random, LIT[time] * (0.35 + 0.65 * near));
  const shade = (x, y) => {
    const fall = 1.12 - (0.3 * (x - left)) / wide + (0.25 * (y - top) * (1 - near)) / (horizon - top);
    const inside = x > left && x < left + wide - 1 && y > top;
    const light = inside ? windowAt(x - left - 1, y - top) : DARK;
    return color((k) => body[k] * fall + light[k]);
  };
  const tower = canvas.at(left + wide / 2, top, wide);
  const roof = random.pick(["flat", "step", "slant", "spire"]);
  if (roof === "step") tower.box(-0.3, -0.35, 0.3, 0, shade);
  if (roof === "slant") tower.shape([-0.5, 0, 0.5, 0, 0.5, -0.5], shade);
  if (roof === "spire") tower.shape([-0.35, 0, -0.02, -0.8, 0, -1.7, 0.02, -0.8, 0.35, 0], shade);
  if (roof === "spire" && time !== "day") tower.glow(0, -1.7, 0.25, [1, 0.12, 0.1], 1.4);
  tower.box(-0.5, 0, 0.5, (horizon - top) / wide, shade);
}

/** Windows sit on whole pixels, so that they stay crisp at every size. */
function windowsOf({ unit }, random, share) {
  const pitchX = Math.max(3, Math.round(unit * random.between(0.007, 0.013)));
  const pitchY = Math.max(4, Math.round(unit * random.between(0.011, 0.015)));
  const seed = random.next() * 2 ** 32;
  const tint = random.pick(WINDOWS);
  const lit = share * random.between(0.5, 1.2);
  return (x, y) => {
    if (x % pitchX >= pitchX / 2 || y % pitchY >= pitchY * 0.55) return DARK;
    const hash = mix(seed ^ (Math.floor(x / pitchX) + Math.floor(y / pitchY) * 512));
    const chance = (hash >>> 8) / 2 ** 24;
    return chance < lit ? scale(hash & 3 ? tint : WINDOWS[hash % WINDOWS.length], 0.3 + chance / lit) : DARK;
  };
}

async function paintStreetGlow(canvas, { palette, horizon }) {
  const warm = mixColors(palette.haze, hex("#ffb866"), 0.5);
  const top = horizon - canvas.unit * 0.22;
  await canvas.rows(top, horizon, (y) => {
    const amount = 0.16 * ((y - top) / (horizon - top)) ** 2;
    for (let x = 0; x < canvas.width; x++) canvas.add(x, y, warm, amount);
  });
}
