import { clamp } from "./colour.js";

const BAND_PIXELS = 16_384;
const SCANS_PER_ROW = 4;

/** A picture in linear light. `breathe` is awaited between bands and may throw to stop the work. */
export class Canvas {
  constructor(width, height, breathe) {
    this.width = width;
    this.height = height;
    /** Sizes of things are given in this unit, so that a scene looks alike at every size. */
    this.unit = Math.min(width, height);
    this.light = new Float32Array(width * height * 3);
    this.breathe = breathe;
    this.coverage = new Float32Array(width + 1);
  }

  async eachRow(paintRow, from = 0, to = this.height) {
    const band = Math.max(1, Math.round(BAND_PIXELS / this.width));
    for (let y = Math.max(0, Math.floor(from)); y < Math.min(this.height, to); y++) {
      paintRow(y, y * this.width * 3);
      if (y % band === 0) await this.breathe();
    }
  }

  blend(x, y, colour, alpha) {
    const i = (y * this.width + x) * 3;
    const light = this.light;
    light[i] += (colour[0] - light[i]) * alpha;
    light[i + 1] += (colour[1] - light[i + 1]) * alpha;
    light[i + 2] += (colour[2] - light[i + 2]) * alpha;
  }

  add(x, y, colour, amount) {
    const i = (y * this.width + x) * 3;
    this.light[i] += colour[0] * amount;
    this.light[i + 1] += colour[1] * amount;
    this.light[i + 2] += colour[2] * amount;
  }

  /** Calls `visit(x, y, distance)` for each pixel within `radius` of a point. */
  around(centreX, centreY, radius, visit) {
    const bottom = Math.min(this.height - 1, Math.ceil(centreY + radius));
    const right = Math.min(this.width - 1, Math.ceil(centreX + radius));
    for (let y = Math.max(0, Math.floor(centreY - radius)); y <= bottom; y++) {
      for (let x = Math.max(0, Math.floor(centreX - radius)); x <= right; x++) {
        const distance = Math.hypot(x + 0.5 - centreX, y + 0.5 - centreY);
        if (distance <= radius) visit(x, y, distance);
      }
    }
  }

  fillDisc(centreX, centreY, radius, shade, alpha = 1) {
    const colourAt = asFunction(shade);
    this.around(centreX, centreY, radius + 1, (x, y, distance) => {
      const cover = clamp(radius - distance + 0.5);
      if (cover > 0) this.blend(x, y, colourAt(x, y), cover * alpha);
    });
  }

  /** Light that fades with the distance, added to what is there. */
  glow(centreX, centreY, radius, colour, strength, power = 2) {
    this.around(centreX, centreY, radius, (x, y, distance) => {
      this.add(x, y, colour, strength * (1 - distance / radius) ** power);
    });
  }

  /** Fills an outline given as [x, y, x, y, …] with soft edges. `shade` is a colour or a function of x and y. */
  fillShape(points, shade, alpha = 1) {
    const colourAt = asFunction(shade);
    const { coverage, width } = this;
    const [top, bottom] = verticalExtent(points);
    const lastRow = Math.min(this.height - 1, Math.floor(bottom));
    for (let y = Math.max(0, Math.floor(top)); y <= lastRow; y++) {
      let first = width;
      let last = -1;
      for (let scan = 0; scan < SCANS_PER_ROW; scan++) {
        const crossings = crossingsAt(points, y + (scan + 0.5) / SCANS_PER_ROW);
        for (let i = 0; i + 1 < crossings.length; i += 2) {
          const from = Math.max(0, crossings[i]);
          const to = Math.min(width, crossings[i + 1]);
          if (to <= from) continue;
          coverSpan(coverage, from, to);
          first = Math.min(first, Math.floor(from));
          last = Math.max(last, Math.min(width - 1, Math.floor(to)));
        }
      }
      for (let x = first; x <= last; x++) {
        if (coverage[x] > 0) this.blend(x, y, colourAt(x, y), Math.min(1, coverage[x]) * alpha);
        coverage[x] = 0;
      }
      coverage[width] = 0;
    }
  }

  fillBox(left, top, right, bottom, shade, alpha = 1) {
    this.fillShape([left, top, right, top, right, bottom, left, bottom], shade, alpha);
  }

  /** Fills everything below a line of one height per column. `shade(x, y, depth)` may depend on the depth below it. */
  async fillBelow(line, shade, bottom = this.height) {
    const colourAt = asFunction(shade);
    const top = Math.floor(line.reduce((least, value) => Math.min(least, value), this.height)) - 1;
    await this.eachRow(
      (y) => {
        for (let x = 0; x < this.width; x++) {
          const cover = clamp(y + 1 - line[x]);
          if (cover > 0) this.blend(x, y, colourAt(x, y, y - line[x]), cover);
        }
      },
      top,
      bottom,
    );
  }
}

function asFunction(shade) {
  return typeof shade === "function" ? shade : () => shade;
}

function verticalExtent(points) {
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < points.length; i += 2) {
    top = Math.min(top, points[i]);
    bottom = Math.max(bottom, points[i]);
  }
  return [top, bottom];
}

function crossingsAt(points, y) {
  const crossings = [];
  let previous = points.length - 2;
  for (let i = 0; i < points.length; i += 2) {
    const y0 = points[previous + 1];
    const y1 = points[i + 1];
    if (y0 <= y !== y1 <= y) {
      const x0 = points[previous];
      crossings.push(x0 + ((y - y0) / (y1 - y0)) * (points[i] - x0));
    }
    previous = i;
  }
  return crossings.sort((a, b) => a - b);
}

function coverSpan(coverage, from, to) {
  const share = 1 / SCANS_PER_ROW;
  const first = Math.floor(from);
  const last = Math.floor(to);
  if (first === last) {
    coverage[first] += (to - from) * share;
    return;
  }
  coverage[first] += (first + 1 - from) * share;
  for (let x = first + 1; x < last; x++) coverage[x] += share;
  coverage[last] += (to - last) * share;
}
