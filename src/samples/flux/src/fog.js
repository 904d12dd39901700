import { smoothstep } from "./color.js";

/** Banks of fog that lie on the horizon and thin out upwards. */
export async function paintFog(canvas, { noise, palette, horizon }) {
  const { width, unit } = canvas;
  const wisps = noise("fog");
  const depth = unit * 0.125;
  await canvas.rows(horizon - depth * 2, horizon + depth * 2, (y) => {
    const away = (y - horizon) / depth;
    const band = 0.9 * Math.exp(-away * away * (y < horizon ? 3 : 1.2));
    for (let x = 0; x < width; x++) {
      const wisp = smoothstep(-0.5, 0.55, wisps.layered((x / unit) * 1.7, (y / unit) * 9, 4));
      canvas.blend(x, y, palette.fog, band * wisp);
    }
  });
}
