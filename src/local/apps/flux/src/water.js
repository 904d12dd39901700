import { clamp, smoothstep } from "./colour.js";

/** Water from the horizon down: it mirrors what has been painted above, broken by ripples. */
export async function paintWater(canvas, scene, view, { calm, sunlit }) {
  const noise = scene.noise("water");
  const { light, width, height, unit } = canvas;
  const { horizon, palette, sun } = view;
  const top = Math.round(horizon);
  const reach = Math.max(1, height - top);
  const glitter = sunlit && { dusk: 1.1, dawn: 0.7, day: 0.5, night: 0.35 }[view.time];
  const swell = calm ? 0.35 : 1;
  await canvas.eachRow((y, row) => {
    const near = (y - top) / reach;
    const distance = 1 / (near + 0.045);
    const fine = smoothstep(0, 0.25, near);
    const mirror = 0.9 - (calm ? 0.22 : 0.45) * near;
    const path = unit * (0.04 + 0.22 * near);
    // Far off, whole rows of small waves break an image into strips.
    const strips = 0.03 * (1 - near) * (calm ? 0.45 : 1);
    for (let x = 0; x < width; x++) {
      const u = ((x - width / 2) / unit) * distance;
      const wave = noise.layered(u * 1.5 + 31, distance * 2.6, 2) * 1.3;
      const ripple = noise.at(u * 5.2, distance * 9 + wave) * fine;
      const lean = (wave + ripple * 0.6) * swell;
      const strip = noise.at((x / unit) * 9, y * 0.61);
      const sourceY = clamp(
        top - 1 - (y - top) * 0.92 + (lean * (0.012 + 0.075 * near) + strip * strips) * unit,
        0,
        top - 1,
      );
      const sourceX = clamp(
        Math.round(x + (lean * (0.3 + near) * 0.022 + strip * strips * 0.6) * unit),
        0,
        width - 1,
      );
      const upper = Math.floor(sourceY);
      const share = sourceY - upper;
      const a = (upper * width + sourceX) * 3;
      const b = (Math.min(top - 1, upper + 1) * width + sourceX) * 3;
      const slope = clamp(mirror + lean * 0.16, 0.05, 1);
      const spread = (x - sun.x) / path;
      const spark =
        Math.exp(-spread * spread) *
        smoothstep(0.1, 0.55, wave * 0.55 + ripple * 0.8 + strip * (0.75 - near * 0.6)) *
        glitter *
        (1 - near * 0.55);
      const i = row + x * 3;
      for (let k = 0; k < 3; k++) {
        const mirrored = light[a + k] + (light[b + k] - light[a + k]) * share;
        light[i + k] = palette.water[k] + (mirrored - palette.water[k]) * slope + palette.sun[k] * spark;
      }
    }
  }, top);
}

/** A bright line of haze where the water meets the sky. */
export function softenHorizon(canvas, { horizon, palette }) {
  const reach = canvas.unit * 0.02;
  for (let y = Math.max(0, Math.floor(horizon - reach)); y < Math.min(canvas.height, horizon + reach); y++) {
    const alpha = 0.4 * (1 - Math.abs(y - horizon) / reach);
    for (let x = 0; x < canvas.width; x++) canvas.blend(x, y, palette.haze, alpha);
  }
}
