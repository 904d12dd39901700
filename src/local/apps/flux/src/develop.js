import { clamp, toScreen } from "./colour.js";
import { mix } from "./random.js";

const CELL = 4;
const TONES = 4096;
const SCREEN = Float32Array.from({ length: TONES + 1 }, (_, i) => toScreen((i / TONES) ** 2) * 255);

/** Turns light into a picture: bright things bloom, corners darken, highlights roll off, grain hides the steps. */
export async function develop(canvas, scene) {
  const { width, height, light, unit } = canvas;
  const bloom = blur(brightParts(canvas), Math.max(1, Math.round(unit / 90)));
  const bytes = new Uint8Array(width * height * 3);
  const diagonal = Math.hypot(width, height) / 2;
  await canvas.eachRow((y, row) => {
    for (let x = 0; x < width; x++) {
      const edge = Math.hypot(x - width / 2, y - height / 2) / diagonal;
      const exposure = 1 - 0.3 * edge ** 2.6;
      const halo = bloomAt(bloom, x, y);
      const noise = mix(scene.seed ^ Math.imul(y * width + x, 0x9e3779b1));
      const grain = ((noise & 0xffff) / 0xffff + (noise >>> 16) / 0xffff - 1) * 2.4;
      for (let k = 0; k < 3; k++) {
        const tone = rollOff((light[row + x * 3 + k] + halo[k] * 0.5) * exposure);
        bytes[row + x * 3 + k] = clamp(
          Math.round(SCREEN[Math.round(Math.sqrt(tone) * TONES)] + grain),
          0,
          255,
        );
      }
    }
  });
  return bytes;
}

function rollOff(value) {
  if (value <= 0) return 0;
  return value <= 0.7 ? value : 0.7 + 0.3 * (1 - Math.exp((0.7 - value) / 0.3));
}

function brightParts({ width, height, light }) {
  const columns = Math.ceil(width / CELL);
  const rows = Math.ceil(height / CELL);
  const cells = new Float32Array(columns * rows * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (y * width + x) * 3;
      const target = (Math.floor(y / CELL) * columns + Math.floor(x / CELL)) * 3;
      for (let k = 0; k < 3; k++) {
        cells[target + k] += clamp(light[source + k] - 0.62, 0, 2) / (CELL * CELL);
      }
    }
  }
  return { cells, columns, rows };
}

function blur(image, radius) {
  let { cells } = image;
  for (let pass = 0; pass < 3; pass++) {
    cells = boxBlur(cells, image.columns, image.rows, radius, 3, image.columns * 3);
    cells = boxBlur(cells, image.rows, image.columns, radius, image.columns * 3, 3);
  }
  return { ...image, cells };
}

function boxBlur(cells, length, lines, radius, step, lineStep) {
  const blurred = new Float32Array(cells.length);
  for (let line = 0; line < lines; line++) {
    for (let k = 0; k < 3; k++) {
      const start = line * lineStep + k;
      let sum = 0;
      for (let i = -radius; i <= radius; i++) sum += cells[start + clamp(i, 0, length - 1) * step];
      for (let i = 0; i < length; i++) {
        blurred[start + i * step] = sum / (radius * 2 + 1);
        sum += cells[start + Math.min(length - 1, i + radius + 1) * step];
        sum -= cells[start + Math.max(0, i - radius) * step];
      }
    }
  }
  return blurred;
}

const sample = [0, 0, 0];

function bloomAt({ cells, columns, rows }, x, y) {
  const u = clamp((x + 0.5) / CELL - 0.5, 0, columns - 1);
  const v = clamp((y + 0.5) / CELL - 0.5, 0, rows - 1);
  const left = Math.floor(u);
  const top = Math.floor(v);
  const right = Math.min(columns - 1, left + 1);
  const bottom = Math.min(rows - 1, top + 1);
  const shareX = u - left;
  const shareY = v - top;
  for (let k = 0; k < 3; k++) {
    const a = cells[(top * columns + left) * 3 + k];
    const b = cells[(top * columns + right) * 3 + k];
    const c = cells[(bottom * columns + left) * 3 + k];
    const d = cells[(bottom * columns + right) * 3 + k];
    sample[k] = (a + (b - a) * shareX) * (1 - shareY) + (c + (d - c) * shareX) * shareY;
  }
  return sample;
}
