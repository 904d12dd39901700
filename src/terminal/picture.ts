import type { Pixels } from "./pixels.ts";

/** How a terminal shows pictures; half blocks need nothing but color. */
export type PictureWay = "kitty" | "iterm2" | "blocks" | "blocks256";

/** What the environment says of the terminal; null when it can show no picture at all. */
export function pictureWay(env: Record<string, string | undefined>, colored: boolean): PictureWay | null {
  const { TERM = "", TERM_PROGRAM = "", COLORTERM = "" } = env;
  const multiplexed = Boolean(env["TMUX"] || env["STY"]) || /^(screen|tmux)/.test(TERM);
  if (TERM === "dumb") return null;
  if (!multiplexed && (env["KITTY_WINDOW_ID"] || TERM === "xterm-kitty" || TERM_PROGRAM === "ghostty"))
    return "kitty";
  if (!multiplexed && /^(iTerm\.app|WezTerm|mintty)$/.test(TERM_PROGRAM)) return "iterm2";
  if (!colored) return null;
  return /^(truecolor|24bit)$/i.test(COLORTERM) || TERM.endsWith("-direct") ? "blocks" : "blocks256";
}

const WIDEST = 60;

/** Pixels to a column, roughly; a small picture is not blown up. */
const COLUMN = 8;

/** Bytes to decode, and to hand to a terminal, at most. */
export const MOST_BYTES = 20_000_000;

/** The room for a picture, in characters. */
interface PictureRoom {
  columns: number;
  rows: number;
}

/** A picture as text for a terminal; null when it cannot be shown, whatever the reason. */
export async function renderPicture(
  bytes: Buffer,
  way: PictureWay,
  { columns, rows }: PictureRoom,
): Promise<string | null> {
  const { sizeOf, decode } = await import("./pixels.ts");
  const size = sizeOf(bytes);
  if (!size || bytes.length > MOST_BYTES) return null;
  // A character is about twice as high as it is wide.
  const asHigh = Math.floor((2 * rows * size.width) / size.height);
  const width = Math.max(1, Math.min(columns, WIDEST, asHigh, Math.ceil(size.width / COLUMN)));
  if (way === "iterm2") return iterm2(bytes, width);
  if (way === "kitty" && size.type === "png") return kitty(bytes, width);
  const pixels = await decode(bytes, size);
  return pixels && halfBlocks(pixels, width, way === "blocks256" ? indexed : direct);
}

function kitty(bytes: Buffer, columns: number): string {
  const pieces = bytes.toString("base64").match(/.{1,4096}/g) ?? [];
  return pieces
    .map((piece, index) => {
      const head = index === 0 ? `a=T,f=100,q=2,c=${columns},` : "";
      return `\u001b_G${head}m=${index < pieces.length - 1 ? 1 : 0};${piece}\u001b\\`;
    })
    .join("");
}

function iterm2(bytes: Buffer, columns: number): string {
  const head = `inline=1;size=${bytes.length};width=${columns};preserveAspectRatio=1`;
  return `\u001b]1337;File=${head}:${bytes.toString("base64")}\u0007`;
}

type Color = [number, number, number];

/** Two pixels to a character: the upper is its color, the lower its background. */
function halfBlocks(pixels: Pixels, columns: number, code: (color: Color) => string): string {
  const rows = Math.max(1, Math.round((columns * pixels.height) / pixels.width / 2));
  const lines = Array.from({ length: Math.min(rows, columns * 3) }, (_, row) => {
    const cells = Array.from({ length: columns }, (_, column) => {
      const upper = average(pixels, column / columns, (column + 1) / columns, row / rows, (row + 0.5) / rows);
      const lower = average(
        pixels,
        column / columns,
        (column + 1) / columns,
        (row + 0.5) / rows,
        (row + 1) / rows,
      );
      return `\u001b[38;${code(upper)};48;${code(lower)}m▀`;
    });
    return `${cells.join("")}\u001b[0m`;
  });
  return lines.join("\n");
}

/** The mean color of a part of the picture, on black; a few samples do. */
function average({ width, height, data }: Pixels, x0: number, x1: number, y0: number, y1: number): Color {
  const sum: Color = [0, 0, 0];
  const steps = 4;
  for (let i = 0; i < steps * steps; i++) {
    const x = Math.floor((x0 + ((x1 - x0) * ((i % steps) + 0.5)) / steps) * width);
    const y = Math.floor((y0 + ((y1 - y0) * (Math.floor(i / steps) + 0.5)) / steps) * height);
    const at = (Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 4;
    for (const channel of [0, 1, 2] as const) sum[channel] += (data[at + channel]! * data[at + 3]!) / 255;
  }
  return sum.map((value) => Math.round(value / steps ** 2)) as Color;
}

function direct([red, green, blue]: Color): string {
  return `2;${red};${green};${blue}`;
}

/** The nearest of the 6 × 6 × 6 colors that every terminal with 256 has. */
function indexed(color: Color): string {
  const [red, green, blue] = color.map((value) => Math.round((value / 255) * 5)) as Color;
  return `5;${16 + 36 * red + 6 * green + blue}`;
}
