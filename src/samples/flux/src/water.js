import { clamp, lerp, smoothstep } from "./color.js";

/** Water from the horizon down: it mirrors what has been painted above, broken by ripples. */
export async function paintWater(canvas, scene) {
  const { light, width, height, unit } = canvas;
  const { has, time, horizon, palette, sun } = scene;
  const swell = has("sea") ? 1 : 0.4;
  const glitter = has("town") ? 0 : { dusk: 1.1, dawn: 0.7, day: 0.5, night: 0.35 }[time];
  const waveAt = wavesOf(canvas, scene, swell);
  await canvas.rows(horizon, height, (y) => {
    const near = (y - horizon) / (height - horizon);
    const mirror = 0.9 - (0.08 + 0.37 * swell) * near;
    const path = unit * (0.04 + 0.22 * near);
    for (let x = 0; x < width; x++) {
      const { lean, strip, crest } = waveAt(x, y, near);
      const shift = strip * 0.03 * (1 - near) * swell;
      const sourceX = x + (lean * (0.3 + near) * 0.022 + shift * 0.6) * unit;
      const sourceY = horizon - 1 - (y - horizon) * 0.92 + (lean * (0.012 + 0.075 * near) + shift) * unit;
      const row = clamp(sourceY, 0, horizon - 1);
      const upper = (Math.floor(row) * width + clamp(Math.round(sourceX), 0, width - 1)) * 3;
      const lower = upper + (row < horizon - 1 ? width * 3 : 0);
      const clear = clamp(mirror + lean * 0.16, 0.05, 1);
      const spark = Math.exp(-(((x - sun.x) / path) ** 2)) * crest * glitter * (1 - near * 0.55);
      const i = (y * width + x) * 3;
      for (let k = 0; k < 3; k++) {
        const mirrored = lerp(light[upper + k], light[lower + k], row % 1);
        light[i + k] = lerp(palette.water[k], mirrored, clear) + palette.sun[k] * spark;
      }
    }
  });
}

function wavesOf({ width, unit }, { noise }, swell) {
  const water = noise("water");
  return (x, y, near) => {
    const distance = 1 / (near + 0.045);
    const u = ((x - width / 2) / unit) * distance;
    const wave = water.layered(u * 1.5 + 31, distance * 2.6, 2) * 1.3;
    const ripple = water.at(u * 5.2, distance * 9 + wave) * smoothstep(0, 0.25, near);
    // Far off, whole rows of small waves break an image into strips.
    const strip = water.at((x / unit) * 9, y * 0.61);
    const crest = smoothstep(0.1, 0.55, wave * 0.55 + ripple * 0.8 + strip * (0.75 - near * 0.6));
    return { lean: (wave + ripple * 0.6) * swell, strip, crest };
  };
}
