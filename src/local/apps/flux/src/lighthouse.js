import { clamp, hex, mixColours, scale, smoothstep } from "./colour.js";
import { paintHeadland } from "./headland.js";

const WARM = hex("#ffd98a");
const RED = hex("#b52a2c");
const WHITE = hex("#f6ece2");
const STRIPES = 7;

/** A headland in the right foreground with a lighthouse and its keeper's cottage on it. */
export async function paintLighthouse(canvas, scene, view) {
  const { width, unit } = canvas;
  const random = scene.random("lighthouse");
  const tower = {
    x: width * random.between(0.65, 0.71),
    base: view.horizon - unit * 0.035,
    height: unit * random.between(0.36, 0.4),
    foot: unit * 0.036,
    head: unit * 0.022,
  };
  const lamp = { x: tower.x, y: tower.base - tower.height - unit * 0.026 };
  const shining = view.time !== "day";
  if (shining) await paintBeam(canvas, scene, lamp);
  paintCottage(canvas, view, tower);
  paintTower(canvas, view, tower);
  paintLantern(canvas, view, tower, shining);
  paintHeadland(canvas, scene, view, tower);
  if (shining) paintLampGlow(canvas, lamp);
}

async function paintBeam(canvas, scene, lamp) {
  const { width, unit } = canvas;
  const tilt = scene.random("beam").between(0.1, 0.2);
  const directionX = -Math.cos(tilt);
  const directionY = -Math.sin(tilt);
  await canvas.eachRow(
    (y) => {
      for (let x = 0; x < width; x++) {
        const dx = (x + 0.5 - lamp.x) / unit;
        const dy = (y + 0.5 - lamp.y) / unit;
        const along = dx * directionX + dy * directionY;
        const far = Math.abs(along);
        const across = (dx * directionY - dy * directionX) / (0.007 + far * 0.075);
        if (across * across > 9) continue;
        const strength = along > 0 ? 0.75 : 0.4;
        canvas.add(x, y, WARM, (strength * Math.exp(-across * across)) / (1 + far * 5));
      }
    },
    0,
    lamp.y + unit * 0.5,
  );
}

/** The light on a round wall: from the sun's side, with a soft sky light everywhere. */
function wallLight(view, across) {
  const side = view.sun.x < view.width / 2 ? -1 : 1;
  const facing = clamp(0.25 + 0.75 * across * side);
  const day = { day: [0.75, 0.55], dawn: [0.5, 0.6], dusk: [0.24, 0.85], night: [0.07, 0.16] }[view.time];
  const ambient = mixColours(view.palette.zenith, view.palette.haze, 0.35 + 0.25 * facing);
  return ambient.map((channel, k) => channel * day[0] * 1.4 + view.palette.sun[k] * day[1] * facing);
}

function lightTable(view) {
  return Array.from({ length: 65 }, (_, i) => wallLight(view, i / 32 - 1));
}

function paintTower(canvas, view, tower) {
  const { x, base, height, foot, head } = tower;
  const lights = lightTable(view);
  const colour = [0, 0, 0];
  const halfWidth = (y) => head + (foot - head) * clamp((y - base + height) / height) ** 1.25;
  const outline = [];
  for (let i = 0; i <= 12; i++)
    outline.push(x - halfWidth(base - (height * i) / 12), base + 4 - ((height + 4) * i) / 12);
  for (let i = 12; i >= 0; i--)
    outline.push(x + halfWidth(base - (height * i) / 12), base + 4 - ((height + 4) * i) / 12);
  canvas.fillShape(outline, (px, py) => {
    const across = clamp((px + 0.5 - x) / halfWidth(py), -1, 1);
    // Seen from below, stripes round a tower bend upwards at its middle.
    const level = (base - py + across * across * foot * 0.22 - foot * 0.2) / height;
    const stripe = level * STRIPES;
    const soft = STRIPES / height;
    const phase = stripe - Math.floor(stripe);
    const odd = Math.floor(stripe) % 2 === 0 ? 0 : 1;
    const edge = smoothstep(1 - soft, 1, phase);
    const red = odd + (1 - 2 * odd) * edge;
    const light = lights[Math.round((across + 1) * 32)];
    for (let k = 0; k < 3; k++) colour[k] = (WHITE[k] + (RED[k] - WHITE[k]) * red) * light[k];
    return colour;
  });
  const glass = view.time === "day" ? scale(view.palette.land, 1.5) : scale(WARM, 1.15);
  for (const level of [0.2, 0.48, 0.76]) {
    const y = base - height * level;
    canvas.fillBox(x - foot * 0.13, y - foot * 0.26, x + foot * 0.13, y + foot * 0.2, glass);
  }
}

function paintLantern(canvas, view, { x, base, height, head }, shining) {
  const lights = lightTable(view);
  const dark = mixColours(view.palette.land, [0, 0, 0], 0.35);
  const top = base - height;
  const metal = (centre, half) => (px) => {
    const light = lights[Math.round((clamp((px + 0.5 - centre) / half, -1, 1) + 1) * 32)];
    return dark.map((channel, k) => channel * 0.8 + light[k] * 0.14);
  };
  const glassWidth = head * 0.78;
  const glassTop = top - head * 1.75;
  canvas.fillBox(
    x - glassWidth,
    glassTop,
    x + glassWidth,
    top,
    shining ? scale(WARM, 1.25) : scale(view.palette.haze, 0.85),
  );
  for (const bar of [-1, -0.36, 0.36, 1]) {
    const middle = x + bar * glassWidth;
    const half = Math.max(0.35, head * 0.035);
    canvas.fillBox(middle - half, glassTop, middle + half, top, dark);
  }
  paintGallery(canvas, x, top, head, metal(x, head * 1.5), dark);
  const roof = [];
  for (let i = 0; i <= 14; i++) {
    const angle = Math.PI * (1 - i / 14);
    roof.push(x + Math.cos(angle) * head * 0.98, glassTop - Math.sin(angle) ** 1.3 * head * 0.85);
  }
  const redRoof = (px) => {
    const light = lights[Math.round((clamp((px + 0.5 - x) / head, -1, 1) + 1) * 32)];
    return RED.map((channel, k) => channel * light[k] * 0.8);
  };
  canvas.fillShape(roof, redRoof);
  canvas.fillBox(x - head * 1.02, glassTop - head * 0.1, x + head * 1.02, glassTop + head * 0.08, dark);
  canvas.fillDisc(x, glassTop - head * 0.92, head * 0.14, dark);
  canvas.fillBox(x - head * 0.04, glassTop - head * 1.6, x + head * 0.04, glassTop - head * 0.8, dark);
}

function paintGallery(canvas, x, top, head, shade, dark) {
  const reach = head * 1.55;
  canvas.fillShape(
    [
      x - reach,
      top - head * 0.06,
      x + reach,
      top - head * 0.06,
      x + head * 1.02,
      top + head * 0.34,
      x - head * 1.02,
      top + head * 0.34,
    ],
    shade,
  );
  const rail = Math.max(0.3, head * 0.03);
  canvas.fillBox(x - reach, top - head * 0.62, x + reach, top - head * 0.62 + rail * 2, dark, 0.9);
  for (let i = 0; i <= 8; i++) {
    const post = x - reach + (reach * 2 * i) / 8;
    canvas.fillBox(post - rail, top - head * 0.62, post + rail, top - head * 0.05, dark, 0.8);
  }
}

function paintCottage(canvas, view, tower) {
  const size = tower.foot;
  const left = tower.x + size * 1.1;
  const right = left + size * 3.1;
  const eaves = tower.base - size * 1.15;
  const ridge = eaves - size * 0.95;
  const lights = lightTable(view);
  const shaded = lights[view.sun.x < view.width / 2 ? 20 : 44];
  const wall = WHITE.map((channel, k) => channel * shaded[k] * 0.8);
  const roof = hex("#7a3b35").map((channel, k) => channel * shaded[k] * 1.1);
  canvas.fillBox(left, eaves, right, tower.base + size, wall);
  canvas.fillBox(right - size * 0.9, ridge - size * 0.4, right - size * 0.55, eaves, scale(wall, 0.7));
  canvas.fillShape(
    [
      left - size * 0.18,
      eaves,
      left + size * 0.45,
      ridge,
      right - size * 0.45,
      ridge,
      right + size * 0.18,
      eaves,
    ],
    roof,
  );
  const glass = view.time === "day" ? scale(view.palette.land, 1.5) : scale(WARM, 1.1);
  for (const share of [0.2, 0.72]) {
    const x = left + (right - left) * share;
    canvas.fillBox(x - size * 0.17, eaves + size * 0.32, x + size * 0.17, eaves + size * 0.74, glass);
    if (view.time !== "day") canvas.glow(x, eaves + size * 0.5, size * 1.1, WARM, 0.12);
  }
  const door = left + (right - left) * 0.46;
  canvas.fillBox(
    door - size * 0.18,
    eaves + size * 0.34,
    door + size * 0.18,
    tower.base + size,
    scale(RED, 0.16),
  );
}

function paintLampGlow(canvas, lamp) {
  const { unit } = canvas;
  canvas.glow(lamp.x, lamp.y, unit * 0.3, WARM, 0.3, 3);
  canvas.glow(lamp.x, lamp.y, unit * 0.075, [1, 0.92, 0.72], 1.1, 2);
}
