import { clamp } from "./color.js";

const PIXELS_PER_BREATH = 16_384;
const SCANS = [0.125, 0.375, 0.625, 0.875];

/** A picture in linear light. `breathe` is awaited now and then, and may throw to stop the work. */
export class Canvas {
  constructor(width, height, breathe) {
    this.width = width;
    this.height = height;
    /** Sizes are given in this unit, so that a scene looks alike at every size. */
    this.unit = Math.min(width, height);
    this.light = new Float32Array(width * height * 3);
    this.breathe = breathe;
  }

  async rows(from, to, paintRow) {
    const band = Math.ceil(PIXELS_PER_BREATH / this.width);
    for (let y = Math.max(0, Math.floor(from)); y < Math.min(this.height, to); y++) {
      paintRow(y);
      if (y % band === 0) await this.breathe();
    }
  }

  blend(x, y, color, alpha) {
    const i = (y * this.width + x) * 3;
    for (let k = 0; k < 3; k++) this.light[i + k] += (color[k] - this.light[i + k]) * alpha;
  }

  add(x, y, color, amount) {
    const i = (y * this.width + x) * 3;
    for (let k = 0; k < 3; k++) this.light[i + k] += color[k] * amount;
  }

  /** Calls `visit(x, y, distance)` for each pixel within `radius` of a point. */
  around(centerX, centerY, radius, visit) {
    const [left, right] = pixels(centerX - radius, centerX + radius, this.width);
    const [top, bottom] = pixels(centerY - radius, centerY + radius, this.height);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const distance = Math.hypot(x + 0.5 - centerX, y + 0.5 - centerY);
        if (distance <= radius) visit(x, y, distance);
      }
    }
  }

  disc(centerX, centerY, radius, color) {
    this.around(centerX, centerY, radius + 0.5, (x, y, distance) => {
      this.blend(x, y, color, clamp(radius - distance + 0.5));
    });
  }

  /** Light that fades with the distance, added to what is there. */
  glow(centerX, centerY, radius, color, strength, power = 2) {
    this.around(centerX, centerY, radius, (x, y, distance) => {
      this.add(x, y, color, strength * (1 - distance / radius) ** power);
    });
  }

  /** Fills an outline given as [x, y, x, y, …] with soft edges. `shade` is a color or a function of x and y. */
  shape(points, shade, alpha = 1) {
    const [xs, ys] = [0, 1].map((axis) => points.filter((_, i) => i % 2 === axis));
    const [left, right] = pixels(Math.min(...xs), Math.max(...xs), this.width);
    const [top, bottom] = pixels(Math.min(...ys), Math.max(...ys), this.height);
    for (let y = top; y < bottom; y++) {
      const scans = SCANS.map((part) => crossingsAt(xs, ys, y + part));
      for (let x = left; x < right; x++) {
        const cover = scans.reduce((sum, crossings) => sum + coverOf(crossings, x), 0) / SCANS.length;
        if (cover > 0) this.blend(x, y, typeof shade === "function" ? shade(x, y) : shade, cover * alpha);
      }
    }
  }

  /** Draws around a point in units of `size`. */
  at(centerX, centerY, size) {
    const place = (points) => points.map((value, i) => (i % 2 ? centerY : centerX) + value * size);
    const shape = (points, shade, alpha) => this.shape(place(points), shade, alpha);
    return {
      shape,
      box: (left, top, right, bottom, shade) =>
        shape([left, top, right, top, right, bottom, left, bottom], shade),
      disc: (x, y, radius, color) => this.disc(...place([x, y]), radius * size, color),
      glow: (x, y, radius, color, strength) => this.glow(...place([x, y]), radius * size, color, strength),
    };
  }

  /** One height for each column. */
  line(heightAt) {
    return Float64Array.from({ length: this.width }, (_, x) => heightAt(x));
  }

  /** Fills everything below a line; `shade` is a function of x, y and the depth below it. */
  async below(line, shade, bottom = this.height) {
    await this.rows(Math.min(...line) - 1, bottom, (y) => {
      for (let x = 0; x < this.width; x++) {
        const cover = clamp(y + 1 - line[x]);
        if (cover > 0) this.blend(x, y, shade(x, y, y - line[x]), cover);
      }
    });
  }
}

const pixels = (from, to, limit) => [Math.max(0, Math.floor(from)), Math.min(limit, Math.ceil(to))];

/** Where an outline crosses a row, from left to right. */
function crossingsAt(xs, ys, y) {
  const crossings = [];
  for (let i = 0, before = xs.length - 1; i < xs.length; before = i++) {
    if (ys[before] <= y === ys[i] <= y) continue;
    crossings.push(xs[before] + ((y - ys[before]) / (ys[i] - ys[before])) * (xs[i] - xs[before]));
  }
  return crossings.sort((a, b) => a - b);
}

/** How much of a pixel lies between crossings. */
function coverOf(crossings, x) {
  let cover = 0;
  for (let i = 1; i < crossings.length; i += 2) {
    cover += Math.max(0, Math.min(x + 1, crossings[i]) - Math.max(x, crossings[i - 1]));
  }
  return cover;
}
