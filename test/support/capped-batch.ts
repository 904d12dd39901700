import fc from "fast-check";
import { expect } from "vitest";
import { batchFiles, readBatch } from "../../src/store/batch-ledger.ts";
import { standingOf } from "../../src/store/batch-state.ts";
import type { JsonObject } from "../../src/wire/types.ts";
import { BatchScene } from "./batch-scene.ts";
import { killAt, PATIENCE } from "./killed-batch.ts";
import type { TaskServer, TaskServerOptions } from "./task-server.ts";

const USD = 100_000_000;

interface CappedRow {
  /** The most that it may cost, in microcents; null where the API cannot tell. */
  most: number | null;
  /** What it costs of that, in hundredths. */
  share: number;
  end: "well" | "fails" | "full" | "refused" | "throttled" | "lost";
}

/** What breaks a command off: Ctrl-C at a submit, time that is over, or a kill at a write. */
export interface Break {
  how: "cancel" | "detach" | "time" | "kill";
  at: number;
}

/** A batch under a cap: what its rows cost, how they end, and what happens to its commands. */
export interface CappedBatch {
  rows: CappedRow[];
  /** The cap, in hundredths of what all rows may cost. */
  cap: number;
  /** Added to the cap for each command that follows one that was broken off. */
  raise: number;
  /** What there is on the account, and is added once it is spent. */
  credit: number;
  allowUnknown: boolean;
  jobs: number;
  breaks: Break[];
}

/** With commands that are broken off in such ways. */
export function cappedBatches(...hows: Break["how"][]): fc.Arbitrary<CappedBatch> {
  const row = fc.record({
    most: fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 0, max: 50 }) }, fc.constant(null)),
    share: fc.integer({ min: 0, max: 100 }),
    end: fc.constantFrom("well", "well", "lost", "lost", "fails", "full", "refused", "throttled"),
  });
  const most = hows.includes("kill") ? 1 : 4;
  const latest = { kill: 60, time: 60, cancel: 12, detach: 12 };
  const ways = hows.map((how) =>
    fc.record({ how: fc.constant(how), at: fc.integer({ min: 1, max: latest[how] }) }),
  );
  const broken = fc.oneof(...ways);
  return fc.record({
    rows: fc.array(row, { minLength: 4, maxLength: 24 }) as fc.Arbitrary<CappedRow[]>,
    cap: fc.integer({ min: 0, max: 120 }),
    raise: fc.integer({ min: 0, max: 100 }),
    credit: fc.integer({ min: 10, max: 600 }),
    allowUnknown: fc.boolean(),
    jobs: fc.integer({ min: 1, max: 12 }),
    breaks: fc.array(broken, { maxLength: most }),
  });
}

/**
 * Runs it, broken off as told, and again until nothing more is submitted. At no submit is more spent and
 * set aside than the cap of that moment; no row is paid twice; a quota begins no more; and what is told,
 * and the exit code, are what the server knows.
 */
export async function checkCap(batch: CappedBatch): Promise<void> {
  const bank = new Bank(batch);
  const scene = await new BatchScene(bank.server()).open();
  try {
    scene.rows(batch.rows.length);
    for (const each of batch.breaks) {
      await breakOff(scene, bank, each);
      bank.cap += batch.raise;
    }
    let last = { code: -1, stderr: "" };
    for (let before = -1; before !== scene.server.submits; ) {
      before = scene.server.submits;
      last = await command(scene, bank);
    }
    await checkEnd(scene, bank, last);
  } finally {
    await scene.clear();
  }
}

function argsOf(scene: BatchScene, { cap, batch: { jobs, allowUnknown } }: Bank): string[] {
  const money = ["--max-cost", (cap / USD).toFixed(8), ...(allowUnknown ? ["--allow-unknown-cost"] : [])];
  const limits = ["--max-failures", "1000", "-j", String(jobs), ...PATIENCE];
  return [scene.path("rows.jsonl"), ...money, ...limits];
}

async function breakOff(scene: BatchScene, bank: Bank, { how, at }: Break): Promise<void> {
  if (how === "kill") {
    await killAt(scene, argsOf(scene, bank), at);
    bank.checkNone();
    bank.refill();
  } else if (how === "time") await command(scene, bank, ["--timeout", `${at}ms`]);
  else await command(scene, bank, ["--on-interrupt", how], at);
}

/** One command, left by Ctrl-C at its submit of that number. */
async function command(scene: BatchScene, bank: Bank, more: string[] = [], leaveAt?: number) {
  const before = linesOf(scene).length;
  const first = scene.server.submits;
  const running = scene.belt([...argsOf(scene, bank), ...more]);
  bank.onSubmit = (submits) => submits - first === leaveAt && running.signal("SIGINT");
  const { code, stderr } = await running;
  bank.onSubmit = () => {};
  bank.checkNone();
  expect(code, stderr).toBe(codeOf(stderr));
  if (stderr.includes("HTTP 402")) expectNoneBegun(linesOf(scene).slice(before));
  bank.refill();
  return { code, stderr };
}

function linesOf(scene: BatchScene): string[] {
  try {
    return scene.read("rows.results.ndjson.journal").split("\n");
  } catch {
    return [];
  }
}

/** Once a quota was met, nothing is begun. */
function expectNoneBegun(journal: string[]): void {
  const met = journal.findIndex((line) => line.includes('"reopened"') && line.includes("HTTP 402"));
  expect(met).not.toBe(-1);
  expect(journal.slice(met).filter((line) => line.startsWith('{"type":"intent"'))).toEqual([]);
}

/** What section "Many runs" of the contract says, by what the command told. */
function codeOf(stderr: string): number {
  if (stderr.includes("stopped: interrupted")) return 130;
  if (/more than the cap|is not known|HTTP 402/.test(stderr)) return 7;
  const { "in doubt": doubt, failed, running, "not run": left, rows, done } = countsIn(stderr);
  if (doubt! > 0) return 11;
  if (stderr.includes("out of time") || running! + left! > 0) return 8;
  if (failed! > 0) return 9;
  return done === rows ? 0 : -1;
}

/** "12 rows: 9 done, 2 failed, 1 in doubt", as numbers. */
function countsIn(stderr: string): Record<string, number> {
  const [, rows, counts = ""] = /(\d+) rows?: (.*?); results in/.exec(stderr) ?? [];
  const told = counts.split(", ").map((part) => /^(\d+) (.*)$/.exec(part) ?? []);
  const zero = { done: 0, failed: 0, "in doubt": 0, running: 0, "not run": 0, rows: Number(rows) };
  return { ...zero, ...Object.fromEntries(told.map(([, count, what]) => [what, Number(count)])) };
}

async function checkEnd(scene: BatchScene, bank: Bank, { code, stderr }: { code: number; stderr: string }) {
  const { rows, allowUnknown } = bank.batch;
  const { rows: states } = await readBatch(await batchFiles(scene.path("rows.results.ndjson")));
  // What was in doubt, and has come to nothing since, has its old line until it is run.
  const lines = scene.results().filter(({ key }) => standingOf(states.get(key)) !== "new");
  const withStatus = (status: string) => lines.filter((line) => line.status === status).map(({ row }) => row);
  const doubtful = withStatus("unknown");
  expect(countsIn(stderr), stderr).toMatchObject({
    rows: rows.length,
    done: bank.ended("completed").size,
    failed: withStatus("failed").length,
    "in doubt": doubtful.length,
    running: 0,
    "not run": rows.length - lines.length,
  });
  expect(withStatus("completed").toSorted(), stderr).toEqual([...bank.ended("completed")].toSorted());
  // What has reached the server is found.
  expect(
    doubtful.filter((row) => bank.paid(row) > 0),
    stderr,
  ).toEqual([]);
  for (const [index] of rows.entries()) expect(bank.paid(index + 1), stderr).toBeLessThanOrEqual(1);
  const first = rows.findIndex((_, index) => !lines.some(({ row }) => row === index + 1));
  expect(code === 7, stderr).toBe(first !== -1);
  if (first === -1) return;
  const { most } = rows[first]!;
  const counted = bank.counted + doubtful.reduce((sum, row) => sum + (rows[row - 1]!.most ?? 0), 0);
  if (most === null) expect(allowUnknown).toBe(false);
  else expect(counted + most, stderr).toBeGreaterThan(bank.cap);
}

/** The server's books. */
class Bank {
  readonly batch: CappedBatch;
  cap: number;
  onSubmit: (submits: number) => void = () => {};
  isSpent = false;
  #credit: number;
  #server: TaskServer | null = null;
  /** Rows that have met what happens to them once. */
  readonly #met = new Set<unknown>();
  #tooMuch: string[] = [];

  constructor(batch: CappedBatch) {
    this.batch = batch;
    this.cap = Math.floor((batch.cap / 100) * batch.rows.reduce((sum, { most }) => sum + (most ?? 0), 0));
    this.#credit = batch.credit;
  }

  server(): TaskServerOptions {
    return {
      price: (input) => priceOf(this.#row(input)),
      takes: () => 3,
      fails: (input) => {
        const { end } = this.#row(input);
        return end === "fails" ? "no" : end === "full" && this.#once(input) ? "429 busy" : null;
      },
      refuses: (input, server) => this.#refuse(input, server),
      drops: (input) => this.#row(input).end === "lost" && this.#once(input),
    };
  }

  /** The upper bounds of all that was taken on. */
  get counted(): number {
    return this.#sum(({ most }) => most ?? 0);
  }

  checkNone(): void {
    expect(this.#tooMuch).toEqual([]);
  }

  refill(): void {
    if (this.isSpent) this.#credit += 1_000;
    this.isSpent = false;
  }

  /** Rows of which a task has ended so. */
  ended(status: string): Set<number> {
    const tasks = this.#server?.tasks.filter((task) => task.status === status) ?? [];
    return new Set(tasks.map(({ input }) => Number(input["n"])));
  }

  /** Tasks of a row, but for those that were cancelled or failed for lack of room. */
  paid(row: number): number {
    const tasks = this.#server?.tasks.filter(({ input }) => input["n"] === row) ?? [];
    return tasks.filter(({ status, error }) => status !== "cancelled" && error !== "429 busy").length;
  }

  #refuse(input: JsonObject, server: TaskServer) {
    this.#server = server;
    this.onSubmit(server.submits);
    const row = this.#row(input);
    const counted = this.counted + (row.most ?? 0);
    if (counted > this.cap) this.#tooMuch.push(`${counted} at row ${input["n"]}, cap ${this.cap}`);
    if (row.end === "refused") return { status: 422 };
    if (row.end === "throttled" && this.#once(input)) return { status: 429, headers: { "retry-after": "0" } };
    // The API sets aside what a run may cost.
    this.isSpent ||= this.#sum(costOf) + (row.most ?? 0) > this.#credit;
    return this.isSpent ? { status: 402 } : null;
  }

  #sum(amount: (row: CappedRow) => number): number {
    return this.#server?.tasks.reduce((total, { input }) => total + amount(this.#row(input)), 0) ?? 0;
  }

  #row({ n }: JsonObject): CappedRow {
    return this.batch.rows[Number(n) - 1]!;
  }

  #once({ n }: JsonObject): boolean {
    return !this.#met.has(n) && this.#met.add(n) !== undefined;
  }
}

function costOf({ most, share }: CappedRow): number {
  return Math.floor(((most ?? 0) * share) / 100);
}

/** What the API says before it: exactly, or within bounds, or that it cannot tell. */
function priceOf({ most, share }: CappedRow): JsonObject {
  if (most === null) return { confidence: "unknown" };
  if (share === 100) return { confidence: "exact", microcents: most };
  return { confidence: "range", min: costOf({ most, share: Math.floor(share / 2), end: "well" }), max: most };
}
