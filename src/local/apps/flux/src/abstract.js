import { clamp, gradient, hex, smoothstep } from "./colour.js";

const PALETTES = {
  red: "#3a0618 #a3102f #e8324a #ff7a6b #ffd9c2",
  orange: "#3d1408 #b3420f #f2792b #ffb45c #fff0cf",
  yellow: "#4a2c05 #c98412 #ffc53a #ffe28a #fffbe6",
  green: "#06251c #14593f #3f9a63 #a3d086 #f4f4cf",
  blue: "#06163a #124a8f #2f8fd0 #8fd3ea #f2f7ea",
  violet: "#190a3a #4a2391 #8a5bd6 #cfa3f0 #fff0f5",
  pink: "#3a0a35 #9c2273 #e85c9f #ffa9bf #fff1e6",
  brown: "#1d0f0a #5a3018 #a3683a #dbab77 #fbeedb",
  grey: "#14161c #3b424f #7b8590 #bfc4c4 #f5f1ea",
  dawn: "#221a4d #7a3f94 #e36588 #ffb280 #fff2cf",
  tide: "#081c33 #0f5a70 #2fa39a #ffc98a #fff3df",
  ember: "#14102b #4d1d55 #c2344f #ff8f4f #ffe9b3",
};

const VIVID = Object.keys(PALETTES).filter((name) => name !== "grey" && name !== "brown");

/** No known word: the prompt's letters choose silk, paper hills or floating glass, in colours that go together. */
export async function paintAbstract(canvas, scene) {
  const random = scene.random("abstract");
  const name = scene.hue ?? random.pick(VIVID);
  const colours = PALETTES[name].split(" ").map(hex);
  const composition = random.pick([paintSilk, paintPaper, paintGlass]);
  await composition(canvas, scene, colours);
}

/** Folded cloth: noise that bends noise, lit from one side. */
async function paintSilk(canvas, scene, colours) {
  const noise = scene.noise("silk");
  const { width, height, unit, light } = canvas;
  const ramp = gradient(colours);
  const angle = scene.random("silk").between(0.3, 1.2);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  await canvas.eachRow((y, row) => {
    for (let x = 0; x < width; x++) {
      const px = ((x - width / 2) / unit) * 1.15;
      const py = ((y - height / 2) / unit) * 1.15;
      const u = px * cos + py * sin;
      const v = (py * cos - px * sin) * 0.55;
      const bend = noise.layered(u + 7, v + 3, 2);
      const fold = noise.layered(u * 0.9 + bend * 1.7, v * 0.9 - bend, 3);
      const thread = noise.layered(u * 1.2 + fold * 2, v * 9 + fold * 6, 3);
      const wave = fold * 4.4 + bend * 1.6 + u * 0.9 + thread * 0.07;
      const crease = Math.sin(wave * 6.2);
      const slope = Math.cos(wave * 6.2);
      const colour = ramp(clamp(0.48 + fold * 0.5 + crease * 0.24 + thread * 0.08));
      const shine = 0.82 + 0.24 * slope + 0.3 * smoothstep(0.82, 1, slope) * smoothstep(-0.2, 0.4, fold);
      for (let k = 0; k < 3; k++) light[row + x * 3 + k] = colour[k] * shine;
    }
  });
}

/** Sheets of paper cut into waves, each with the soft shadow of the one before it, under a round sun. */
async function paintPaper(canvas, scene, colours) {
  const random = scene.random("paper");
  const { width, height, unit, light } = canvas;
  const air = gradient([colours[3], colours[4]]);
  await canvas.eachRow((y, row) => {
    const colour = air(y / height);
    for (let x = 0; x < width; x++) light.set(colour, row + x * 3);
  });
  const sunX = width * random.between(0.3, 0.7);
  const sunY = height * random.between(0.26, 0.36);
  for (let ring = 3; ring >= 0; ring--) {
    canvas.fillDisc(
      sunX,
      sunY,
      unit * (0.12 + ring * 0.075),
      ring === 0 ? colours[2] : colours[4],
      ring === 0 ? 0.95 : 0.22,
    );
  }
  const ramp = gradient([colours[3], colours[2], colours[1], colours[0]]);
  const sheets = 7;
  for (let sheet = 0; sheet < sheets; sheet++) {
    const noise = scene.noise(`paper ${sheet}`);
    const base = height * (0.42 + (0.52 * sheet) / (sheets - 1));
    const line = Float64Array.from(
      { length: width },
      (_, x) => base + noise.layered((x / unit) * 0.9 + sheet * 3.1, 2, 2) * unit * 0.24,
    );
    const shadow = line.map((value) => value - unit * 0.02);
    await canvas.eachRow((y) => {
      for (let x = 0; x < width; x++) {
        const share = smoothstep(shadow[x] - unit * 0.02, line[x], y);
        if (share > 0 && y <= line[x] + 1) canvas.blend(x, y, colours[0], share * 0.34);
      }
    });
    const colour = ramp(sheet / (sheets - 1));
    const lit = [0, 0, 0];
    await canvas.fillBelow(line, (x, y, depth) => {
      const edge = 1 + 0.2 * Math.exp(-depth / (unit * 0.006)) + 0.05 * noise.at(x * 0.7, y * 0.7);
      for (let k = 0; k < 3; k++) lit[k] = colour[k] * edge;
      return lit;
    });
  }
}

/** Balls of coloured glass that float in soft light. */
async function paintGlass(canvas, scene, colours) {
  const random = scene.random("glass");
  const noise = scene.noise("glass");
  const { width, height, unit, light } = canvas;
  const ramp = gradient([colours[0], colours[1], colours[2]]);
  await canvas.eachRow((y, row) => {
    for (let x = 0; x < width; x++) {
      const drift = noise.layered((x / unit) * 0.9, (y / unit) * 0.9, 3);
      const colour = ramp(0.25 + 0.5 * (y / height) + drift * 0.45);
      light.set(colour, row + x * 3);
    }
  });
  const hues = gradient([colours[2], colours[3], colours[4]]);
  const balls = Array.from({ length: 22 }, () => ({
    x: random.next() * width,
    y: random.next() * height,
    radius: unit * (0.018 + 0.17 * random.next() ** 2.4),
    colour: hues(random.next()),
  })).sort((a, b) => a.radius - b.radius);
  for (const ball of balls) {
    await canvas.breathe();
    paintBall(canvas, ball);
  }
}

function paintBall(canvas, { x: centreX, y: centreY, radius, colour }) {
  const shade = [0, 0, 0];
  canvas.around(centreX + radius * 0.18, centreY + radius * 0.3, radius * 1.3, (x, y, distance) => {
    canvas.blend(x, y, [0, 0, 0], 0.3 * (1 - distance / (radius * 1.3)));
  });
  canvas.around(centreX, centreY, radius + 1, (x, y, distance) => {
    const u = (x + 0.5 - centreX) / radius;
    const v = (y + 0.5 - centreY) / radius;
    const w = Math.sqrt(Math.max(0, 1 - u * u - v * v));
    const facing = clamp(-0.5 * u - 0.62 * v + 0.6 * w);
    const shine = smoothstep(0.962, 1, -0.5 * u - 0.62 * v + 0.6 * w) * 0.9;
    const through = smoothstep(0.1, 1, 0.5 * u + 0.65 * v) * 0.55;
    for (let k = 0; k < 3; k++)
      shade[k] = colour[k] * (0.24 + 0.75 * facing + through + (1 - w) ** 3 * 0.3) + shine;
    canvas.blend(x, y, shade, clamp(radius - distance + 0.5) * 0.96);
  });
}
