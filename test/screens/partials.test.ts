import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type DevProcess, spawnDev } from "../local/dev-process.ts";
import { Home, ROOT, spawnBelt } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { onTerminal } from "./terminal.ts";

const COUNTING = `import { z } from "zod";
export const RunInput = z.object({}), RunOutput = z.any();
export class App {
  async *run() {
    for (let n = 1; !this.context.cancelRequested; n += 1) {
      yield { n, half: n / 2, list: [n] };
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}
`;

/** Says one word after the other, however long it is let; it is slow to stop. */
const SPEAKING = `import { z } from "zod";
export const RunInput = z.object({ most: z.number().default(1e9) }), RunOutput = z.any();
export class App {
  async *run({ most }) {
    let text = "";
    for (let n = 1; n <= most && !this.context.cancelRequested; n += 1) {
      yield { text: (text += (n > 1 ? " " : "") + "word" + n) };
      await new Promise((done) => setTimeout(done, 20));
    }
    await new Promise((done) => setTimeout(done, 600));
    return { text, words: most };
  }
}
`;

let home: Home;
let dev: DevProcess;

beforeAll(async () => {
  home = new Home();
  const folders = Object.entries({ counting: COUNTING, speaking: SPEAKING }).map(([name, source]) => {
    const dir = join(home.dir, name);
    mkdirSync(dir);
    writeFileSync(join(dir, "inf.yml"), `namespace: test\nname: ${name}\n`);
    writeFileSync(join(dir, "package.json"), '{"type":"module"}');
    writeFileSync(join(dir, "inference.js"), source);
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    return dir;
  });
  dev = await spawnDev(home, [...folders, "--port", "0"]);
});

afterAll(async () => {
  dev.child.kill("SIGINT");
  await dev.child;
  home.remove();
});

beforeEach(needsLinux);

/** The numbers of the words that were said, in the order in which they stand. */
const words = (lines: string[]) => [...lines.join(" ").matchAll(/\bword(\d+)/g)].map(([, n]) => Number(n));
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it("partial outputs that are no text stand beside the spinner as they come", async () => {
  // It counts until Ctrl-C, which is pressed once a number can be seen.
  const { bytes, exitCode } = await onTerminal(
    80,
    ["run", "test/counting", "--local"],
    home,
    {},
    { stopAfter: "n: " },
  );
  expect(exitCode).toBe(130);
  expect(bytes).toMatch(/running \S+.*n: \d+, half: [\d.]+/);
});

it("a text that has grown stays where it is when Ctrl-C ends it, while its end is waited for", async () => {
  const argv = ["run", "test/speaking", "--local"];
  const { bytes, lines, exitCode } = await onTerminal(80, argv, home, {}, { stopAfter: "word30" });
  expect(exitCode).toBe(130);
  expect(bytes).toContain("cancelling");
  const said = words(lines);
  expect(said.length).toBeGreaterThanOrEqual(30);
  expect(said).toEqual(upTo(said.length));
});

it("task watch shows a text as it grows, and then only what is left of the output", async () => {
  const submitted = await spawnBelt(
    ["run", "test/speaking", "--local", "-i", "most=40", "--no-wait", "-q"],
    home,
  );
  const { bytes, lines, exitCode } = await onTerminal(
    80,
    ["task", "watch", "--local", submitted.stdout.trim()],
    home,
  );
  expect(exitCode).toBe(0);
  expect(bytes.indexOf("word3 ")).toBeLessThan(bytes.indexOf("uploading"));
  expect(words(lines)).toEqual(upTo(40));
  const lineOf = (text: string) => lines.findIndex((line) => line.includes(text));
  expect(lineOf("word40")).toBeLessThan(lineOf("completed"));
  expect(lines.at(-1)).toMatch(/^words +40$/);
});
