import { hex, mixColours, scale } from "./colour.js";

const WARM = hex("#ffd08a");

export function paintBirds(canvas, scene, view) {
  const random = scene.random("birds");
  const { width, unit } = canvas;
  const ink = mixColours(view.palette.land, view.palette.haze, view.time === "night" ? 0.5 : 0.12);
  const centreX = width * random.between(0.3, 0.6);
  const centreY = view.horizon * random.between(0.42, 0.6);
  const count = random.integer(5, 9);
  for (let i = 0; i < count; i++) {
    const size = unit * random.between(0.007, 0.014);
    const x = centreX + unit * random.between(-0.2, 0.2);
    const y = centreY + unit * random.between(-0.08, 0.08);
    const lift = random.between(0.35, 0.75);
    canvas.fillShape(wing(x, y, size, lift, -1), ink, 0.9);
    canvas.fillShape(wing(x, y, size, lift, 1), ink, 0.9);
  }
}

function wing(x, y, size, lift, side) {
  const upper = [];
  const lower = [];
  for (let i = 0; i <= 6; i++) {
    const t = i / 6;
    const arch = Math.sin(t * Math.PI * 0.8) * lift - t * 0.12;
    upper.push([x + side * size * t * 1.35, y - size * arch]);
    lower.push([x + side * size * t * 1.35, y - size * arch + size * 0.2 * (1 - t)]);
  }
  return [...upper, ...lower.reverse()].flat();
}

/** A sailing boat and, under it, its reflection broken into strips. */
export function paintBoat(canvas, scene, view) {
  const random = scene.random("boat");
  const { width, unit } = canvas;
  const share = scene.things.has("lighthouse") ? random.between(0.36, 0.42) : random.between(0.36, 0.66);
  const size = unit * random.between(0.17, 0.2);
  const x = width * share;
  const y = view.horizon + unit * 0.055;
  const light = { day: 1, dawn: 0.85, dusk: 0.6, night: 0.22 }[view.time];
  const sail = mixColours(scale([0.95, 0.92, 0.88], light), view.palette.sun, 0.25);
  const hull = mixColours(scale(hex("#a8322c"), light), view.palette.land, view.time === "day" ? 0.1 : 0.5);
  for (const [points, colour] of boatParts(size, sail, hull)) {
    canvas.fillShape(place(points, x, y, 1), colour);
    for (let strip = 0; strip < 9; strip++) {
      const sway = Math.sin(strip * 2.3) * size * 0.03 * (1 + strip * 0.25);
      const band = place(points, x + sway, y, -0.8);
      canvas.fillShape(
        clipBand(band, y + (strip * size) / 9, y + ((strip + 0.62) * size) / 9),
        colour,
        0.5 * (1 - strip / 10),
      );
    }
  }
  if (view.time === "night") canvas.glow(x, y - size * 0.12, size * 0.5, WARM, 0.7, 2.5);
}

function boatParts(size, sail, hull) {
  const curve = (from, to, bulge) =>
    Array.from({ length: 9 }, (_, i) => {
      const t = i / 8;
      return [
        from[0] + (to[0] - from[0]) * t + bulge * Math.sin(t * Math.PI),
        from[1] + (to[1] - from[1]) * t,
      ];
    }).flat();
  const grow = (points) => points.map((value) => value * size);
  return [
    [grow([0.02, -1.15, 0.045, -1.15, 0.045, -0.1, 0.02, -0.1]), hull],
    [grow([...curve([0.06, -1.12], [0.46, -0.2], 0.06), 0.06, -0.17]), sail],
    [grow([...curve([-0.01, -1.02], [-0.36, -0.2], -0.04), -0.01, -0.17]), scale(sail, 0.8)],
    [grow([-0.46, -0.13, 0.52, -0.15, 0.36, 0.02, -0.34, 0.02]), hull],
  ];
}

const place = (points, x, y, stretch) =>
  points.map((value, i) => (i % 2 === 0 ? x + value : y + value * stretch));

function clipBand(points, top, bottom) {
  return points.map((value, i) => (i % 2 === 0 ? value : Math.min(bottom, Math.max(top, value))));
}

/** A cabin with lit windows and a thread of smoke. */
export function paintCabin(canvas, scene, view, { x, y, size }) {
  const random = scene.random("cabin");
  const wood = mixColours(hex("#5a3a2a"), view.palette.land, view.time === "day" ? 0.2 : 0.6);
  const roof = scene.weather === "snow" ? mixColours(view.palette.haze, [1, 1, 1], 0.3) : scale(wood, 0.55);
  const [left, right, eaves] = [x - size, x + size, y - size * 0.85];
  canvas.fillBox(x + size * 0.45, eaves - size * 1.1, x + size * 0.66, eaves, scale(wood, 0.6));
  for (let puff = 0; puff < 12; puff++) {
    const rise = puff / 12;
    const drift = x + size * (0.55 + rise * 0.9 + Math.sin(rise * 7 + random.next()) * 0.12);
    const around = size * (0.12 + rise * 0.3);
    canvas.around(drift, eaves - size * (1.2 + rise * 2.2), around, (px, py, distance) => {
      canvas.blend(px, py, view.palette.haze, 0.16 * (1 - rise) * (1 - distance / around));
    });
  }
  canvas.fillBox(left, eaves, right, y + size * 0.2, (_px, py) =>
    scale(wood, 0.85 + 0.15 * (Math.floor((py - eaves) / Math.max(2, size * 0.13)) % 2)),
  );
  canvas.fillShape(
    [
      left - size * 0.25,
      eaves + size * 0.06,
      x,
      eaves - size * 0.95,
      right + size * 0.25,
      eaves + size * 0.06,
    ],
    roof,
  );
  for (const side of [-0.5, 0.5]) {
    const middle = x + size * side;
    canvas.fillBox(
      middle - size * 0.2,
      eaves + size * 0.24,
      middle + size * 0.2,
      eaves + size * 0.6,
      scale(WARM, 1.15),
    );
    canvas.fillBox(
      middle - size * 0.02,
      eaves + size * 0.24,
      middle + size * 0.02,
      eaves + size * 0.6,
      scale(wood, 0.6),
    );
    if (view.time !== "day") canvas.glow(middle, eaves + size * 0.42, size * 1.5, WARM, 0.22, 2);
  }
}

/** A cat that sits and looks at the sky. */
export async function paintCat(canvas, scene, view) {
  const { width, height, unit } = canvas;
  const ink = scale(view.palette.land, 0.45);
  const noise = scene.noise("cat hill");
  const top = (x) =>
    height - unit * (0.13 + 0.03 * noise.at((x / unit) * 1.6, 1)) + (x / width - 0.4) ** 2 * unit * 0.16;
  await canvas.fillBelow(
    Float64Array.from({ length: width }, (_, x) => top(x)),
    ink,
  );
  const x = width * scene.random("cat").between(0.34, 0.5);
  const size = unit * 0.13;
  const y = top(x) + size * 0.08;
  const at = (points) => points.map((value, i) => (i % 2 === 0 ? x : y) + value * size);
  const body = [];
  for (let i = 0; i <= 32; i++) {
    const angle = (i / 32) * Math.PI * 2;
    const pear = 0.4 + 0.13 * Math.sin(angle);
    body.push(Math.cos(angle) * pear, -0.52 + Math.sin(angle) * 0.56);
  }
  canvas.fillShape(at(body), ink);
  canvas.fillDisc(x, y - size * 1.2, size * 0.29, ink);
  canvas.fillShape(at([-0.28, -1.24, -0.25, -1.66, -0.03, -1.44]), ink);
  canvas.fillShape(at([0.28, -1.24, 0.25, -1.66, 0.03, -1.44]), ink);
  for (let i = 0; i <= 40; i++) {
    const t = i / 40;
    canvas.fillDisc(
      x + size * (0.3 + 0.62 * Math.sin(t * 2.2)),
      y - size * (0.1 - 0.12 * Math.sin(t * 3.1) + t * t * 0.62),
      size * (0.085 - 0.035 * t),
      ink,
    );
  }
}
