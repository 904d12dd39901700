import { clamp, color, hexes, lerp, mixColors, scale, smoothstep } from "./color.js";

const STARLIGHT = hexes("#e0ecff #ffffff #fff2de");

export async function paintAir(canvas, { palette, horizon, sun, time }) {
  const { light, width, height, unit } = canvas;
  const reach = time === "night" ? 0.35 : 0.62;
  const strength = { dusk: 0.75, dawn: 0.55, day: 0.35, night: 0.16 }[time];
  await canvas.rows(0, height, (y) => {
    const air = palette.skyAt((y / horizon) ** 1.15);
    const dy = (y - sun.y) / unit;
    for (let x = 0; x < width; x++) {
      const dx = (x - sun.x) / unit;
      // Near the horizon the air is thick: the glow spreads sideways.
      const glow = strength * Math.exp((-Math.sqrt(dx * dx * 0.55 + dy * dy * 1.6) * 3.2) / reach);
      const i = (y * width + x) * 3;
      for (let k = 0; k < 3; k++) light[i + k] = air[k] + palette.sun[k] * glow;
    }
  });
}

export function paintStars(canvas, { random, horizon, time }) {
  const { width, unit } = canvas;
  const stars = random("stars");
  const amount = { night: 1, dusk: 0.35, dawn: 0.25, day: 0.2 }[time];
  const count = Math.round(((width * horizon) / unit ** 2) * 520 * amount);
  for (let i = 0; i < count; i++) {
    const x = stars.next() * width;
    const y = stars.next() ** 1.2 * horizon;
    const brightness = stars.next() ** 7 * 1.6 + 0.12;
    const radius = Math.max(0.55, unit / 900) * (1.2 + brightness);
    const fade = (1 - smoothstep(0.55, 1, y / horizon)) * Math.sqrt(amount);
    const tint = stars.pick(STARLIGHT);
    canvas.glow(x, y, radius + 0.6, tint, brightness * fade, 1.6);
    if (brightness > 1.1) canvas.glow(x, y, radius * 4, tint, 0.1 * fade);
  }
}

export function paintSun(canvas, { sun, palette }) {
  const radius = canvas.unit * 0.034;
  canvas.glow(sun.x, sun.y, radius * 6, palette.sun, 0.55, 3);
  canvas.disc(sun.x, sun.y, radius, scale(mixColors(palette.sun, [1, 0.98, 0.9], 0.7), 1.5));
}

export function paintMoon(canvas, { random, noise, sun, horizon, palette }) {
  const craters = noise("moon");
  const y = horizon * random("moon").between(0.28, 0.42);
  const radius = canvas.unit * 0.058;
  const pale = mixColors([0.95, 0.93, 0.86], palette.sun, 0.2);
  canvas.glow(sun.x, y, radius * 7, palette.sun, 0.1, 3);
  canvas.glow(sun.x, y, radius * 2.6, palette.sun, 0.12);
  canvas.around(sun.x, y, radius + 0.5, (px, py, distance) => {
    const spots = craters.layered(((px - sun.x) / radius) * 1.7, ((py - y) / radius) * 1.7, 4) * 0.42;
    const round = 1 - 0.28 * (distance / radius) ** 4;
    canvas.blend(px, py, scale(pale, (0.86 + spots) * round), clamp(radius - distance + 0.5));
  });
}

export async function paintClouds(canvas, { has, random, noise, palette, horizon, sun }) {
  const { width, unit } = canvas;
  const clouds = noise("clouds");
  const cover = has("clouds") ? 0.3 : random("clouds").between(-0.14, 0.05);
  await canvas.rows(0, horizon, (y) => {
    const height = 1 - y / horizon;
    // Clouds are a ceiling seen from below: towards the horizon they shrink and flatten.
    const flatten = 1 / (height + 0.22);
    const thin = smoothstep(0, 0.1, height) * (1 - 0.5 * height) * 0.85;
    for (let x = 0; x < width; x++) {
      const u = ((x - width / 2) / unit) * flatten * 0.9;
      const v = flatten * 3.1;
      const density = clouds.layered(u, v, 5) + cover;
      if (density < 0.02) continue;
      const sunward = clouds.layered(u + clamp(((sun.x - x) / unit) * 2, -1, 1) * 0.06, v + 0.14, 3) + cover;
      const near = Math.exp((-Math.abs(x - sun.x) / unit) * 1.1);
      const lit = clamp(0.42 + (density - sunward) * 1.5 + near * 0.35 - density * 0.45);
      const cloud = color((k) => lerp(palette.shade[k], palette.lit[k], lit));
      canvas.blend(x, y, cloud, smoothstep(0.02, 0.42, density) * thin);
    }
  });
}
