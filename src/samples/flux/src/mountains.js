import { clamp, color, lerp, mixColors, scale, smoothstep } from "./color.js";

const BRIGHTNESS = { day: 2.6, dawn: 1.5, dusk: 1, night: 0.8 };

/** Ranges of mountains, the far ones pale and the near ones dark, each with mist at its foot. */
export async function paintMountains(canvas, scene) {
  const { palette, horizon, water, time } = scene;
  const { height, unit } = canvas;
  const dark = scale(palette.land, BRIGHTNESS[time]);
  const layers = water ? 3 : 5;
  // Nothing need be painted where water will cover it.
  const bottom = water ? horizon + 1 : height;
  for (let layer = 0; layer < layers; layer++) {
    const near = layer / (layers - 1);
    const noise = scene.noise(`mountains ${layer}`);
    const base = water ? horizon : lerp(horizon, height * 1.06, near ** 1.3);
    const rise = unit * (water ? 0.3 : 0.36) * (1 - 0.45 * near);
    const ridge = canvas.line((x) => {
      const u = (x / unit) * (1.15 + near * 0.6);
      return base - rise * (noise.ridged(u, 0.5, 7) * 1.25 - 0.1) * (0.72 + 0.5 * noise.at(u * 0.8, 3));
    });
    const body = mixColors(dark, palette.mist, 0.74 * (1 - near) ** 1.15);
    await canvas.below(ridge, mountainShade(canvas, scene, { noise, near, body, base, rise }), bottom);
  }
}

function mountainShade({ unit, width }, { palette, sun }, { noise, near, body, base, rise }) {
  const mist = mixColors(body, palette.mist, 0.7 * (1 - near * 0.7));
  return (x, y) => {
    const u = (x / unit) * 3.4;
    const v = (y / unit) * 3.4;
    const sunward = noise.ridged(u + (x < sun.x ? 0.06 : -0.06), v - 0.03, 4);
    const lit = clamp((noise.ridged(u, v, 5) - sunward) * 3.2, -1, 1) * (0.23 + 0.19 * near);
    const glow = Math.exp((-Math.hypot(x - sun.x, y - sun.y) / width) * 5) * 0.22 * (1 - near);
    const altitude = (base - y) / rise;
    const misty = smoothstep(0.72, -0.1, altitude) * 0.92;
    const snow = smoothstep(-0.03, 0.03, altitude - 0.7 - near + noise.at(u * 4, v * 4) * 0.15) * 0.72;
    return color((k) => {
      const ground = lerp(body[k], palette.fog[k], snow) * (1 + lit);
      return lerp(ground, mist[k], misty) + palette.sun[k] * glow;
    });
  };
}
