/** A 32-bit hash of a text (FNV-1a over its UTF-16 units, finished so that every bit depends on all of it). */
export function hashText(text, start = 0x811c9dc5) {
  let hash = start >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

export function mix(value) {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Random numbers of one purpose: each part of a picture has its own stream, so that none shifts another. */
export class Random {
  constructor(seed, purpose) {
    this.state = hashText(purpose, mix(seed ^ 0x9e3779b9));
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(low, high) {
    return low + (high - low) * this.next();
  }

  integer(low, high) {
    return Math.floor(this.between(low, high + 1));
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  chance(probability) {
    return this.next() < probability;
  }
}

const GRADIENTS = Array.from({ length: 16 }, (_, i) => [
  Math.cos((i * Math.PI) / 8) * 1.5,
  Math.sin((i * Math.PI) / 8) * 1.5,
]);
const GRADIENT_X = Float64Array.from(GRADIENTS, (g) => g[0]);
const GRADIENT_Y = Float64Array.from(GRADIENTS, (g) => g[1]);

/** Gradient noise in the plane, about -1 to 1. */
export class Noise {
  constructor(random) {
    this.table = new Uint8Array(512);
    const order = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (let i = 255; i > 0; i--) {
      const j = random.integer(0, i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    this.table.set(order);
    this.table.set(order, 256);
  }

  at(x, y) {
    const table = this.table;
    const floorX = Math.floor(x);
    const floorY = Math.floor(y);
    const fx = x - floorX;
    const fy = y - floorY;
    const cellX = floorX & 255;
    const cellY = floorY & 255;
    const left = table[cellX];
    const right = table[cellX + 1];
    const a = table[left + cellY] & 15;
    const b = table[right + cellY] & 15;
    const c = table[left + cellY + 1] & 15;
    const d = table[right + cellY + 1] & 15;
    const u = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
    const v = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
    const top = GRADIENT_X[a] * fx + GRADIENT_Y[a] * fy;
    const topRight = GRADIENT_X[b] * (fx - 1) + GRADIENT_Y[b] * fy;
    const bottom = GRADIENT_X[c] * fx + GRADIENT_Y[c] * (fy - 1);
    const bottomRight = GRADIENT_X[d] * (fx - 1) + GRADIENT_Y[d] * (fy - 1);
    const upper = top + (topRight - top) * u;
    const lower = bottom + (bottomRight - bottom) * u;
    return upper + (lower - upper) * v;
  }

  /** Octaves of noise, each twice as fine and half as strong; about -1 to 1. */
  layered(x, y, octaves) {
    let sum = 0;
    let strength = 0.5;
    let scale = 1;
    for (let i = 0; i < octaves; i++) {
      sum += this.at(x * scale + i * 17.3, y * scale + i * 9.1) * strength;
      strength *= 0.5;
      scale *= 2;
    }
    return sum;
  }

  /** Octaves folded into ridges, 0 to about 1: the shape of mountains. */
  ridged(x, y, octaves) {
    let sum = 0;
    let strength = 0.5;
    let scale = 1;
    let previous = 1;
    for (let i = 0; i < octaves; i++) {
      const ridge = 1 - Math.abs(this.at(x * scale + i * 17.3, y * scale + i * 9.1));
      const sharp = ridge * ridge * previous;
      sum += sharp * strength;
      previous = sharp;
      strength *= 0.5;
      scale *= 2.1;
    }
    return sum;
  }
}
