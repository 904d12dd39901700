import { hex, mixColors, scale } from "./color.js";

/** A sailing boat on the horizon; the water, painted later, mirrors it. */
export function paintBoat(canvas, { random, palette, horizon, time }) {
  const place = random("boat");
  const boat = canvas.at(canvas.width * place.between(0.36, 0.48), horizon, canvas.unit * 0.18);
  const light = { day: 1, dawn: 0.85, dusk: 0.6, night: 0.22 }[time];
  const sail = mixColors(scale([0.95, 0.92, 0.88], light), palette.sun, 0.25);
  const hull = mixColors(scale(hex("#a8322c"), light), palette.land, time === "day" ? 0.1 : 0.5);
  boat.box(0.02, -1.15, 0.045, -0.1, hull);
  boat.shape([0.06, -1.12, 0.22, -0.86, 0.36, -0.56, 0.43, -0.36, 0.46, -0.2, 0.06, -0.17], sail);
  boat.shape([-0.01, -1.02, -0.14, -0.8, -0.28, -0.5, -0.36, -0.2, -0.01, -0.17], scale(sail, 0.8));
  boat.shape([-0.46, -0.13, 0.52, -0.15, 0.36, 0.02, -0.34, 0.02], hull);
  if (time === "night") boat.glow(0, -0.12, 0.5, hex("#ffd08a"), 0.7);
}
