import { clamp, color, hex, lerp, mixColors, scale, smoothstep } from "./color.js";

/** Rock that rises out of the water on the right, flat and green where the tower stands. */
export async function paintHeadland(canvas, scene, tower) {
  const { width, height, unit } = canvas;
  const { palette, time, horizon } = scene;
  const rough = scene.noise("headland");
  const reach = unit * 0.33;
  const tip = { x: tower.x - reach, y: horizon + unit * 0.1 };
  const top = canvas.line((x) => {
    const share = (x - tip.x) / reach;
    const slope = smoothstep(-0.1, 0.86, share) * 0.75 + clamp(share) * 0.25;
    const crags = rough.ridged((x / unit) * 7, 4, 5) * 0.055 + rough.layered((x / unit) * 30, 2, 3) * 0.012;
    const wild = smoothstep(-0.05, 0.3, share) * (1 - smoothstep(0.62, 0.88, share) * 0.97);
    return lerp(tip.y, tower.base, slope) - unit * (crags * wild + 0.03 * smoothstep(1.3, 2.4, share));
  });
  const strength = time === "night" ? 0.25 : 0.7;
  const lace = (x, y) => smoothstep(-0.25, 0.35, rough.layered((x / unit) * 26, (y / unit) * 60, 3));
  const shade = rockShade(canvas, scene, rough, top);
  await canvas.rows(tip.y - unit * 0.3, height, (y) => {
    const fall = Math.max(0, (y - tip.y) / unit);
    const bays = (rough.ridged(7, (y / unit) * 6, 4) - 0.4) * smoothstep(0, 0.08, fall);
    const shore = tip.x + unit * (fall * 0.9 + bays * 0.13);
    for (let x = Math.floor(tip.x); x < width; x++) {
      const foam = y > tip.y && x < shore ? Math.exp((x - shore) / (unit * 0.02)) * strength : 0;
      if (foam > 0.01) canvas.blend(x, y, palette.fog, foam * lace(x, y));
      const cover = clamp(y + 1 - top[x]) * (y < tip.y || clamp(x + 1 - shore));
      if (cover > 0) canvas.blend(x, y, shade(x, y), cover);
    }
  });
}

/** Rock in facets under a skin of grass, its edges lit by the sun. */
function rockShade({ unit, width }, { palette, sun, time }, noise, line) {
  const day = { day: 2.2, dawn: 1.3, dusk: 1, night: 0.6 }[time];
  const sunny = { day: 0.3, dawn: 0.4, dusk: 0.5, night: 0.1 }[time];
  const stony = mixColors(palette.land, hex("#6d6258"), { day: 0.6, dawn: 0.5, dusk: 0.1, night: 0 }[time]);
  const grass = scale(mixColors(hex("#3a4a2c"), palette.land, 0.4), day);
  const rock = scale(mixColors(stony, palette.mist, 0.16), day);
  const deep = scale(palette.land, day * 0.5);
  const side = sun.x < width / 2 ? -0.05 : 0.05;
  return (x, y) => {
    const depth = Math.max(0, y - line[x]) / unit;
    const u = (x / unit) * 5;
    const v = (y / unit) * 6.5;
    const warp = noise.at(u * 0.7, v * 0.7) * 0.35;
    const face = noise.ridged(u + side + warp, v - 0.04, 5) - noise.ridged(u + warp, v, 5);
    const lit = clamp(-face * 5, -1, 1);
    const fine = noise.layered(u * 9, v * 9, 2) * 0.3;
    const green = smoothstep(0.06, 0.008, depth + noise.layered(u * 4, v * 4, 2) * 0.05);
    const low = smoothstep(0, 0.4, depth);
    const warm = Math.max(0, lit) * sunny * (1 - low * 0.75) + Math.exp(-depth * 110) * 0.3;
    const sunlight = warm * Math.exp((-Math.abs(x - sun.x) / unit) * 1.3);
    return color((k) => {
      const stone = lerp(rock[k], deep[k], low) * (1 + lit * 0.6 + fine);
      return lerp(stone, grass[k] * (1 + fine * 1.6), green) + palette.sun[k] * sunlight;
    });
  };
}
