import { expect, test } from "vitest";
import { type LogEntry, TaskLog } from "../../src/local/tasks/task-log.ts";

const line = (content: string) => ({ created_at: "2026-01-01T00:00:00Z", log_type: 4, content });

/** What is kept of these lines, and how much of it was seen before the end. */
function keep(lines: Iterable<string>): { contents: string[]; seen: number; ids: Set<string> } {
  const entries: LogEntry[] = [];
  const log = new TaskLog("t", entries);
  let seen = 0;
  for (const text of lines) if (log.add(line(text))) seen += 1;
  expect(entries.length).toBe(seen);
  let told = 0;
  log.finish(() => {
    told += 1;
  });
  expect(entries.length).toBe(seen + told);
  return { contents: entries.map(({ content }) => content), seen, ids: new Set(entries.map(({ id }) => id)) };
}

function* numbers(from: number, to: number): Iterable<string> {
  for (let n = from; n < to; n += 1) yield `line ${n}`;
}

test.each([0, 1, 10_000, 10_001, 20_000])("of %i lines all are kept", (count) => {
  const { contents, ids } = keep(numbers(0, count));
  expect(contents).toEqual([...numbers(0, count)]);
  expect(ids.size).toBe(count);
});

test("of a long log the beginning and the end are kept, and how much is missing between them is told", () => {
  const { contents, seen, ids } = keep(numbers(0, 200_007));
  expect(seen).toBe(10_000);
  expect(contents.slice(0, 10_000)).toEqual([...numbers(0, 10_000)]);
  expect(contents[10_000]).toBe("(180007 lines are left out here)");
  expect(contents.slice(10_001)).toEqual([...numbers(190_007, 200_007)]);
  expect(ids.size).toBe(contents.length);
});

test("long lines are bounded by their length", () => {
  const long = (n: number) => `${n}`.padEnd(16_000, "x");
  const { contents } = keep(Array.from({ length: 1000 }, (_, n) => long(n)));
  expect(contents.join("").length).toBeLessThan(4_100_000);
  expect([contents[0], contents.at(-1)]).toEqual([long(0), long(999)]);
  expect(contents[125]).toMatch(/^\(750 lines are left out here\)$/);
});

test("what comes after the end is bounded", () => {
  const entries: LogEntry[] = [];
  const log = new TaskLog("t", entries);
  log.finish(() => {});
  const kept = [...numbers(0, 1500)].filter((text) => log.addLate(line(text)));
  expect(kept).toHaveLength(1000);
  expect(entries).toHaveLength(1000);
});
