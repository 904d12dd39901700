import { clamp, hex, mixColours, smoothstep } from "./colour.js";

const NEBULAE = [
  ["#04030f", "#1a0f45", "#5a1f8a", "#d8478f", "#ffb27a"],
  ["#02060f", "#062a4a", "#0f6a86", "#52c7b8", "#f0f0c0"],
  ["#080310", "#35104a", "#8a2550", "#e8704a", "#ffe0a0"],
  ["#03040c", "#10205a", "#3a4ab8", "#9a7ae8", "#ffd0f0"],
];

export function nebulaColours(scene) {
  return scene.random("nebula").pick(NEBULAE).map(hex);
}

/** Clouds of glowing gas, folded into themselves. */
export async function paintNebula(canvas, scene, colours) {
  const noise = scene.noise("nebula");
  const { width, height, unit, light } = canvas;
  const tilt = scene.random("nebula tilt").between(-0.8, 0.8);
  await canvas.eachRow((y, row) => {
    for (let x = 0; x < width; x++) {
      const u = ((x - width / 2) / unit) * 1.7;
      const v = ((y - height / 2) / unit) * 1.7;
      const foldX = noise.layered(u + 11, v + 3, 3);
      const foldY = noise.layered(u + 5, v + 17, 3);
      const gas = noise.layered(u + foldX * 1.6, v + foldY * 1.6, 5);
      const dust = noise.ridged(u * 1.1 + foldY, v * 1.1 + foldX, 3);
      const band = Math.exp(-(((v - u * tilt) / 0.75) ** 2));
      const glow = clamp((gas * 0.85 + 0.46) * (0.35 + 0.85 * band) - dust * 0.28 * band);
      const position = glow ** 1.15 * 4;
      const step = Math.min(3, Math.floor(position));
      const share = smoothstep(0, 1, position - step);
      for (let k = 0; k < 3; k++)
        light[row + x * 3 + k] =
          (colours[step][k] + (colours[step + 1][k] - colours[step][k]) * share) * (0.55 + 0.5 * glow);
    }
  });
}

/** A planet with bands, a thin air and, sometimes, rings. */
export function paintPlanet(canvas, scene, colours) {
  const random = scene.random("planet");
  const noise = scene.noise("planet");
  const { width, height, unit } = canvas;
  const radius = unit * random.between(0.17, 0.24);
  const centreX = width * random.between(0.34, 0.66);
  const centreY = height * random.between(0.42, 0.6);
  const ringed = random.chance(0.65);
  const light = [-0.62, -0.52, 0.58];
  const [pale, deep] = [mixColours(colours[4], [1, 1, 1], 0.15), mixColours(colours[2], colours[3], 0.35)];
  const surface = [0, 0, 0];
  canvas.glow(centreX, centreY, radius * 1.9, colours[3], 0.18, 2);
  if (ringed) paintRing(canvas, noise, { centreX, centreY, radius, pale }, -1);
  canvas.around(centreX, centreY, radius + 1, (x, y, distance) => {
    const u = (x + 0.5 - centreX) / radius;
    const v = (y + 0.5 - centreY) / radius;
    const w = Math.sqrt(Math.max(0, 1 - u * u - v * v));
    const tilted = v * 0.94 + u * 0.3;
    const swirl = noise.layered(u * 1.4 + 3, tilted * 5, 4) * 0.22;
    const band = 0.5 + 0.5 * Math.sin((tilted + swirl) * 13 + noise.at(1, tilted * 3) * 3);
    const sunlight = smoothstep(-0.12, 0.9, u * light[0] + v * light[1] + w * light[2]);
    const rim = (1 - w) ** 3 * sunlight * 0.8;
    for (let k = 0; k < 3; k++)
      surface[k] = (deep[k] + (pale[k] - deep[k]) * band) * sunlight * 0.95 + colours[4][k] * rim + 0.004;
    canvas.blend(x, y, surface, clamp(radius - distance + 0.5));
  });
  if (ringed) paintRing(canvas, noise, { centreX, centreY, radius, pale }, 1);
}

function paintRing(canvas, noise, { centreX, centreY, radius, pale }, side) {
  const [cos, sin] = [Math.cos(-0.3), Math.sin(-0.3)];
  canvas.around(centreX, centreY, radius * 2.3, (x, y) => {
    const dx = (x + 0.5 - centreX) / radius;
    const dy = (y + 0.5 - centreY) / radius;
    const across = dx * cos - dy * sin;
    const along = (dx * sin + dy * cos) / 0.24;
    if (along * side < 0) return;
    const distance = Math.hypot(across, along);
    const edge = smoothstep(1.3, 1.38, distance) * smoothstep(2.2, 2.1, distance);
    if (edge <= 0) return;
    const grooves = 0.6 + 0.5 * noise.layered(distance * 9, 4, 3);
    const shadow = side < 0 && dx > 0.1 && distance < 2.3 ? 0.55 : 1;
    canvas.blend(
      x,
      y,
      pale.map((channel) => channel * grooves * shadow),
      clamp(edge * grooves * 0.8),
    );
  });
}
