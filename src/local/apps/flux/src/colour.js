// Colours are [red, green, blue] in linear light, so that light adds up as it does in the world.

export const clamp = (value, low = 0, high = 1) => (value < low ? low : Math.min(value, high));

export function smoothstep(low, high, value) {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}

export function hex(text) {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255].map((byte) => toLinear(byte / 255));
}

export const scale = (colour, factor) => colour.map((channel) => channel * factor);

/** Mixes two colours in OKLab, where the way between them looks even and stays clean. */
export function mixColours(from, to, share) {
  const a = toLab(from);
  const b = toLab(to);
  return fromLab(a.map((value, i) => value + (b[i] - value) * share));
}

const GRADIENT_STEPS = 1024;

/** A smooth run through colours, as a function of a position from 0 to 1. */
export function gradient(colours, positions) {
  const labs = colours.map(toLab);
  const stops = positions ?? colours.map((_, i) => i / (colours.length - 1));
  const table = Array.from({ length: GRADIENT_STEPS + 1 }, (_, step) => {
    const position = step / GRADIENT_STEPS;
    let i = 0;
    while (i < stops.length - 2 && position > stops[i + 1]) i++;
    const share = clamp((position - stops[i]) / (stops[i + 1] - stops[i]));
    return fromLab(labs[i].map((value, k) => value + (labs[i + 1][k] - value) * share));
  });
  return (position) => table[Math.round(clamp(position) * GRADIENT_STEPS)];
}

export function toScreen(linear) {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}

function toLinear(screen) {
  return screen <= 0.04045 ? screen / 12.92 : ((screen + 0.055) / 1.055) ** 2.4;
}

function toLab([r, g, b]) {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    Math.max(0, 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    Math.max(0, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    Math.max(0, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
