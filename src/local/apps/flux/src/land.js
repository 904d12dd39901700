import { clamp, hex, mixColours, scale, smoothstep } from "./colour.js";

/** How much of its own colour the land shows. */
const DAYLIGHT = { day: 2.6, dawn: 1.5, dusk: 1, night: 0.8 };

/** Ranges of mountains, the far ones pale and the near ones dark, each with mist at its foot. */
export async function paintMountains(canvas, scene, view, { layers, bottom, height, snow }) {
  const random = scene.random("mountains");
  const { palette, horizon } = view;
  const dark = scale(palette.land, DAYLIGHT[view.time]);
  for (let layer = 0; layer < layers; layer++) {
    const closeness = layer / Math.max(1, layers - 1);
    const noise = scene.noise(`mountains ${layer}`);
    const base = horizon + (bottom - horizon) * closeness ** 1.3;
    const shape = {
      // Without winter only the far, high ranges have snow.
      snow: snow < 0.5 && closeness > 0.4 ? 0 : snow,
      offset: random.between(0, 50),
      base,
      rise: canvas.unit * height * (1 - 0.45 * closeness) * random.between(0.92, 1.1),
      frequency: 1.15 + closeness * 0.6,
    };
    const line = ridgeLine(canvas, noise, shape);
    const body = mixColours(dark, palette.mist, 0.74 * (1 - closeness) ** 1.15);
    const mist = mixColours(body, mixColours(palette.mist, palette.haze, 0.45), 0.7 * (1 - closeness * 0.7));
    const shade = mountainShade(canvas, view, noise, { ...shape, body, mist, closeness });
    await canvas.fillBelow(line, shade, view.landBottom);
  }
}

function ridgeLine({ width, unit }, noise, { offset, base, rise, frequency }) {
  return Float64Array.from({ length: width }, (_, x) => {
    const u = (x / unit) * frequency + offset;
    const massif = 0.72 + 0.5 * noise.at(u * 0.8, 3);
    return base - rise * (noise.ridged(u, 0.5, 7) * 1.25 - 0.1) * massif;
  });
}

function mountainShade({ unit, width }, view, noise, { body, mist, closeness, offset, base, snow, rise }) {
  const { palette, sun, time } = view;
  const colour = [0, 0, 0];
  const white = mixColours(palette.mist, [1, 1, 1], { day: 0.75, dawn: 0.6, dusk: 0.35, night: 0.22 }[time]);
  const contrast = 0.42 * (0.55 + 0.45 * closeness);
  return (x, y) => {
    const u = (x / unit) * 3.4 + offset;
    const v = (y / unit) * 3.4;
    const side = x < sun.x ? 0.06 : -0.06;
    const lit = clamp((noise.ridged(u, v, 5) - noise.ridged(u + side, v - 0.03, 4)) * 3.2, -1, 1) * contrast;
    const glow = Math.exp((-Math.abs(x - sun.x) / width) * 4) * 0.14 * (1 - closeness);
    const altitude = (base - y) / rise;
    const misty = smoothstep(0.72, -0.1, altitude) * 0.92;
    const cap = snow
      ? smoothstep(-0.03, 0.03, altitude - 1.02 + snow + lit * 0.22 + noise.layered(u * 2, v * 2, 3) * 0.3)
      : 0;
    for (let k = 0; k < 3; k++) {
      const rock = body[k] * (1 + lit);
      const ground = rock + (white[k] * (0.85 + lit) - rock) * cap * 0.72;
      colour[k] = ground + (mist[k] - ground) * misty + palette.sun[k] * glow;
    }
    return colour;
  };
}

const SAND = { day: "#e8b878", dawn: "#e2a98c", dusk: "#d9805a", night: "#53557f" };

/** Dunes: the side towards the sun is bright, a sharp crest divides it from the shadow. */
export async function paintDunes(canvas, scene, view) {
  const random = scene.random("dunes");
  const { width, height, unit } = canvas;
  const { palette, sun, horizon } = view;
  const sand = hex(SAND[view.time]);
  const layers = 5;
  for (let layer = 0; layer < layers; layer++) {
    const closeness = layer / (layers - 1);
    const noise = scene.noise(`dunes ${layer}`);
    const offset = random.between(0, 60);
    const base = horizon + (height - horizon) * (closeness ** 1.25 * 0.8 + 0.02);
    const rise = unit * (0.05 + 0.13 * closeness);
    const crest = (x) =>
      Math.abs(noise.at((x / unit) * (1.9 - closeness) + offset, 2)) * 0.9 +
      noise.at((x / unit) * 0.8 + offset, 8) * 0.5;
    const line = Float64Array.from({ length: width }, (_, x) => base - rise * (1.15 - crest(x)));
    const bright = mixColours(sand, palette.haze, 0.55 * (1 - closeness));
    const dark = mixColours(mixColours(palette.land, sand, 0.24), palette.haze, 0.5 * (1 - closeness) ** 1.4);
    const colour = [0, 0, 0];
    const step = Math.max(2, Math.round(unit / 120));
    await canvas.fillBelow(line, (x, y, depth) => {
      // The shadow of a crest sweeps down the dune at a slant.
      const at =
        x +
        depth * 1.1 * (sun.x < width / 2 ? -1 : 1) +
        noise.at((x / unit) * 3, (y / unit) * 6) * unit * 0.02;
      const slope = (crest(at + step) - crest(at - step)) * (sun.x < width / 2 ? 1 : -1);
      const ripples = noise.at((x / unit) * 7, (y / unit) * (90 - 40 * closeness)) * 0.06 * closeness;
      const lit = clamp(
        smoothstep(-0.02, 0.035, slope) * 0.85 + 0.12 * Math.exp((-depth / unit) * 14) + ripples,
      );
      const fall = 1 - 0.3 * smoothstep(0, unit * 0.4, depth);
      for (let k = 0; k < 3; k++) colour[k] = (dark[k] + (bright[k] - dark[k]) * lit) * fall;
      return colour;
    });
  }
}

const GREENS = { day: "#6fa243", dawn: "#7d9a5c", dusk: "#4a4a3a", night: "#142c34" };

/** Rolling hills under a field of flowers. */
export async function paintMeadow(canvas, scene, view) {
  const random = scene.random("meadow");
  const { width, height, unit } = canvas;
  const { palette, horizon, sun } = view;
  const green = scene.weather === "snow" ? mixColours(palette.haze, [1, 1, 1], 0.3) : hex(GREENS[view.time]);
  const layers = 4;
  for (let layer = 0; layer < layers; layer++) {
    const closeness = layer / (layers - 1);
    const noise = scene.noise(`meadow ${layer}`);
    const offset = random.between(0, 60);
    const base = horizon + (height - horizon) * closeness ** 1.4 * 0.62;
    const rise = unit * (0.06 + 0.05 * closeness);
    const line = Float64Array.from(
      { length: width },
      (_, x) => base - rise * noise.at((x / unit) * 0.9 + offset, 1),
    );
    const near = mixColours(green, palette.land, 0.15 + 0.3 * closeness);
    const body = mixColours(near, palette.mist, 0.6 * (1 - closeness));
    const colour = [0, 0, 0];
    await canvas.fillBelow(line, (x, y, depth) => {
      const blades = noise.layered((x / unit) * 60, (y / unit) * (24 - 10 * closeness), 2) * 0.34 * closeness;
      const rim = Math.exp((-depth / unit) * 26) * 0.25 * Math.exp((-Math.abs(x - sun.x) / unit) * 1.2);
      const fall =
        1.05 -
        0.5 * smoothstep(0, unit * 0.5, depth) +
        blades +
        0.18 * noise.at((x / unit) * 3, (y / unit) * 9);
      for (let k = 0; k < 3; k++) colour[k] = body[k] * fall + palette.sun[k] * rim;
      return colour;
    });
  }
  if (scene.weather !== "snow") await scatterFlowers(canvas, scene, view);
}

const FLOWERS = {
  red: ["#e8324a", "#ff5f5f", "#c91f3f"],
  violet: ["#8f6fe0", "#b79bff", "#6a4fc4"],
  yellow: ["#ffd23f", "#ffb01f", "#fff3b0"],
  pink: ["#ff8fb8", "#ffd0e0", "#f4f0ff", "#ffc93f"],
};

async function scatterFlowers(canvas, scene, view) {
  const random = scene.random("flowers");
  const { width, height, unit } = canvas;
  const light = { day: 1, dawn: 0.85, dusk: 0.62, night: 0.22 }[view.time];
  const kinds = FLOWERS[scene.hue] ?? random.pick(Object.values(FLOWERS));
  const colours = kinds.map((text) => scale(mixColours(hex(text), view.palette.sun, 0.15), light));
  const stem = scale(hex(GREENS[view.time]), 0.55);
  const top = view.horizon + (height - view.horizon) * 0.24;
  const count = Math.round((width / unit) * 520);
  const rows = Array.from({ length: count }, () => random.next() ** 1.1).sort((a, b) => a - b);
  for (const [i, row] of rows.entries()) {
    if (i % 64 === 0) await canvas.breathe();
    const y = top + (height * 1.02 - top) * row;
    const size = unit * (0.0022 + 0.0165 * row ** 1.6) * random.between(0.7, 1.25);
    const x = random.next() * width;
    const colour = random.pick(colours);
    canvas.fillShape(
      [x - size * 0.12, y, x + size * 0.12, y, x + size * random.between(-0.4, 0.4), y + size * 5],
      stem,
      0.8,
    );
    paintFlower(canvas, x, y, size, colour, random);
  }
}

function paintFlower(canvas, x, y, size, colour, random) {
  const petals = 5;
  const turn = random.next() * Math.PI;
  if (size < 2.2) {
    canvas.fillDisc(x, y, size, colour);
    return;
  }
  for (let petal = 0; petal < petals; petal++) {
    const angle = turn + (petal * Math.PI * 2) / petals;
    const shade = scale(colour, 0.78 + 0.3 * Math.max(0, -Math.sin(angle)));
    canvas.fillDisc(
      x + Math.cos(angle) * size * 0.62,
      y + Math.sin(angle) * size * 0.46,
      size * 0.5,
      shade,
      0.95,
    );
  }
  canvas.fillDisc(x, y, size * 0.3, mixColours(colour, hex("#5a3a10"), 0.65));
}
