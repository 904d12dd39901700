import { hex, mixColours, scale, smoothstep } from "./colour.js";

const GREEN = { day: "#2f6b3c", dawn: "#3c5a4a", dusk: "#241f33", night: "#0a1a22" };

/** Rows of spruces, the far ones in haze and the near ones framing the picture. */
export async function paintForest(canvas, scene, view, { rows, top, bottom, sizes, haze }) {
  const random = scene.random("forest");
  const { width, unit } = canvas;
  const { palette } = view;
  const snowy = scene.weather === "snow";
  const green = mixColours(hex(GREEN[view.time]), palette.land, 0.35);
  const white = snowColour(view);
  for (let row = 0; row < rows; row++) {
    const closeness = row / Math.max(1, rows - 1);
    const noise = scene.noise(`forest ${row}`);
    const base = top + (bottom - top) * closeness ** 1.5;
    const ground = (x) => base - noise.layered((x / unit) * 1.3 + row * 5, 1, 3) * unit * 0.045;
    const dark = mixColours(green, palette.mist, haze * (1 - closeness) ** 1.1);
    const size = unit * (sizes[0] + (sizes[1] - sizes[0]) * closeness ** 1.8);
    const count = Math.ceil(((width / size) * 5.2) / (1 + closeness * 2.4));
    for (let i = 0; i < count; i++) {
      if (i % 16 === 0) await canvas.breathe();
      const x = width * ((i + random.next()) / count) * 1.06 - width * 0.03;
      const tall = size * random.between(0.6, 1.15) * clearing(x / width, closeness);
      if (tall < size * 0.3) continue;
      paintSpruce(canvas, random, {
        x,
        base: ground(x) + size * 0.05,
        tall,
        dark,
        white: snowy ? white : undefined,
        noise,
        closeness,
      });
    }
    const soil = snowy ? mixColours(white, palette.haze, 0.35 * (1 - closeness)) : scale(dark, 0.85);
    await paintGround(canvas, view, noise, ground, soil, snowy);
  }
}

/** Near trees leave the middle open, so that there is somewhere to look. */
function clearing(share, closeness) {
  if (closeness < 0.45) return 1;
  const aside = Math.abs(share - 0.5) * 2;
  return smoothstep(0.12, 0.85, aside) * 1.05;
}

function snowColour({ palette, time }) {
  const tint = mixColours(palette.haze, palette.mist, 0.4);
  const white = { day: 0.8, dawn: 0.6, dusk: 0.38, night: 0.24 }[time];
  return mixColours(tint, [0.95, 0.97, 1], white);
}

async function paintGround(canvas, view, noise, ground, soil, snowy) {
  const { width, unit } = canvas;
  const line = Float64Array.from({ length: width }, (_, x) => ground(x));
  const colour = [0, 0, 0];
  const shadow = mixColours(soil, view.palette.zenith, snowy ? 0.45 : 0.3);
  const shade = (x, y, depth) => {
    const drift = noise.layered((x / unit) * 2.2, (y / unit) * 7, 3);
    const share = smoothstep(-0.35, 0.45, drift + (depth / unit) * 1.1 - 0.1);
    for (let k = 0; k < 3; k++) colour[k] = soil[k] + (shadow[k] - soil[k]) * share;
    return colour;
  };
  await canvas.fillBelow(line, shade, view.landBottom);
}

function paintSpruce(canvas, random, { x, base, tall, dark, white, noise, closeness }) {
  const tiers = Math.max(5, Math.round(7 + closeness * 8));
  const half = tall * random.between(0.17, 0.23);
  const left = [];
  const right = [];
  for (let tier = 0; tier < tiers; tier++) {
    const share = (tier + 1) / tiers;
    const y = base - tall + tall * 0.93 * share;
    const droop = (tall / tiers) * 0.35;
    const reachLeft = half * share ** 0.85 * random.between(0.8, 1.15);
    const reachRight = half * share ** 0.85 * random.between(0.8, 1.15);
    left.push([x - reachLeft, y + droop], [x - reachLeft * 0.42, y - droop * 0.2]);
    right.push([x + reachRight, y + droop], [x + reachRight * 0.42, y - droop * 0.2]);
  }
  const outline = [x, base - tall, ...left.flat(), x - half * 0.1, base, x + half * 0.1, base];
  for (const point of right.reverse()) outline.push(...point);
  canvas.fillShape(
    outline,
    white ? frosted(canvas, { x, base, tall, half, dark, white, noise, tiers }) : dark,
  );
}

/** Snow lies on the upper side of every tier. */
function frosted({ unit }, { x, base, tall, half, dark, white, noise, tiers }) {
  const colour = [0, 0, 0];
  return (px, py) => {
    const level = ((py - base + tall) / tall) * tiers;
    const across = (px - x) / half;
    const droop = level - Math.abs(across) * 0.9 + noise.at((px / unit) * 45, (py / unit) * 45) * 0.45;
    const share = smoothstep(0.5, 0.12, droop - Math.floor(droop)) * (0.8 - 0.3 * across);
    for (let k = 0; k < 3; k++) colour[k] = dark[k] + (white[k] * 0.85 - dark[k]) * share * 0.85;
    return colour;
  };
}
