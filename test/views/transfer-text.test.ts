import { expect, test } from "vitest";
import { transferText } from "../../src/views/transfer-text.ts";

const what = "uploading clip.mp4";

test.each([
  ["nothing but what it is, in the first second", { bytes: 5, total: 10, ms: 999 }, what],
  [
    "a bar after that",
    { bytes: 400_000_000, total: 1_000_000_000, ms: 2_000 },
    `${what}  40% ████████░░░░░░░░░░░░  400 MB of 1.0 GB  200 MB/s`,
  ],
  [
    "never more than all",
    { bytes: 20, total: 10, ms: 1_000 },
    `${what}  100% ${"█".repeat(20)}  20 B of 10 B  20 B/s`,
  ],
  [
    "no bar where the whole is not known",
    { bytes: 3_000, total: null, ms: 1_000 },
    `${what}  3.0 kB  3.0 kB/s`,
  ],
])("%s", (_name, facts, text) => {
  expect(transferText({ what, ...facts })).toBe(text);
});
