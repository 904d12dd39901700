import { clamp, mixColours, smoothstep } from "./colour.js";

export async function paintAir(canvas, { palette, horizon, sun, time }) {
  const { light, width, unit } = canvas;
  const reach = time === "night" ? 0.35 : 0.62;
  const strength = { dusk: 0.75, dawn: 0.55, day: 0.35, night: 0.16 }[time];
  const [red, green, blue] = palette.sun;
  await canvas.eachRow((y, row) => {
    const colour = palette.at(clamp(y / horizon) ** 1.15);
    const dy = (y - sun.y) / unit;
    for (let x = 0; x < width; x++) {
      const dx = (x - sun.x) / unit;
      // Near the horizon the air is thick: the glow spreads sideways.
      const distance = Math.sqrt(dx * dx * 0.55 + dy * dy * 1.6);
      const glow = strength * Math.exp((-distance * 3.2) / reach);
      const i = row + x * 3;
      light[i] = colour[0] + red * glow;
      light[i + 1] = colour[1] + green * glow;
      light[i + 2] = colour[2] + blue * glow;
    }
  });
}

export function paintStars(canvas, scene, { horizon }, amount) {
  const random = scene.random("stars");
  const { width, unit } = canvas;
  const count = Math.round(((width * horizon) / unit ** 2) * 520 * amount);
  const grain = Math.max(0.55, unit / 900);
  const tints = [
    [0.75, 0.85, 1],
    [1, 1, 1],
    [1, 0.9, 0.75],
  ];
  for (let i = 0; i < count; i++) {
    const x = random.next() * width;
    const y = random.next() ** 1.2 * horizon;
    const brightness = random.next() ** 7 * 1.6 + 0.12;
    const tint = random.pick(tints);
    const fade = (1 - smoothstep(0.55, 1, y / horizon)) * amount ** 0.5;
    const radius = grain * (1.2 + brightness);
    canvas.glow(x, y, radius + 0.6, tint, brightness * fade, 1.6);
    if (brightness > 1.1) canvas.glow(x, y, radius * 4, tint, 0.1 * fade, 2);
  }
}

export async function paintMilkyWay(canvas, scene, { horizon }) {
  const noise = scene.noise("milky way");
  const random = scene.random("milky way");
  const { width, unit } = canvas;
  const slope = random.between(0.5, 0.9) * (random.chance(0.5) ? 1 : -1);
  const middle = width * random.between(0.35, 0.65);
  const colour = [0.055, 0.06, 0.1];
  await canvas.eachRow(
    (y) => {
      for (let x = 0; x < width; x++) {
        const across = (x - middle - (y - horizon * 0.4) * slope) / unit;
        const band = Math.exp(-((across / 0.2) ** 2));
        if (band < 0.01) continue;
        const u = (x / unit) * 3;
        const v = (y / unit) * 3;
        const cloud = clamp(0.55 + noise.layered(u, v, 5) * 1.1);
        canvas.add(x, y, colour, band * cloud * cloud * 1.8 * (1 - y / horizon));
      }
    },
    0,
    horizon,
  );
}

export function paintMoon(canvas, scene, moon, palette) {
  const noise = scene.noise("moon");
  const { x: centreX, y: centreY, radius, phase } = moon;
  canvas.glow(centreX, centreY, radius * 7, palette.sun, 0.1, 3);
  canvas.glow(centreX, centreY, radius * 2.6, palette.sun, 0.12, 2);
  const surface = [0, 0, 0];
  canvas.around(centreX, centreY, radius + 1, (x, y, distance) => {
    const u = (x + 0.5 - centreX) / radius;
    const v = (y + 0.5 - centreY) / radius;
    const edge = clamp(radius - distance + 0.5);
    // The terminator is half an ellipse; `phase` runs from 1, full, to 0, new.
    const terminator = Math.sqrt(Math.max(0, 1 - v * v)) * (1 - 2 * phase);
    const lit = smoothstep(-0.06, 0.06, u * moon.side - terminator);
    const craters = 0.86 + noise.layered(u * 1.7 + 5, v * 1.7, 4) * 0.42;
    const limb = 0.72 + 0.28 * Math.sqrt(Math.max(0, 1 - u * u - v * v));
    for (let k = 0; k < 3; k++) surface[k] = moon.colour[k] * craters * limb;
    canvas.blend(x, y, surface, edge * lit);
  });
}

export function paintSun(canvas, { sun, palette }) {
  const heart = mixColours(palette.sun, [1, 0.98, 0.9], 0.7).map((channel) => channel * 1.5);
  canvas.glow(sun.x, sun.y, sun.radius * 6, palette.sun, 0.5, 3);
  canvas.fillDisc(sun.x, sun.y, sun.radius, heart);
}

export async function paintClouds(canvas, scene, { palette, horizon, sun }, cover) {
  const noise = scene.noise("clouds");
  const { width, unit } = canvas;
  const colour = [0, 0, 0];
  await canvas.eachRow(
    (y) => {
      const height = 1 - y / horizon;
      // Clouds are a ceiling seen from below: towards the horizon they shrink and flatten.
      const flatten = 1 / (height + 0.22);
      const thin = smoothstep(0, 0.1, height) * (1 - 0.5 * height);
      for (let x = 0; x < width; x++) {
        const u = ((x - width / 2) / unit) * flatten * 0.9;
        const v = flatten * 3.1;
        const density = noise.layered(u, v, 5) + cover;
        if (density < 0.02) continue;
        const towardsSun =
          noise.layered(u + clamp(((sun.x - x) / unit) * 2, -1, 1) * 0.06, v + 0.14, 3) + cover;
        const alpha = smoothstep(0.02, 0.42, density) * thin * 0.85;
        const near = Math.exp((-Math.abs(x - sun.x) / unit) * 1.1);
        const lit = clamp(0.42 + (density - towardsSun) * 1.5 + near * 0.35 - density * 0.45);
        for (let k = 0; k < 3; k++) colour[k] = palette.shade[k] + (palette.lit[k] - palette.shade[k]) * lit;
        canvas.blend(x, y, colour, alpha);
      }
    },
    0,
    horizon,
  );
}

export async function paintAurora(canvas, scene, { horizon }) {
  const random = scene.random("aurora");
  const noise = scene.noise("aurora");
  const { width, unit } = canvas;
  const foot = [0.12, 1, 0.5];
  const middle = [0.1, 0.75, 0.7];
  const crown = [0.5, 0.22, 0.85];
  const curtains = Array.from({ length: 3 }, (_, i) => {
    const offset = random.between(0, 90);
    const level = 0.5 + i * 0.13;
    return Array.from({ length: width }, (_, x) => {
      const u = x / unit;
      return {
        foot: horizon * (level + noise.layered(u * 1.1 + offset, i * 7, 3) * 0.36),
        height: unit * (0.24 + 0.16 * noise.at(u * 2.3 + offset, 40 + i)),
        strength:
          clamp(0.45 + noise.at(u * 1.5 + offset, 80 + i) * 0.75) *
          (0.62 + 0.38 * noise.at(u * 34, 60 + i * 5)) *
          (0.85 - i * 0.2),
      };
    });
  });
  await canvas.eachRow(
    (y) => {
      for (let x = 0; x < width; x++) {
        for (const curtain of curtains) {
          const column = curtain[x];
          const rise = (column.foot - y) / column.height;
          if (rise < -0.12 || rise > 2.2) continue;
          const amount = column.strength * (rise < 0 ? smoothstep(-0.12, 0, rise) : Math.exp(-rise * 1.6));
          canvas.add(x, y, foot, amount * 0.8 * clamp(1 - rise * 1.6));
          canvas.add(x, y, middle, amount * 0.5 * clamp(1 - Math.abs(rise - 0.5) * 1.4));
          canvas.add(x, y, crown, amount * 0.85 * clamp(rise * 0.9));
        }
      }
    },
    0,
    horizon,
  );
}
