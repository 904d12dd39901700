import { clamp, hex, mixColours, scale, smoothstep } from "./colour.js";

/** Rock that rises out of the water on the right, flat and green where the tower stands. */
export function paintHeadland(canvas, scene, view, tower) {
  const { width, height, unit } = canvas;
  const noise = scene.noise("headland");
  const reach = unit * 0.33;
  const tip = tower.x - reach;
  const tipY = view.horizon + unit * 0.1;
  const top = (x) => {
    const share = (x - tip) / reach;
    const slope = smoothstep(-0.1, 0.86, share) * 0.75 + clamp(share) * 0.25;
    const crags =
      noise.ridged((x / unit) * 7, 4, 5) * unit * 0.055 + noise.layered((x / unit) * 30, 2, 3) * unit * 0.012;
    const wild = smoothstep(-0.05, 0.3, share) * (1 - smoothstep(0.62, 0.88, share) * 0.97);
    return tipY - (tipY - tower.base) * slope - crags * wild - unit * 0.03 * smoothstep(1.3, 2.4, share);
  };
  const shore = (y) => {
    const fall = Math.max(0, (y - tipY) / unit);
    return (
      tip +
      unit * (fall * 0.9 + (noise.ridged(7, (y / unit) * 6, 4) - 0.4) * 0.13 * smoothstep(0, 0.08, fall))
    );
  };
  const line = Float64Array.from({ length: width }, (_, x) => top(x));
  const shade = rockShade(canvas, view, noise, line);
  paintFoam(canvas, scene, view, { tipY, shore });
  paintBoulders(canvas, scene, view, { tip, tipY, shade });
  const outline = [];
  for (let x = Math.floor(tip); x <= width + 1; x++)
    outline.push(x, x < tip ? tipY : Math.min(top(x), height));
  outline.push(width + 1, height + 1);
  for (let y = height + 1; y > tipY; y--) outline.push(shore(y), y);
  canvas.fillShape(outline, shade);
}

/** A few rocks in the water before the headland, each with a rim of foam. */
function paintBoulders(canvas, scene, view, { tip, tipY, shade }) {
  const random = scene.random("boulders");
  const { unit } = canvas;
  const foam = mixColours(view.palette.haze, [1, 1, 1], 0.3);
  for (let boulder = 0; boulder < 6; boulder++) {
    const size = unit * random.between(0.008, 0.028);
    const x = tip + unit * random.between(-0.1, 0.07);
    const y = tipY + unit * random.between(0.005, 0.1) + size * 0.3;
    const outline = [];
    for (let i = 0; i <= 10; i++) {
      const angle = Math.PI * (1 + i / 10);
      const rough = random.between(0.78, 1.15);
      outline.push(x + Math.cos(angle) * size * 1.35, y + Math.sin(angle) * size * rough);
    }
    canvas.fillShape(
      [
        x - size * 1.9,
        y - size * 0.05,
        x + size * 1.8,
        y - size * 0.08,
        x + size * 1.3,
        y + size * 0.16,
        x - size * 1.5,
        y + size * 0.14,
      ],
      foam,
      0.4,
    );
    canvas.fillShape(outline, shade);
  }
}

/** Rock in facets under a skin of grass, its edges lit by the sun. */
function rockShade({ unit, width }, view, noise, line) {
  const { palette, sun } = view;
  const day = { day: 2.2, dawn: 1.3, dusk: 1, night: 0.6 }[view.time];
  const grass = scale(mixColours(hex("#3a4a2c"), palette.land, 0.4), day);
  const stony = mixColours(
    palette.land,
    hex("#6d6258"),
    { day: 0.6, dawn: 0.5, dusk: 0.1, night: 0 }[view.time],
  );
  const rock = scale(mixColours(stony, palette.mist, 0.16), day);
  const deep = scale(mixColours(palette.land, [0, 0, 0], 0.3), day);
  const side = sun.x < width / 2 ? -0.05 : 0.05;
  const sunny = { day: 0.3, dawn: 0.4, dusk: 0.5, night: 0.1 }[view.time];
  const colour = [0, 0, 0];
  return (x, y) => {
    const depth = Math.max(0, y - line[x]) / unit;
    const u = (x / unit) * 5;
    const v = (y / unit) * 6.5;
    const warp = noise.at(u * 0.7, v * 0.7) * 0.35;
    const face = noise.ridged(u + side + warp, v - 0.04, 5) - noise.ridged(u + warp, v, 5);
    const lit = clamp(-face * 5, -1, 1);
    const fine = noise.layered(u * 9, v * 9, 2) * 0.3;
    const away = Math.exp((-Math.abs(x - sun.x) / unit) * 1.3);
    const green = smoothstep(0.06, 0.008, depth + noise.layered(u * 4, v * 4, 2) * 0.05);
    const rim = Math.exp(-depth * 110) * 0.3 * away;
    const low = smoothstep(0, 0.4, depth);
    const warm = Math.max(0, lit) * sunny * (1 - low * 0.75) * away;
    for (let k = 0; k < 3; k++) {
      const stone = (rock[k] + (deep[k] - rock[k]) * low) * (1 + lit * 0.6 + fine);
      colour[k] = stone + (grass[k] * (1 + fine * 1.6) - stone) * green + palette.sun[k] * (rim + warm);
    }
    return colour;
  };
}

function paintFoam(canvas, scene, view, { tipY, shore }) {
  const { height, width, unit } = canvas;
  const noise = scene.noise("foam");
  const white = mixColours(view.palette.haze, [1, 1, 1], 0.35);
  const strength = view.time === "night" ? 0.22 : 0.62;
  for (let y = Math.floor(tipY - unit * 0.012); y < height; y++) {
    const edge = shore(Math.max(y, tipY + 1));
    const reach = unit * (0.012 + ((y - tipY) / unit) * 0.16);
    for (let x = Math.max(0, Math.floor(edge - reach * 3)); x < Math.min(width, edge + reach); x++) {
      const away = Math.max(0, edge - x) / reach;
      const lace = noise.layered((x / unit) * 26, (y / unit) * 60, 3);
      const foam = Math.exp(-away * 1.5) * smoothstep(-0.16, 0.34, lace + 0.24 - away * 0.25);
      if (foam > 0.01) canvas.blend(x, y, white, foam * strength);
    }
  }
}
