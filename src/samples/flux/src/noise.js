import { lerp } from "./color.js";

const SLOPE_X = Float64Array.from({ length: 16 }, (_, i) => Math.cos((i * Math.PI) / 8) * 1.5);
const SLOPE_Y = Float64Array.from({ length: 16 }, (_, i) => Math.sin((i * Math.PI) / 8) * 1.5);

const slope = (cell, x, y) => SLOPE_X[cell & 15] * x + SLOPE_Y[cell & 15] * y;
const fade = (t) => t * t * t * (t * (t * 6 - 15) + 10);

/** Gradient noise in the plane, about -1 to 1. */
export function createNoise(random) {
  const keys = Array.from({ length: 256 }, random.next);
  const order = keys.map((_, i) => i).sort((a, b) => keys[a] - keys[b]);
  const table = Uint8Array.from([...order, ...order]);

  const at = (x, y) => {
    const cellX = Math.floor(x);
    const cellY = Math.floor(y);
    const fx = x - cellX;
    const fy = y - cellY;
    const left = table[cellX & 255] + (cellY & 255);
    const right = table[(cellX & 255) + 1] + (cellY & 255);
    const u = fade(fx);
    const upper = lerp(slope(table[left], fx, fy), slope(table[right], fx - 1, fy), u);
    const lower = lerp(slope(table[left + 1], fx, fy - 1), slope(table[right + 1], fx - 1, fy - 1), u);
    return lerp(upper, lower, fade(fy));
  };

  /** Octaves of noise, each twice as fine and half as strong; about -1 to 1. */
  const layered = (x, y, octaves) => {
    let sum = 0;
    for (let i = 0, fine = 1; i < octaves; i++, fine *= 2) {
      sum += at(x * fine + i * 17.3, y * fine + i * 9.1) * (0.5 / fine);
    }
    return sum;
  };

  /** Octaves folded into ridges, 0 to about 1: the shape of mountains. */
  const ridged = (x, y, octaves) => {
    let sum = 0;
    for (let i = 0, fine = 1, sharp = 1, strength = 0.5; i < octaves; i++, fine *= 2.1, strength /= 2) {
      const ridge = 1 - Math.abs(at(x * fine + i * 17.3, y * fine + i * 9.1));
      sharp *= ridge * ridge;
      sum += sharp * strength;
    }
    return sum;
  };
  return { at, layered, ridged };
}
