// Colors are [red, green, blue] in linear light, so that light adds up as it does in the world.

export const clamp = (value, low = 0, high = 1) => (value < low ? low : Math.min(value, high));

export const lerp = (from, to, share) => from + (to - from) * share;

export function smoothstep(low, high, value) {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}

export function hex(text) {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255].map((byte) => toLinear(byte / 255));
}

export const hexes = (text) => text.split(" ").map(hex);

export const toScreen = (light) => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);

const toLinear = (screen) => (screen <= 0.04045 ? screen / 12.92 : ((screen + 0.055) / 1.055) ** 2.4);

/** A color from a function of its channel: 0 is red, 1 green, 2 blue. */
export const color = (channel) => [channel(0), channel(1), channel(2)];

export const scale = (from, factor) => color((k) => from[k] * factor);

/** Mixes as the eye sees it, about evenly from one to the other. */
export const mixColors = (from, to, share) =>
  color((k) => lerp(Math.sqrt(from[k]), Math.sqrt(to[k]), share) ** 2);

/** A smooth run through colors, as a function of a position from 0 to 1. */
export const gradient = (colors) => (position) => {
  const place = clamp(position) * (colors.length - 1);
  const i = Math.min(Math.floor(place), colors.length - 2);
  return mixColors(colors[i], colors[i + 1], place - i);
};
