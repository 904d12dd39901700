import { hex, mixColours, scale } from "./colour.js";

const WINDOWS = ["#ffd58a", "#ffe9bd", "#ffb866", "#cfe6ff", "#ff9ecb", "#8fe3ff"].map(hex);

/** A skyline of three rows; the near one has lit windows, and its feet stand in the water below. */
export async function paintCity(canvas, scene, view) {
  const { width, unit } = canvas;
  const { palette, horizon } = view;
  const random = scene.random("city");
  const rows = 3;
  for (let row = 0; row < rows; row++) {
    const closeness = row / (rows - 1);
    const body = mixColours(
      scale(palette.land, view.time === "day" ? 2.4 : 1.1),
      mixColours(palette.haze, palette.zenith, 0.35),
      0.66 * (1 - closeness) ** 1.1,
    );
    let x = -unit * 0.03;
    while (x < width) {
      await canvas.breathe();
      const wide = unit * random.between(0.035, 0.085) * (0.85 + 0.3 * closeness);
      // Towers gather round the middle of the town.
      const centre = Math.exp(-(((x / width - 0.52) / 0.3) ** 2));
      const tall = unit * (0.1 + random.next() ** 1.7 * (0.14 + 0.36 * centre)) * (1.12 - 0.42 * closeness);
      paintBuilding(canvas, view, random, {
        left: Math.round(x),
        wide: Math.round(wide),
        top: Math.round(horizon - tall),
        body,
        closeness,
      });
      x += wide * random.between(0.92, 1.25);
    }
  }
  glowOverTown(canvas, view);
}

function paintBuilding(canvas, view, random, { left, wide, top, body, closeness }) {
  const { horizon } = view;
  const { unit } = canvas;
  const right = left + wide;
  const lit = windowLights(canvas, view, random, { left, top, closeness });
  const colour = [0, 0, 0];
  const shade = (x, y) => {
    const side = 1.12 - 0.3 * ((x - left) / wide) + 0.25 * ((y - top) / (horizon - top)) * (1 - closeness);
    const light = x < left + 1 || x >= right - 1 ? undefined : lit(x, y);
    for (let k = 0; k < 3; k++) colour[k] = body[k] * side + (light ? light[k] : 0);
    return colour;
  };
  const roof = random.pick(["flat", "flat", "step", "spire", "slant", "dome"]);
  if (roof === "step") canvas.fillBox(left + wide * 0.2, top - wide * 0.35, right - wide * 0.2, top, shade);
  if (roof === "slant") canvas.fillShape([left, top, right, top, right, top - wide * 0.5], shade);
  if (roof === "dome") canvas.fillDisc(left + wide / 2, top + 1, wide * 0.42, body);
  if (roof === "spire") {
    const middle = left + wide / 2;
    canvas.fillShape([left + wide * 0.15, top, middle, top - wide * 0.8, right - wide * 0.15, top], shade);
    canvas.fillBox(middle - unit * 0.0012, top - wide * 1.7, middle + unit * 0.0012, top - wide * 0.7, body);
    if (view.time !== "day") canvas.glow(middle, top - wide * 1.7, unit * 0.014, [1, 0.12, 0.1], 1.4, 2);
  }
  canvas.fillBox(left, top, right, horizon, shade);
}

/** Windows sit on whole pixels, so that they stay crisp at every size. */
function windowLights({ unit }, view, random, { left, top, closeness }) {
  const pitchX = Math.max(3, Math.round(unit * random.pick([0.008, 0.01, 0.012])));
  const pitchY = Math.max(4, Math.round(unit * random.pick([0.012, 0.014])));
  const glassX = Math.max(1, Math.round(pitchX * 0.5));
  const glassY = Math.max(2, Math.round(pitchY * 0.55));
  const share =
    { day: 0.04, dawn: 0.2, dusk: 0.42, night: 0.5 }[view.time] *
    (0.35 + 0.65 * closeness) *
    random.between(0.5, 1.2);
  const tint = random.pick(WINDOWS);
  const lights = new Map();
  return (x, y) => {
    const column = Math.floor((x - left - 1) / pitchX);
    const row = Math.floor((y - top - pitchY) / pitchY);
    if (row < 0 || (x - left - 1) % pitchX >= glassX || (y - top) % pitchY >= glassY) return undefined;
    const key = row * 512 + column;
    if (!lights.has(key)) {
      const on = random.chance(share);
      const colour = random.chance(0.82) ? tint : random.pick(WINDOWS);
      lights.set(key, on ? scale(colour, random.between(0.4, 1.25) * (0.35 + 0.65 * closeness)) : undefined);
    }
    return lights.get(key);
  };
}

function glowOverTown(canvas, { horizon, palette, time }) {
  if (time === "day") return;
  const { width, unit } = canvas;
  const warm = mixColours(palette.haze, hex("#ffb866"), 0.5);
  const top = Math.max(0, Math.floor(horizon - unit * 0.22));
  for (let y = top; y < Math.min(canvas.height, horizon); y++) {
    const share = ((y - top) / (horizon - top)) ** 2;
    for (let x = 0; x < width; x++) canvas.add(x, y, warm, share * 0.16);
  }
}
