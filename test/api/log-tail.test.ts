import { describe, expect, test } from "vitest";
import { LogTail } from "../../src/api/resources/log-tail.ts";

interface Entry {
  id?: string;
  content: string;
  log_type?: unknown;
}

/** The texts shown for each message in turn. */
function shown(...messages: unknown[]): string[][] {
  const tail = new LogTail();
  return messages.map((logs) => tail.take(logs).map((entry) => entry.text));
}

function withIds(texts: string[], from = 1): Entry[] {
  return texts.map((content, index) => ({ id: `log_${from + index}`, content, log_type: 1 }));
}

describe("the newest line as text", () => {
  test("each line once, however often it is repeated by the next message", () => {
    expect(shown("a", "a", "b", "b", "c")).toEqual([["a"], [], ["b"], [], ["c"]]);
  });

  test("a line that comes back later is new", () => {
    expect(shown("10%", "20%", "10%")).toEqual([["10%"], ["20%"], ["10%"]]);
  });

  test("an empty text is no line", () => {
    expect(shown("", "a", "")).toEqual([[], ["a"], []]);
  });
});

describe("the whole list so far", () => {
  test("with ids: each id once", () => {
    const list = withIds(["a", "b", "c"]);
    expect(shown(list.slice(0, 1), list.slice(0, 2), list, list)).toEqual([["a"], ["b"], ["c"], []]);
  });

  test("without ids: only what was added", () => {
    expect(shown(["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c"])).toEqual([["a"], ["b"], ["c"], []]);
  });

  test("lines that repeat are counted, with ids and without", () => {
    expect(shown(["a", "a"], ["a", "a", "a"])).toEqual([["a", "a"], ["a"]]);
    expect(shown(withIds(["a", "a"]), withIds(["a", "a", "a"]))).toEqual([["a", "a"], ["a"]]);
  });

  test("a list whose beginning was dropped shows only its new end", () => {
    expect(shown(["a", "b", "c", "d"], ["c", "d", "e"], ["e", "f"])).toEqual([
      ["a", "b", "c", "d"],
      ["e"],
      ["f"],
    ]);
  });

  test("an overlap that begins with its own beginning is found", () => {
    expect(shown(["x", "a", "a", "b", "a", "a"], ["a", "a", "b", "a", "a", "c"])).toEqual([
      ["x", "a", "a", "b", "a", "a"],
      ["c"],
    ]);
  });

  test("an overlap is found where an earlier try at it fails half way", () => {
    expect(shown(["a", "a", "a", "b"], ["a", "a", "b", "c"])).toEqual([["a", "a", "a", "b"], ["c"]]);
  });

  test("an older list with ids, sent again after a lost connection, shows nothing", () => {
    const list = withIds(["a", "b", "c"]);
    expect(shown(list, list.slice(0, 2))[1]).toEqual([]);
  });

  test("an older list without ids, sent again after a lost connection, shows nothing", () => {
    expect(shown(["a", "b", "c"], ["a", "b"])[1]).toEqual([]);
  });
});

describe("new entries only", () => {
  test("with ids", () => {
    expect(shown(withIds(["a", "b"]), withIds(["b", "c"], 3), withIds(["d"], 5))).toEqual([
      ["a", "b"],
      ["b", "c"],
      ["d"],
    ]);
  });

  test("without ids", () => {
    expect(shown(["a", "b"], ["c"], ["d", "e"])).toEqual([["a", "b"], ["c"], ["d", "e"]]);
  });

  test("an id that comes a second time is not shown again, even with another text", () => {
    expect(shown([{ id: "1", content: "a" }], [{ id: "1", content: "b" }])).toEqual([["a"], []]);
  });

  test("the same text under another id is another line", () => {
    expect(shown([{ id: "1", content: "a" }], [{ id: "2", content: "a" }])).toEqual([["a"], ["a"]]);
  });
});

describe("from one form to the other no line is shown twice", () => {
  test("the newest line, then the whole list", () => {
    expect(shown("a", "b", ["a", "b", "c"])).toEqual([["a"], ["b"], ["c"]]);
  });

  test("the whole list, then its newest line", () => {
    expect(shown(["a", "b"], "b", "c", ["a", "b", "c", "d"])).toEqual([["a", "b"], [], ["c"], ["d"]]);
  });

  test("newest lines with gaps between them, then the whole list", () => {
    expect(shown("b", ["a", "b", "c"])[1]).not.toContain("b");
  });

  test("a list with ids, then its newest line", () => {
    expect(shown(withIds(["a", "b"]), "b")).toEqual([["a", "b"], []]);
  });

  test("newest lines, then the list with ids that polling brings", () => {
    expect(shown("a", "b", withIds(["a", "b", "c"]))).toEqual([["a"], ["b"], ["c"]]);
  });

  test("a list with ids, then the same without", () => {
    expect(shown(withIds(["a", "b"]), ["a", "b", "c"])).toEqual([["a", "b"], ["c"]]);
  });
});

describe("entries", () => {
  test("come out in the order sent, with an id or without", () => {
    expect(shown([{ id: "1", content: "a" }, "b", { id: "2", content: "c" }])).toEqual([["a", "b", "c"]]);
  });

  test.each([
    [0, "build"],
    [1, "run"],
    [2, "serve"],
    [3, "setup"],
    [4, "task"],
    [5, "task"],
    [-1, "task"],
    ["setup", "setup"],
    ["constructor", "task"],
    [undefined, "task"],
    [null, "task"],
    [{}, "task"],
  ])("log_type %j is stream %s", (log_type, stream) => {
    expect(new LogTail().take([{ id: "1", content: "a", log_type }])).toEqual([{ text: "a", stream }]);
  });

  test("the line end that an entry carries is not part of its text", () => {
    expect(shown([{ content: "a\n" }, { content: "b\r\n" }, { content: "c\n\n" }])).toEqual([
      ["a", "b", "c\n"],
    ]);
  });

  test("an entry that is empty is an empty line", () => {
    expect(shown([{ id: "1", content: "" }])).toEqual([[""]]);
  });

  test.each([[null], [undefined], [7], [{}], [[null, 7, {}, [], { content: 7 }, { id: "1" }]]])(
    "%j holds no line",
    (logs) => {
      expect(shown(logs)).toEqual([[]]);
    },
  );

  test.each([[7], [""], [null], [{}]])("an id of %j is no id: the entry is compared by its text", (id) => {
    expect(
      shown(
        [{ id, content: "a" }],
        [
          { id, content: "a" },
          { id, content: "b" },
        ],
      ),
    ).toEqual([["a"], ["b"]]);
  });
});

describe("100,000 entries and more", () => {
  const many = Array.from({ length: 100_000 }, (_, index) => `line ${index}`);

  test("one by one as the newest line", () => {
    const tail = new LogTail();
    let count = 0;
    for (const line of many) count += tail.take(line).length;
    expect(count).toBe(many.length);
  });

  test("one by one as new entries, with ids and without", () => {
    for (const entry of [
      (text: string, n: number) => ({ id: `${n}`, content: text }),
      (text: string) => text,
    ]) {
      const tail = new LogTail();
      let count = 0;
      for (const [index, line] of many.entries()) count += tail.take([entry(line, index)]).length;
      expect(count).toBe(many.length);
    }
  });

  test("all the same, all at once, then all but the first half", () => {
    const same = many.map(() => "same");
    expect(shown(same, same.slice(50_000)).map((texts) => texts.length)).toEqual([100_000, 0]);
  });

  test.each([
    ["with ids", (text: string, index: number) => ({ id: `${index}`, content: text })],
    ["without ids", (text: string) => text],
  ])("400,000 at once %s", (_name, entry) => {
    const list = Array.from({ length: 400_000 }, (_, index) => entry(`line ${index}`, index));
    expect(shown(list, list).map((texts) => texts.length)).toEqual([400_000, 0]);
  });
});
