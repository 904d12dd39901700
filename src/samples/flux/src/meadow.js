import { color, hex, hexes, lerp, mixColors, scale, smoothstep } from "./color.js";

const GREENS = { day: "#6fa243", dawn: "#7d9a5c", dusk: "#4a4a3a", night: "#142c34" };
const LIGHT = { day: 1, dawn: 0.85, dusk: 0.62, night: 0.22 };
const PETALS = {
  poppies: "#e8324a #ff5f5f #c91f3f",
  lavender: "#8f6fe0 #b79bff #6a4fc4",
  sunflowers: "#ffd23f #ffb01f #fff3b0",
  roses: "#ff8fb8 #ffd0e0 #f4f0ff #ffc93f",
};

/** Rolling hills under a field of flowers; by the water, its near bank. */
export async function paintMeadow(canvas, scene) {
  const { palette, horizon, water, time } = scene;
  const { height, unit } = canvas;
  const green = hex(GREENS[time]);
  const top = water ? lerp(horizon, height, 0.62) : horizon;
  for (let layer = water ? 2 : 0; layer < 4; layer++) {
    const near = layer / 3;
    const noise = scene.noise(`meadow ${layer}`);
    const base = lerp(top, height, near ** 1.4 * 0.62);
    const line = canvas.line((x) => base - unit * (0.06 + 0.05 * near) * noise.at((x / unit) * 0.9, 1));
    const body = mixColors(mixColors(green, palette.land, 0.15 + 0.3 * near), palette.mist, 0.6 * (1 - near));
    await paintGround(canvas, scene, { noise, near, line, body });
  }
  await paintFlowers(canvas, scene, lerp(top, height, 0.24));
}

/** Grass below a line, its rim lit by the sun. */
export async function paintGround(canvas, { palette, sun }, { noise, near, line, body }) {
  const { unit } = canvas;
  const shade = (x, y, depth) => {
    const blades = noise.layered((x / unit) * 60, (y / unit) * (24 - 10 * near), 2) * 0.34 * near;
    const rim = Math.exp((-depth / unit) * 26) * 0.25 * Math.exp((-Math.abs(x - sun.x) / unit) * 1.2);
    const fall = 1.05 - 0.5 * smoothstep(0, unit * 0.5, depth);
    const light = fall + blades + 0.18 * noise.at((x / unit) * 3, (y / unit) * 9);
    return color((k) => body[k] * light + palette.sun[k] * rim);
  };
  await canvas.below(line, shade);
}

async function paintFlowers(canvas, { has, random, palette, time }, top) {
  const flowers = random("flowers");
  const { width, height, unit } = canvas;
  const asked = Object.keys(PETALS).filter((kind) => has(kind));
  const kinds = asked.length > 0 ? asked : [flowers.pick(Object.keys(PETALS))];
  const stem = scale(hex(GREENS[time]), 0.55);
  const petals = hexes(kinds.map((kind) => PETALS[kind]).join(" "));
  const rows = Array.from({ length: Math.round((width / unit) * 520) }, () => flowers.next() ** 1.1);
  for (const [i, row] of rows.sort((a, b) => a - b).entries()) {
    if (i % 64 === 0) await canvas.breathe();
    const size = unit * (0.0022 + 0.0165 * row ** 1.6) * flowers.between(0.7, 1.25);
    const flower = canvas.at(flowers.next() * width, lerp(top, height * 1.02, row), size);
    const petal = scale(mixColors(flowers.pick(petals), palette.sun, 0.15), LIGHT[time]);
    flower.shape([-0.12, 0, 0.12, 0, flowers.between(-0.4, 0.4), 5], stem, 0.8);
    const turn = flowers.next() * Math.PI;
    for (let angle = turn; angle < turn + 6; angle += (Math.PI * 2) / 5) {
      const shade = scale(petal, 0.78 + 0.3 * Math.max(0, -Math.sin(angle)));
      flower.disc(Math.cos(angle) * 0.62, Math.sin(angle) * 0.46, 0.5, shade);
    }
    flower.disc(0, 0, 0.3, mixColors(petal, [0.1, 0.05, 0.005], 0.65));
  }
}
