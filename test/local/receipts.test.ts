import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { belt, Home } from "../support/belt.ts";
import { cleanup, ROOT, startServer, type TestServer, temporaryFolder } from "./server-fixture.ts";

/** An app that writes what it is given, and its own edition, into a file. */
const source = (edition: string) => `
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { File } from "@inferencesh/app";
import { z } from "zod";
export const RunInput = z.object({
  image: z.string().meta({ format: "file" }),
  seed: z.number().int().default(1),
  random: z.boolean().default(false),
});
export const RunOutput = z.object({}).catchall(z.any());
export class App {
  async run({ image, seed, random }) {
    const text = "${edition} " + seed + " " + (random ? Math.random() : "") + (await (await fetch(image)).text());
    const path = join(mkdtempSync(join(tmpdir(), "stamp-")), "image.txt");
    writeFileSync(path, text);
    return { image: File.fromPath(path), seed };
  }
}
`;

function stampApp(): string {
  const dir = join(temporaryFolder(), "stamp");
  mkdirSync(dir);
  writeFileSync(join(dir, "inf.yml"), "namespace: test\nname: stamp\n");
  writeFileSync(join(dir, "package.json"), `{"type":"module"}`);
  writeFileSync(join(dir, "inference.js"), source("first"));
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  return dir;
}

function homeWith(): Home {
  const home = new Home();
  cleanup(() => home.remove());
  writeFileSync(join(home.dir, "cat.png"), "a cat");
  return home;
}

/** Makes this server the one that `--local` finds. */
function use(home: Home, { url, key }: TestServer): void {
  mkdirSync(join(home.dir, "state"), { recursive: true, mode: 0o700 });
  writeFileSync(join(home.dir, "state/dev.json"), JSON.stringify({ url, key, pid: process.pid }), {
    mode: 0o600,
  });
}

const RECEIPT = "out/image.txt.belt.json";
const AGAIN = ["rerun", RECEIPT, "--local", "--yes"];

it("repeats a run to the same SHA-256, refuses an edited app and a flipped bit", {
  timeout: 60_000,
}, async () => {
  const home = homeWith();
  const dir = stampApp();
  const server = await startServer({ appDirs: [dir] });
  use(home, server);
  const first = await belt(
    ["run", "test/stamp", "--local", "-i", "image=@cat.png", "-i", "seed=7", "--save", "out", "--receipt"],
    { home },
  );
  expect(first).toMatchObject({ code: 0 });
  const same = await belt([...AGAIN, "--expect-same", "--save", "again", "--receipt"], { home });
  expect(same).toMatchObject({ code: 0 });
  const receipts = [RECEIPT, "again/image.txt.belt.json"].map((path) =>
    JSON.parse(readFileSync(join(home.dir, path), "utf8")),
  );
  expect(receipts[1].files).toEqual(receipts[0].files);
  expect(receipts[1].version).toEqual(receipts[0].version);
  expect(readFileSync(join(home.dir, "again/image.txt"), "utf8")).toBe("first 7 a cat");

  writeFileSync(join(home.dir, "cat.png"), "a bat");
  const flipped = await belt(AGAIN, { home });
  expect(flipped.code).toBe(2);
  expect(flipped.stderr).toContain("cat.png is not the file that was uploaded");
  writeFileSync(join(home.dir, "cat.png"), "a cat");

  // Another server knows only what is in the folder now.
  writeFileSync(join(dir, "inference.js"), source("second"));
  use(home, await startServer({ appDirs: [dir] }));
  const edited = await belt([...AGAIN, "--save", "edited"], { home });
  expect(edited.code).toBe(5);
  expect(edited.stderr).toContain(`hint: belt rerun --local ${RECEIPT} --latest`);
  const latest = await belt([...AGAIN, "--latest", "--expect-same", "--save", "latest"], { home });
  expect(latest.code).toBe(1);
  expect(readFileSync(join(home.dir, "latest/image.txt"), "utf8")).toBe("second 7 a cat");
});

it("of a row of a batch is repeated to the same SHA-256", { timeout: 60_000 }, async () => {
  const home = homeWith();
  use(home, await startServer({ appDirs: [stampApp()] }));
  writeFileSync(join(home.dir, "rows.jsonl"), '{"image":"cat.png","seed":1}\n{"image":"cat.png","seed":2}\n');
  const rows = ["batch", "test/stamp", "rows.jsonl", "--local", "--upload", "image"];
  const batch = await belt([...rows, "--save", "out", "--receipt"], { home });
  expect(batch).toMatchObject({ code: 0 });
  for (const row of [1, 2]) {
    const again = ["rerun", `out/${row}-image.txt.belt.json`, "--local", "--yes", "--expect-same"];
    expect(await belt([...again, "--save", `again-${row}`], { home })).toMatchObject({ code: 0 });
    expect(readFileSync(join(home.dir, `again-${row}/image.txt`), "utf8")).toBe(`first ${row} a cat`);
  }
});

it("refuses a version that the server has let go of", { timeout: 60_000 }, async () => {
  const home = homeWith();
  const dir = stampApp();
  use(home, await startServer({ appDirs: [dir], workers: 1 }));
  const run = ["run", "test/stamp", "--local", "-i", "image=@cat.png", "--save", "out", "--receipt"];
  expect(await belt(run, { home })).toMatchObject({ code: 0 });
  writeFileSync(join(dir, "inference.js"), source("second"));
  expect(await belt([...AGAIN, "--latest"], { home })).toMatchObject({ code: 0 });
  const gone = await belt(AGAIN, { home });
  expect(gone.code).toBe(5);
  expect(gone.stderr).toContain("is no longer loaded");
  expect(gone.stderr).toContain(`hint: belt rerun --local ${RECEIPT} --latest`);
});

it("tells a random app from one that repeats, from a receipt and from a task", {
  timeout: 60_000,
}, async () => {
  const home = homeWith();
  use(home, await startServer({ appDirs: [stampApp()] }));
  const run = ["run", "test/stamp", "--local", "-i", "image=@cat.png", "--save", "out", "--receipt"];
  expect(await belt(run, { home })).toMatchObject({ code: 0 });
  expect(await belt(["rerun", "@last", "--local", "--expect-same"], { home })).toMatchObject({ code: 0 });
  expect(await belt([...AGAIN, "-i", "random=true"], { home })).toMatchObject({ code: 0 });
  expect(await belt(["rerun", "@last", "--local", "--expect-same"], { home })).toMatchObject({ code: 1 });
  expect(await belt([...AGAIN, "-i", "random=true", "--expect-same"], { home })).toMatchObject({ code: 1 });
});
