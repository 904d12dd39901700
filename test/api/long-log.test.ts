import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { LogTail } from "../../src/api/resources/log-tail.ts";

/** More lines than are remembered one by one. */
const LENGTH = 110_000;

const FORMS = {
  "with ids": (n: number) => ({ id: `log_${n}`, content: `line ${n}` }),
  "without ids": (n: number) => `line ${n}`,
};

type Form = (n: number) => unknown;

function entries(form: Form, from: number, to: number): unknown[] {
  return Array.from({ length: to - from }, (_, index) => form(from + index));
}

/** A tail that was told so many lines, a thousand in each message. */
function told(form: Form, length = LENGTH): LogTail {
  const tail = new LogTail();
  let count = 0;
  for (let from = 0; from < length; from += 1_000)
    count += tail.take(entries(form, from, from + 1_000)).length;
  expect(count).toBe(length);
  return tail;
}

function texts(tail: LogTail, logs: unknown): string[] {
  return tail.take(logs).map(({ text }) => text);
}

describe.each(Object.entries(FORMS))("new entries %s, and more than are remembered", (_name, form) => {
  test("then the whole list, as polling brings it: only what is new", () => {
    const tail = told(form);
    expect(texts(tail, entries(form, 0, LENGTH + 2))).toEqual([`line ${LENGTH}`, `line ${LENGTH + 1}`]);
    expect(texts(tail, entries(form, 0, LENGTH + 3))).toEqual([`line ${LENGTH + 2}`]);
  });

  test("then a list whose beginning was dropped", () => {
    const tail = told(form);
    expect(texts(tail, entries(form, 1_000, LENGTH + 1))).toEqual([`line ${LENGTH}`]);
    expect(texts(tail, entries(form, LENGTH - 5, LENGTH + 2))).toEqual([`line ${LENGTH + 1}`]);
  });

  test("then all again by a stream that was opened again, and again", () => {
    const tail = told(form);
    for (const end of [LENGTH, LENGTH + 1]) {
      tail.reopened();
      const shown: string[] = [];
      for (let from = 0; from < LENGTH; from += 10)
        shown.push(...texts(tail, entries(form, from, Math.min(from + 10, LENGTH))));
      expect(shown).toEqual([]);
      expect(texts(tail, [form(end)])).toEqual([`line ${end}`]);
    }
  });

  test("then only what is new, after the stream was opened again", () => {
    const tail = told(form);
    tail.reopened();
    expect(texts(tail, entries(form, LENGTH - 1, LENGTH + 1))).toEqual([`line ${LENGTH}`]);
  });
});

describe("the newest line, and more than are remembered", () => {
  /** How many of all lines one by one are shown. */
  function newest(tail: LogTail): number {
    let count = 0;
    for (let n = 0; n < LENGTH; n++) count += tail.take(`line ${n}`).length;
    return count;
  }

  function toldNewest(): LogTail {
    const tail = new LogTail();
    expect(newest(tail)).toBe(LENGTH);
    return tail;
  }

  test.each(Object.entries(FORMS))("then the whole list %s: only what is new", (_name, form) => {
    expect(texts(toldNewest(), entries(form, 0, LENGTH + 1))).toEqual([`line ${LENGTH}`]);
  });

  test("then all again by a stream that was opened again", () => {
    const tail = toldNewest();
    tail.reopened();
    expect(newest(tail)).toBe(0);
    expect(texts(tail, "new")).toEqual(["new"]);
  });

  test("a line like the first one, after the stream was opened again, hides none", () => {
    const tail = toldNewest();
    tail.reopened();
    tail.take("line 0");
    expect(texts(tail, "other")).toEqual(["other"]);
  });
});

test("ids in another order than they were shown in, among so many", () => {
  const form = FORMS["with ids"];
  const tail = told(form);
  const list = entries(form, 0, LENGTH);
  const late = { id: "late", content: "late" };
  const mixed = [...list.slice(0, -2_000), ...list.slice(-1_000), late, ...list.slice(-2_000, -1_000)];
  expect(texts(tail, mixed)).toEqual(["late"]);
});

test.each(Object.entries({ ...FORMS, "as the newest": null }))(
  "400,000 lines %s take no more memory than the first of them",
  (_name, form) => {
    const tail = new LogTail();
    const used: number[] = [];
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (let n = 0; n < 400_000; n++) {
      tail.take(form ? [form(n)] : `line ${n}`);
      if (n === 149_999 || n === 349_999) {
        collect();
        used.push(process.memoryUsage().heapUsed);
      }
    }
    expect(used[1]! - used[0]!).toBeLessThan(4e6);
  },
);
