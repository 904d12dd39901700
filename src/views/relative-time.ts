import { safeLine } from "../terminal/text.ts";
import type { Style } from "../terminal/view.ts";

const UNITS: [string, number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/** "3m ago" or "in 3m" on a terminal, the ISO time in a pipe. */
export function relativeTime(time: string | null, { width, now }: Style): string {
  const at = Date.parse(time ?? "");
  if (width === Number.POSITIVE_INFINITY || Number.isNaN(at)) return safeLine(time ?? "");
  const age = Math.abs(now - at);
  const [unit, ms] = UNITS.find(([, size]) => age >= size) ?? ["s", 1000];
  const span = `${Math.floor(age / ms)}${unit}`;
  return at > now + 1000 ? `in ${span}` : `${span} ago`;
}

/** The same with the time on this machine's clock, and the day unless it is today. */
export function datedTime(time: string | null, style: Style): string {
  const relative = relativeTime(time, style);
  const at = new Date(time ?? "");
  if (style.width === Number.POSITIVE_INFINITY || Number.isNaN(at.getTime())) return relative;
  const clock = at.toTimeString().slice(0, 8);
  const day = dayOf(at) === dayOf(new Date(style.now)) ? "" : `${dayOf(at)} `;
  return `${relative}  ${style.colors.dim(`${day}${clock}`)}`;
}

function dayOf(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}
