import { formatBytes } from "../terminal/text.ts";

/** Bytes on their way; `ms` since they set out. */
export interface Transferred {
  what: string;
  bytes: number;
  total: number | null;
  ms: number;
}

const CELLS = 20;

/** "uploading clip.mp4", and with a bar once it has taken longer than a second. */
export function transferText({ what, bytes, total, ms }: Transferred): string {
  if (ms < 1000) return what;
  const speed = `${formatBytes((bytes * 1000) / ms)}/s`;
  if (total === null || total === 0) return `${what}  ${formatBytes(bytes)}  ${speed}`;
  const part = Math.min(1, bytes / total);
  const full = Math.floor(part * CELLS);
  const bar = `${"█".repeat(full)}${"░".repeat(CELLS - full)}`;
  // What a narrow terminal cuts is what matters least.
  return `${what}  ${Math.floor(part * 100)}% ${bar}  ${formatBytes(bytes)} of ${formatBytes(total)}  ${speed}`;
}
