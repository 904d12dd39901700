import { mixColours, smoothstep } from "./colour.js";

export async function paintRain(canvas, scene, { palette }) {
  const random = scene.random("rain");
  const { width, height, unit } = canvas;
  const colour = mixColours(palette.haze, [1, 1, 1], 0.4);
  const count = Math.round(((width * height) / unit ** 2) * 520);
  const lean = random.between(0.1, 0.22) * (random.chance(0.5) ? 1 : -1);
  for (let i = 0; i < count; i++) {
    if (i % 128 === 0) await canvas.breathe();
    const near = random.next() ** 2.5;
    const x = random.between(-0.1, 1.1) * width;
    const y = random.between(-0.1, 1) * height;
    const long = unit * (0.022 + 0.085 * near);
    const half = Math.max(0.28, unit * (0.0005 + 0.0011 * near));
    const foot = x + long * lean;
    canvas.fillShape(
      [x - half * 0.3, y, x + half * 0.3, y, foot + half, y + long, foot - half, y + long],
      colour,
      0.1 + 0.16 * near,
    );
  }
}

export async function paintSnowfall(canvas, scene, view) {
  const random = scene.random("snow");
  const { width, height, unit } = canvas;
  const colour = view.time === "night" ? [0.72, 0.8, 0.95] : [0.97, 0.98, 1];
  const count = Math.round(((width * height) / unit ** 2) * 420);
  for (let i = 0; i < count; i++) {
    if (i % 128 === 0) await canvas.breathe();
    const near = random.next() ** 5;
    const radius = unit * (0.0014 + 0.0075 * near);
    const x = random.next() * width;
    const y = random.next() * height;
    const alpha = 0.75 - 0.45 * near;
    canvas.around(x, y, radius + 1, (px, py, distance) => {
      canvas.blend(px, py, colour, alpha * smoothstep(radius + 0.9, radius * 0.2, distance));
    });
  }
}

/** Banks of fog that thin out upwards from `floor`. */
export async function paintFog(canvas, scene, { palette }, { floor, strength, depth }) {
  const noise = scene.noise("fog");
  const { width, unit } = canvas;
  const colour = mixColours(palette.haze, [1, 1, 1], 0.12);
  await canvas.eachRow(
    (y) => {
      const away = (y - floor) / (unit * depth);
      const band = Math.exp(-away * away * (y < floor ? 3 : 1.2));
      for (let x = 0; x < width; x++) {
        const wisps = smoothstep(-0.5, 0.55, noise.layered((x / unit) * 1.7, (y / unit) * 9, 4));
        canvas.blend(x, y, colour, Math.min(0.95, band * strength * wisps));
      }
    },
    floor - unit * depth * 2,
    floor + unit * depth * 2,
  );
}
