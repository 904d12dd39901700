import { writeSync } from "node:fs";
import type { WritableEnd } from "../terminal/writable.ts";

/** A file on a descriptor. Node's own stream takes a write that the disk cut short for a whole one. */
export function fileWritable(fd: number): WritableEnd {
  return {
    write(text, done) {
      const bytes = Buffer.from(text);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
        done?.();
      } catch (error) {
        done?.(error as Error);
      }
    },
  };
}
