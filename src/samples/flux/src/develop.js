import { clamp, toScreen } from "./color.js";
import { mix } from "./random.js";

const TONES = 4096;
const SCREEN = Float32Array.from({ length: TONES + 1 }, (_, i) => toScreen((i / TONES) ** 2) * 255);

/** Turns light into 8-bit RGB rows: corners darken, highlights roll off, grain hides the steps. */
export async function develop(canvas, seed) {
  const { width, height, light } = canvas;
  const bytes = new Uint8ClampedArray(width * height * 3);
  const corner = (width ** 2 + height ** 2) / 4;
  await canvas.rows(0, height, (y) => {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const edge = ((x - width / 2) ** 2 + (y - height / 2) ** 2) / corner;
      const exposure = 1 - 0.3 * edge * Math.sqrt(edge);
      const noise = mix(seed ^ Math.imul(pixel, 0x9e3779b1));
      const grain = ((noise & 0xffff) / 0xffff + (noise >>> 16) / 0xffff - 1) * 2.4;
      for (let i = pixel * 3; i < pixel * 3 + 3; i++) {
        bytes[i] = SCREEN[(Math.sqrt(rollOff(light[i] * exposure)) * TONES) | 0] + grain;
      }
    }
  });
  return bytes;
}

const rollOff = (value) => (value <= 0.7 ? clamp(value) : 1 - 0.3 * Math.exp((0.7 - value) / 0.3));
