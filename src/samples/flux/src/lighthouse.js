import { clamp, color, hex, lerp, mixColors, scale, smoothstep } from "./color.js";
import { paintHeadland } from "./headland.js";

const WARM = hex("#ffd98a");
const WHITE = hex("#f6ece2");
const RED = hex("#b52a2c");
const STRIPES = 7;

/** A headland in the right foreground with a lighthouse and its keeper's cottage on it. */
export async function paintLighthouse(canvas, scene) {
  const { unit, width } = canvas;
  const place = scene.random("lighthouse");
  const x = width * place.between(0.65, 0.71);
  const base = scene.horizon - unit * 0.035;
  const tower = { x, base, height: unit * place.between(0.36, 0.4), foot: unit * 0.036, head: unit * 0.022 };
  const lampY = base - tower.height - tower.head * 1.15;
  const shining = scene.time !== "day";
  if (shining) await paintBeam(canvas, scene, x, lampY);
  paintCottage(canvas, scene, tower);
  paintTower(canvas, scene, tower);
  paintLantern(canvas, scene, tower);
  await paintHeadland(canvas, scene, tower);
  if (!shining) return;
  canvas.glow(x, lampY, unit * 0.3, WARM, 0.3, 3);
  canvas.glow(x, lampY, unit * 0.075, [1, 0.92, 0.72], 1.2);
}

async function paintBeam(canvas, { random }, lampX, lampY) {
  const { width, unit } = canvas;
  const tilt = random("beam").between(0.1, 0.2);
  await canvas.rows(0, lampY + unit * 0.5, (y) => {
    const dy = (y + 0.5 - lampY) / unit;
    for (let x = 0; x < width; x++) {
      const dx = (x + 0.5 - lampX) / unit;
      const along = -dx * Math.cos(tilt) - dy * Math.sin(tilt);
      const across = (dy * Math.cos(tilt) - dx * Math.sin(tilt)) / (0.007 + Math.abs(along) * 0.075);
      if (Math.abs(across) > 3) continue;
      const strength = (along > 0 ? 0.75 : 0.4) / (1 + Math.abs(along) * 5);
      canvas.add(x, y, WARM, strength * Math.exp(-across * across));
    }
  });
}

/** The light on a round wall, from -1 at its left to 1 at its right: the sky's everywhere, the sun's from the left. */
function wallLight({ palette, time }) {
  const [sky, direct] = { day: [1.05, 0.55], dawn: [0.7, 0.6], dusk: [0.34, 0.85], night: [0.1, 0.16] }[time];
  const ambient = mixColors(palette.zenith, palette.haze, 0.45);
  return (across) => {
    const facing = clamp(0.25 - 0.75 * across);
    return color((k) => ambient[k] * sky + palette.sun[k] * direct * facing);
  };
}

const glassOf = ({ palette, time }) => (time === "day" ? scale(palette.land, 1.5) : scale(WARM, 1.12));

function paintTower(canvas, scene, { x, base, height, foot, head }) {
  const lightAt = wallLight(scene);
  const outline = [x - foot, base + 4, x - head, base - height, x + head, base - height, x + foot, base + 4];
  canvas.shape(outline, (px, py) => {
    const across = clamp((px + 0.5 - x) / lerp(foot, head, (base - py) / height), -1, 1);
    // Seen from below, stripes round a tower bend upwards at its middle.
    const stripe = (STRIPES * (base - py + (across * across * 0.22 - 0.2) * foot)) / height;
    const edge = smoothstep(1 - STRIPES / height, 1, stripe - Math.floor(stripe));
    const red = Math.floor(stripe) % 2 === 0 ? edge : 1 - edge;
    const light = lightAt(across);
    return color((k) => lerp(WHITE[k], RED[k], red) * light[k]);
  });
  for (const level of [0.2, 0.48, 0.76]) {
    canvas.at(x, base - height * level, foot).box(-0.13, -0.26, 0.13, 0.2, glassOf(scene));
  }
}

function paintLantern(canvas, scene, { x, base, height, head }) {
  const lantern = canvas.at(x, base - height, head);
  const light = wallLight(scene)(-0.2);
  const dark = scale(scene.palette.land, 0.45);
  const roof = color((k) => RED[k] * light[k] * 0.8);
  lantern.box(-0.78, -1.75, 0.78, 0, scene.time === "day" ? scene.palette.haze : scale(WARM, 1.25));
  for (const bar of [-0.78, -0.28, 0.28, 0.78]) lantern.box(bar - 0.035, -1.75, bar + 0.035, 0, dark);
  lantern.shape([-1.55, -0.06, 1.55, -0.06, 1.02, 0.34, -1.02, 0.34], dark);
  lantern.box(-1.55, -0.62, 1.55, -0.56, dark);
  for (let post = -1.55; post < 1.6; post += 0.3875) lantern.box(post - 0.03, -0.6, post + 0.03, 0, dark);
  lantern.shape([-0.98, -1.75, -0.8, -2.2, -0.4, -2.53, 0.4, -2.53, 0.8, -2.2, 0.98, -1.75], roof);
  lantern.box(-1.02, -1.85, 1.02, -1.67, dark);
  lantern.disc(0, -2.67, 0.14, dark);
  lantern.box(-0.04, -3.35, 0.04, -2.55, dark);
}

function paintCottage(canvas, scene, { x, base, foot }) {
  const cottage = canvas.at(x + foot * 1.1, base, foot);
  const light = wallLight(scene)(-0.375);
  const wall = color((k) => WHITE[k] * light[k] * 0.8);
  const roof = color((k) => RED[k] * light[k] * 0.5 + 0.015);
  cottage.box(0, -1.15, 3.1, 1, wall);
  cottage.box(2.2, -2.5, 2.55, -1.15, scale(wall, 0.7));
  cottage.shape([-0.18, -1.15, 0.45, -2.1, 2.65, -2.1, 3.28, -1.15], roof);
  cottage.box(1.25, -0.81, 1.61, 1, scale(RED, 0.16));
  for (const middle of [0.62, 2.23]) {
    cottage.box(middle - 0.17, -0.83, middle + 0.17, -0.41, glassOf(scene));
    if (scene.time !== "day") cottage.glow(middle, -0.65, 1.1, WARM, 0.12);
  }
}
