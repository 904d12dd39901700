import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Journal, type JournalEntry } from "../../src/store/journal.ts";

const SOURCE = fileURLToPath(new URL("../../src/store/journal.ts", import.meta.url));

let dir: string;
let state: string;
let journal: Journal;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "belt-journal-"));
  state = join(dir, "deep", "state");
  journal = new Journal(state, () => {});
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function entry(id: string, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    type: "task",
    id,
    app: "infsh/echo",
    api: "https://api.inference.sh",
    time: "2026-01-01T00:00:00.000Z",
    ...more,
  };
}

async function ids(type: JournalEntry["type"] = "task"): Promise<string[]> {
  return (await journal.newestFirst(type)).map(({ id }) => id);
}

function lines(): string[] {
  return readFileSync(journal.path, "utf8").split("\n").filter(Boolean);
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe("append and read", () => {
  test("what was never written is empty", async () => {
    expect(await ids()).toEqual([]);
  });

  test("the newest comes first, whole, each type for itself", async () => {
    await journal.append(entry("a"));
    await journal.append(entry("s", { type: "session", app: null }));
    await journal.append(entry("b"));
    expect(await journal.newestFirst("task")).toEqual([entry("b"), entry("a")]);
    expect(await journal.newestFirst("session")).toEqual([entry("s", { type: "session", app: null })]);
  });

  test("another belt reads it", async () => {
    await journal.append(entry("a"));
    expect(await new Journal(state, () => {}).newestFirst("task")).toEqual([entry("a")]);
  });

  test("an entry is one line, whatever its texts hold", async () => {
    const odd = entry("a\nb\u2028c", { app: 'x"\\\n🗼' });
    await journal.append(odd);
    expect(lines()).toHaveLength(1);
    expect(await journal.newestFirst("task")).toEqual([odd]);
  });

  test("file 0600 and folder 0700, whatever the umask", async () => {
    const umask = process.umask(0);
    try {
      await journal.append(entry("a"));
    } finally {
      process.umask(umask);
    }
    expect([mode(journal.path), mode(state)]).toEqual(["600", "700"]);
  });

  test("a looser file is repaired", async () => {
    mkdirSync(state, { recursive: true });
    writeFileSync(journal.path, "", { mode: 0o644 });
    await journal.append(entry("a"));
    expect(mode(journal.path)).toBe("600");
  });

  test("a place that cannot be written is an error, not a silence", async () => {
    writeFileSync(join(dir, "deep"), "a file where a folder should be");
    await expect(journal.append(entry("a"))).rejects.toThrow(/ENOTDIR|EEXIST/);
  });

  test("a place that cannot be read is an error, not an empty past", async () => {
    mkdirSync(journal.path, { recursive: true });
    await expect(journal.newestFirst("task")).rejects.toThrow(/EISDIR/);
  });
});

describe("a line that cannot be read", () => {
  test.each([
    ["torn in the middle of a text", '{"type":"task","id":"torn","ap'],
    ["torn in the middle of a character", Buffer.from('{"type":"task","id":"ü').subarray(0, -1)],
    ["one byte", "{"],
  ])("torn by a crash at the end, it costs itself alone: %s", async (_name, torn) => {
    await journal.append(entry("a"));
    appendFileSync(journal.path, torn);
    expect(await ids()).toEqual(["a"]);
    await journal.append(entry("b"));
    await journal.append(entry("c"));
    expect(await ids()).toEqual(["c", "b", "a"]);
    expect(lines()).toHaveLength(4);
  });

  test("whole but for its newline, it is kept", async () => {
    await journal.append(entry("a"));
    appendFileSync(journal.path, JSON.stringify(entry("b")));
    expect(await ids()).toEqual(["b", "a"]);
    await journal.append(entry("c"));
    expect(await ids()).toEqual(["c", "b", "a"]);
  });

  test("is passed over wherever it stands", async () => {
    const odd = [
      "not JSON",
      "",
      "null",
      "7",
      "[]",
      '"text"',
      "{}",
      '{"type":"task"}',
      '{"type":"task","id":7}',
      "\u0000",
    ];
    mkdirSync(state, { recursive: true });
    writeFileSync(journal.path, [...odd, JSON.stringify(entry("a")), ...odd, ""].join("\n"));
    await journal.append(entry("b"));
    expect(await ids()).toEqual(["b", "a"]);
    expect(await ids("session")).toEqual([]);
  });

  test("nothing that was there is rewritten", async () => {
    mkdirSync(state, { recursive: true });
    writeFileSync(journal.path, "garbage\n");
    await journal.append(entry("a"));
    expect(readFileSync(journal.path, "utf8")).toBe(`garbage\n${JSON.stringify(entry("a"))}\n`);
  });
});

describe("a journal that has grown", () => {
  const older = () => journal.path.replace("journal.ndjson", "journal.older.ndjson");

  function fill(from: number, to: number): void {
    mkdirSync(state, { recursive: true });
    const all = Array.from({ length: to - from }, (_, n) => `${JSON.stringify(entry(`task_${from + n}`))}\n`);
    writeFileSync(journal.path, all.join(""));
  }

  test("beyond 10,000 entries has its older ones in a second file, and remembers all", async () => {
    fill(0, 9_999);
    await journal.append(entry("task_9999"));
    expect(lines()).toHaveLength(10_000);
    await journal.append(entry("task_10000"));
    expect(lines()).toHaveLength(1);
    expect(mode(older())).toBe("600");
    expect((await journal.newestFirst("task", 2)).map(({ id }) => id)).toEqual(["task_10000", "task_9999"]);
    expect(await ids()).toHaveLength(10_001);
    fill(10_000, 20_000);
    await journal.append(entry("task_20000"));
    expect(await ids()).toEqual(Array.from({ length: 20_001 }, (_, n) => `task_${20_000 - n}`));
    expect(readdirSync(state).sort()).toEqual(["journal.ndjson", "journal.older.ndjson"]);
  });

  test("is moved by the next belt when the one that moved it was killed", async () => {
    fill(0, 10_000);
    linkSync(journal.path, journal.path.replace(".ndjson", ".moving.ndjson"));
    await journal.append(entry("meanwhile"));
    expect(await ids()).toHaveLength(10_001);
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
    await journal.append(entry("later"));
    clock.mockRestore();
    expect(lines()).toHaveLength(1);
    expect(await ids()).toHaveLength(10_002);
  });

  test("beyond all bounds tells its newest entries at once, and takes further ones", async () => {
    mkdirSync(state, { recursive: true });
    writeFileSync(journal.path, "");
    truncateSync(journal.path, 2 ** 40);
    const start = performance.now();
    appendFileSync(journal.path, `\n${JSON.stringify(entry("a"))}\n${JSON.stringify(entry("b"))}\n`);
    expect((await journal.newestFirst("task", 2)).map(({ id }) => id)).toEqual(["b", "a"]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test("with lines as long as pieces are read, and longer, and characters across them", async () => {
    for (const length of [65_535, 65_536, 65_537, 200_000]) {
      await journal.append(entry(`${length}`, { app: "ä".repeat(length) }));
    }
    const found = await journal.newestFirst("task");
    expect(found.map(({ id }) => id)).toEqual(["200000", "65537", "65536", "65535"]);
    expect(found.every(({ id, app }) => app === "ä".repeat(Number(id)))).toBe(true);
  });

  test("by several processes at once loses no entry; one may stand twice, and is told once", async () => {
    const program = join(dir, "journal.mjs");
    await build({ entryPoints: [SOURCE], bundle: true, format: "esm", platform: "node", outfile: program });
    fill(0, 9_900);
    const script = `
      const { Journal } = await import(process.argv[1]);
      const journal = new Journal(process.argv[2], () => {});
      for (let n = 0; n < 100; n++)
        await journal.append({ type: "task", id: process.argv[3] + ":" + n, app: null, api: "local", time: "" });`;
    await Promise.all(
      ["a", "b", "c", "d"].map(async (name) => {
        const args = ["--input-type=module", "-e", script, program, state, name];
        await once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
      }),
    );
    expect(lines().length).toBeLessThan(400);
    const all = [journal.path, older()].flatMap((path) =>
      readFileSync(path, "utf8").split("\n").filter(Boolean),
    );
    expect(new Set(all).size).toBe(10_300);
    expect(await journal.newestFirst("task")).toHaveLength(10_300);
  });
});

describe("many at once", () => {
  const EACH = 50;

  test("through many handles of this process: every entry, whole, once", async () => {
    const wanted = Array.from({ length: 200 }, (_, index) => `task_${index}`);
    await Promise.all(wanted.map((id) => new Journal(state, () => {}).append(entry(id))));
    expect((await ids()).sort()).toEqual(wanted.sort());
    expect(lines()).toHaveLength(200);
  });

  test("by several processes: every entry, whole, once, in its process's order", async () => {
    const program = join(dir, "journal.mjs");
    await build({ entryPoints: [SOURCE], bundle: true, format: "esm", platform: "node", outfile: program });
    const script = `
      const { Journal } = await import(process.argv[1]);
      const journal = new Journal(process.argv[2], () => {});
      for (let n = 0; n < ${EACH}; n++) {
        await journal.append({ type: "task", id: process.argv[3] + ":" + n, app: "x".repeat(5000), api: "local", time: "" });
      }`;
    const writers = ["a", "b", "c", "d"];
    const exits = await Promise.all(
      writers.map(async (name) => {
        const args = ["--input-type=module", "-e", script, program, state, name];
        const [code] = await once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
        return code;
      }),
    );
    expect(exits).toEqual([0, 0, 0, 0]);
    const written = (await ids()).reverse();
    expect(lines()).toHaveLength(writers.length * EACH);
    for (const name of writers) {
      const own = written.filter((id) => id.startsWith(`${name}:`));
      expect(own).toEqual(Array.from({ length: EACH }, (_, n) => `${name}:${n}`));
    }
  });

  test("after a torn line, by many handles: the torn line alone is lost", async () => {
    await journal.append(entry("first"));
    appendFileSync(journal.path, '{"torn');
    const wanted = Array.from({ length: 50 }, (_, index) => `task_${index}`);
    await Promise.all(wanted.map((id) => new Journal(state, () => {}).append(entry(id))));
    expect((await ids()).sort()).toEqual(["first", ...wanted].sort());
  });
});
