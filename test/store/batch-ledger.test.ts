import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { beganAt } from "../../src/cli/processes.ts";
import {
  type BatchFiles,
  BatchLedger,
  batchFiles,
  peekBatch,
  readBatch,
} from "../../src/store/batch-ledger.ts";
import type { BatchRecord, ResultLine } from "../../src/store/batch-records.ts";
import { standingOf } from "../../src/store/batch-state.ts";

const folder = mkdtempSync(join(tmpdir(), "belt-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = { api: "https://api.example", profile: "work", key: "0123456789ab", app: "a/b" };
const OWNER = { pid: process.pid, hostname: hostname(), isAlive: () => true, beganAt };
const LOCK = { owner: OWNER, sleep: async () => {} };
let count = 0;

async function fresh(): Promise<BatchFiles> {
  return batchFiles(join(folder, `${++count}.ndjson`));
}

function intent(key: string, attempt: number): BatchRecord {
  const rest = {
    row: 1,
    id: "é",
    content: "c",
    version: "v",
    round: 0,
    function: null,
    infra: null,
    sent: "s",
  };
  const times = { time: "2026-01-01T00:00:00Z", server_time: null, until: "2026-01-01T00:00:30Z" };
  return { type: "intent", key, attempt, ...rest, ...times, estimate: null };
}

function task(key: string, attempt: number, task_id: string): BatchRecord {
  return { type: "task", key, attempt, task_id };
}

function line(key: string, more: Partial<ResultLine>): ResultLine {
  const none = { id: null, output: { text: "ü\u2028" }, error: null, estimate: null, saved: [] };
  return { row: 1, key, status: "completed", task_id: null, attempts: 1, ...none, ...more };
}

/** A batch of three rows: one done, one failed and run again, one in doubt. */
const RECORDS = [
  intent("one", 1),
  intent("two", 1),
  task("one", 1, "task_1"),
  task("two", 1, "task_2"),
  intent("three", 1),
  intent("two", 2),
  task("two", 2, "task_3"),
];
const LINES = [
  line("one", { task_id: "task_1" }),
  line("two", { status: "failed", task_id: "task_2", error: "no" }),
  line("three", { status: "unknown", error: "lost" }),
];

async function write(files: BatchFiles, rows = 3): Promise<void> {
  const { ledger } = await BatchLedger.open(files, HEAD, LOCK);
  for (const record of rows === 1 ? RECORDS.slice(0, 1) : RECORDS)
    await ledger.record(JSON.stringify(record));
  for (const result of LINES.slice(0, rows)) await ledger.result(JSON.stringify(result));
  await ledger.close();
}

function wholeLines(path: string): unknown[] {
  const text = readFileSync(path, "utf8");
  expect(text === "" || text.endsWith("\n")).toBe(true);
  return text
    .split("\n")
    .slice(0, -1)
    .map((each) => JSON.parse(each));
}

describe("the ledger of a batch", () => {
  it("tells how each row stands", async () => {
    const files = await fresh();
    await write(files);
    const { rows, head } = await readBatch(files);
    expect(head).toMatchObject(HEAD);
    const standings = [...rows].map(([key, row]) => [key, standingOf(row), row.attempts]);
    expect(standings).toEqual([
      ["one", "done", 1],
      ["two", "submitted", 2],
      ["three", "in-doubt", 1],
    ]);
  });

  it.each(["journal", "results"] as const)(
    "whose %s was torn at any byte is closed there, and gone on with",
    async (which) => {
      const whole = await fresh();
      await write(whole, 1);
      const bytes = readFileSync(whole[which]);
      for (let length = 0; length <= bytes.length; length++) {
        const files = await fresh();
        for (const name of ["journal", "results"] as const)
          writeFileSync(files[name], readFileSync(whole[name]));
        writeFileSync(files[which], bytes.subarray(0, length));
        const { ledger } = await BatchLedger.open(files, HEAD, LOCK);
        await ledger.record(JSON.stringify(intent("four", 1)));
        await ledger.result(JSON.stringify(line("five", {})));
        await ledger.close();
        // A line whose end alone was torn is whole.
        const kept = bytes.subarray(0, length).toString().split("\n");
        const isWhole = bytes[length] === 0x0a || length === bytes.length;
        const expected = kept.length - (isWhole && length < bytes.length ? 0 : 1);
        const headless = which === "journal" && expected === 0 ? 1 : 0;
        expect(wholeLines(files[which]), `cut at ${length}`).toHaveLength(expected + headless + 1);
        const { rows } = await readBatch(files);
        expect(standingOf(rows.get("four"))).toBe("in-doubt");
        expect(standingOf(rows.get("five"))).toBe("done");
        rmSync(files.journal);
        rmSync(files.results);
      }
    },
    120_000,
  );

  it("takes zeros that a loss of power left for a torn line", async () => {
    const files = await fresh();
    await write(files);
    const bytes = readFileSync(files.journal);
    writeFileSync(files.journal, Buffer.concat([bytes, Buffer.from('{"type":"int'), Buffer.alloc(500)]));
    const { ledger } = await BatchLedger.open(files, HEAD, LOCK);
    await ledger.close();
    expect(readFileSync(files.journal)).toEqual(bytes);
  });

  it.each([
    ["a record of no known type", 2, '{"type":"intend","key":"one"}'],
    ["a task whose intent is lost", 2, JSON.stringify(task("one", 1, "task_1"))],
    ["a head of another format", 1, JSON.stringify({ type: "batch", format: 2, ...HEAD })],
    ["JSON that is no record", 3, "[1]"],
    ["a foreign file's beginning", 1, "my own notes"],
  ])("refuses a journal with %s, and leaves it as it is", async (_what, at, text) => {
    const files = await fresh();
    await write(files);
    const lines = readFileSync(files.journal, "utf8").split("\n");
    const damaged = lines.with(at - 1, text).join("\n");
    writeFileSync(files.journal, damaged);
    const thrown = await BatchLedger.open(files, HEAD, LOCK).catch((error) => error);
    expect(thrown).toMatchObject({ exitCode: 1, message: expect.stringContaining(files.journal) });
    expect(thrown.message).toContain(`line ${at} `);
    expect(readFileSync(files.journal, "utf8")).toBe(damaged);
  });

  it("refuses a journal whose head is lost", async () => {
    const files = await fresh();
    await write(files);
    const [, ...lines] = readFileSync(files.journal, "utf8").split("\n");
    writeFileSync(files.journal, lines.join("\n"));
    await expect(BatchLedger.open(files, HEAD, LOCK)).rejects.toThrow("line 1 is no record");
  });

  it("passes over a line that was torn and closed", async () => {
    const files = await fresh();
    await write(files);
    const lines = readFileSync(files.journal, "utf8").split("\n");
    writeFileSync(files.journal, lines.toSpliced(3, 0, '{"type":"int').join("\n"));
    const { ledger, state } = await BatchLedger.open(files, HEAD, LOCK);
    await ledger.close();
    expect(standingOf(state.rows.get("two"))).toBe("submitted");
  });

  it.each(["results", "journal"] as const)(
    "refuses %s that are no file, and does not read them",
    async (which) => {
      const files = await fresh();
      symlinkSync("/dev/full", files[which]);
      const opening = BatchLedger.open(files, HEAD, LOCK);
      await expect(opening).rejects.toThrow(`${files[which]} is no file`);
      await expect(peekBatch(files, HEAD)).rejects.toThrow("is no file");
    },
  );

  it("leaves a file alone that ends in something else", async () => {
    const files = await fresh();
    writeFileSync(files.results, '{"row":1,"key":"k","status":"completed","attempts":1}\nmy own notes');
    await expect(BatchLedger.open(files, HEAD, LOCK)).rejects.toThrow("not belt's");
    expect(readFileSync(files.results, "utf8")).toContain("my own notes");
  });
});

describe("an attempt that was moved to the row of another version", () => {
  const moved: BatchRecord = { type: "moved", key: "one", attempt: 2, to: "new", version: "v2" };
  const begun = [intent("one", 1), task("one", 1, "task_1"), intent("one", 2), task("one", 2, "task_2")];

  async function read(records: BatchRecord[], lines: ResultLine[]) {
    const files = await fresh();
    const { ledger } = await BatchLedger.open(files, HEAD, LOCK);
    for (const record of records) await ledger.record(JSON.stringify(record));
    for (const each of lines) ledger.result(JSON.stringify(each));
    await ledger.close();
    return (await readBatch(files)).rows;
  }

  it("is that row's alone, its task and its cost counted once", async () => {
    const rows = await read([...begun, moved], []);
    expect([...rows].map(([key, row]) => [key, standingOf(row), row.version])).toEqual([
      ["one", "new", "v"],
      ["new", "submitted", "v2"],
    ]);
    expect([...rows.values()].map(({ costs }) => costs)).toMatchObject([[{ attempt: 1 }], [{ attempt: 1 }]]);
  });

  it("ends by the line of that row; what was in doubt before is so no more", async () => {
    const doubt = line("one", { status: "unknown", attempts: 2, error: "lost" });
    const rows = await read([...begun, moved], [doubt, line("new", { task_id: "task_2" })]);
    expect([...rows].map(([key, row]) => [key, standingOf(row), row.attempts])).toEqual([
      ["one", "new", 2],
      ["new", "done", 1],
    ]);
  });

  it("may be run once more, and goes back to where it came from", async () => {
    const back: BatchRecord = { type: "moved", key: "new", attempt: 1, to: "one", version: "v" };
    const rows = await read([...begun, moved, back], []);
    expect(rows.get("one")).toMatchObject({ open: { number: 3, taskId: "task_2" }, attempts: 3 });
    expect(standingOf(rows.get("new"))).toBe("new");
    expect([...rows.values()].flatMap(({ costs }) => costs)).toHaveLength(2);
  });

  it.each([
    ["nobody began", { ...moved, attempt: 3 }],
    ["goes nowhere", { type: "moved", key: "one", attempt: 2, version: "v2" }],
  ])("and %s is no record", async (_what, record) => {
    await expect(read([...begun, record as BatchRecord], [])).rejects.toThrow("no record of belt batch");
  });
});

describe("the lock of a batch", () => {
  it("is held by one runner at a time, and refused to a second, naming the first", async () => {
    const files = await fresh();
    const { ledger } = await BatchLedger.open(files, HEAD, LOCK);
    const other = { ...LOCK, owner: { ...OWNER, pid: process.pid + 1 } };
    await expect(BatchLedger.open(files, HEAD, other)).rejects.toThrow(`process ${process.pid}`);
    await ledger.close();
    await (await BatchLedger.open(files, HEAD, other)).ledger.close();
  });

  it.each([
    ["of the file", (real: string, link: string) => [real, link], true],
    ["of the file to be made", (real: string, link: string) => [real, link], false],
    ["of its folder", (real: string, link: string) => [`${real}/r.ndjson`, `${link}/r.ndjson`], false],
  ])("is one for two names %s", async (_what, namesOf, isThere) => {
    const real = join(folder, `real-${++count}`);
    const link = join(folder, `link-${count}`);
    const [name, other] = namesOf(real, link) as [string, string];
    symlinkSync(real, link);
    if (isThere) writeFileSync(real, "");
    if (name !== real) mkdirSync(real);
    const { ledger } = await BatchLedger.open(await batchFiles(name), HEAD, LOCK);
    const second = { ...LOCK, owner: { ...OWNER, pid: process.pid + 1 } };
    await expect(BatchLedger.open(await batchFiles(other), HEAD, second)).rejects.toThrow("another belt");
    await ledger.close();
  });

  it.each([
    ["is dead", { host: hostname(), began: null }, { isAlive: () => false }],
    ["has its number from another that was", { host: hostname(), began: "1" }, {}],
    ["is on another machine and shows no life", { host: "elsewhere", began: null }, {}],
  ])("of a runner that %s is taken over", async (_what, runner, options) => {
    const files = await fresh();
    writeFileSync(files.lock, JSON.stringify({ pid: process.ppid, ...runner }));
    const { ledger } = await BatchLedger.open(files, HEAD, { ...LOCK, owner: { ...OWNER, ...options } });
    await ledger.close();
  });

  it.each(["", "{", '{"pid":12,"ho'])("that a crash has torn is taken over: %j", async (text) => {
    const files = await fresh();
    writeFileSync(files.lock, text);
    await (await BatchLedger.open(files, HEAD, LOCK)).ledger.close();
  });

  it("leaves a file of something else alone", async () => {
    const files = await fresh();
    writeFileSync(files.lock, "my own notes");
    await expect(BatchLedger.open(files, HEAD, LOCK)).rejects.toThrow(`cannot lock ${files.lock}`);
    expect(readFileSync(files.lock, "utf8")).toBe("my own notes");
  });

  it("that was taken over meanwhile lets nothing more be begun", async () => {
    const files = await fresh();
    const { ledger } = await BatchLedger.open(files, HEAD, LOCK);
    await ledger.record(JSON.stringify(intent("one", 1)));
    const now = vi.spyOn(Date, "now");
    writeFileSync(files.lock, JSON.stringify({ pid: 1, host: "elsewhere", began: null }));
    // Nobody takes over what showed life just now.
    await ledger.record(JSON.stringify(intent("two", 1)));
    now.mockReturnValue(Date.now() + 60_000);
    await expect(ledger.record(JSON.stringify(intent("three", 1)))).rejects.toThrow("taken this batch over");
    now.mockRestore();
    expect(ledger.failure?.message).toContain("taken this batch over");
    await ledger.close();
    expect(readFileSync(files.journal, "utf8")).not.toContain("three");
    expect(readFileSync(files.lock, "utf8")).toContain("elsewhere");
  });

  it("stays there, every moment, when somebody comes late who had found a dead one", async () => {
    const files = await fresh();
    writeFileSync(files.lock, JSON.stringify({ pid: 1, host: hostname(), began: "dead" }));
    let early: BatchLedger | null = null;
    let isLate = false;
    const owner = { ...OWNER, pid: process.pid + 1, isAlive: () => !isLate || early !== null };
    const late = BatchLedger.open(files, HEAD, {
      ...LOCK,
      owner: {
        ...owner,
        // It has read the dead lock, and looks for its process until another has the lock.
        async beganAt(pid) {
          if (pid === 1 && !isLate) {
            isLate = true;
            early = (await BatchLedger.open(files, HEAD, LOCK)).ledger;
          }
          return await beganAt(pid);
        },
      },
    }).catch((error) => error);
    let gone = 0;
    const watch = async () => {
      while (!early) await new Promise(setImmediate);
      for (let ticks = 0; ticks < 2_000; ticks++) {
        if (!existsSync(files.lock)) gone++;
        await new Promise(setImmediate);
      }
    };
    await Promise.all([watch(), late]);
    expect((await late).message).toContain("another belt runs this batch");
    expect(gone).toBe(0);
    await early!.close();
  });

  it("that nobody can read is refused", async () => {
    const files = await fresh();
    mkdirSync(files.lock);
    await expect(BatchLedger.open(files, HEAD, LOCK)).rejects.toThrow(`cannot read ${files.lock}`);
    rmSync(files.lock, { recursive: true });
  });

  it("is taken by one of many who want it at once", async () => {
    for (let round = 0; round < 25; round++) {
      const files = await fresh();
      writeFileSync(files.lock, JSON.stringify({ pid: 1, host: hostname(), began: "dead" }));
      const tries = Array.from({ length: 8 }, (_, n) =>
        BatchLedger.open(files, HEAD, { ...LOCK, owner: { ...OWNER, pid: 100_000 + n } }).then(
          ({ ledger }) => ledger,
          () => null,
        ),
      );
      const taken = (await Promise.all(tries)).filter((ledger) => ledger !== null);
      expect(taken).toHaveLength(1);
      await taken[0]!.close();
    }
  });
});
