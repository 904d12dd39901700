import { describe, expect, test } from "vitest";
import { parseStatusWord, StatusReader } from "../../src/api/resources/status.ts";
import { isTerminal, STATUS_WORDS, type StatusTable, type StatusWord } from "../../src/wire/status.ts";

/** The two tables of src/api/README.md, "Status numbers", written out again on purpose. */
const TABLES: Record<StatusTable, Record<number, StatusWord>> = {
  "2025": {
    1: "received",
    2: "queued",
    3: "dispatched",
    4: "preparing",
    5: "serving",
    6: "setting_up",
    7: "running",
    8: "uploading",
    9: "completed",
    10: "failed",
    11: "cancelled",
  },
  "2026": {
    1: "received",
    2: "queued",
    3: "dispatched",
    4: "preparing",
    5: "serving",
    6: "setting_up",
    7: "running",
    8: "cancelling",
    9: "uploading",
    10: "completed",
    11: "failed",
    12: "cancelled",
  },
};
const ROWS = (["2025", "2026"] as const).flatMap((table) =>
  Object.entries(TABLES[table]).map(([code, word]) => [table, Number(code), word] as const),
);

function fresh(): StatusReader {
  return new StatusReader(null);
}

/** What a reader makes of a number after it has learned what it has. */
function wordOf(reader: StatusReader, status: number, error: unknown = null): StatusWord {
  return reader.read({ status, error }).word;
}

describe("rule 1: a word is believed first", () => {
  test.each(STATUS_WORDS)("status %s", (word) => {
    expect(fresh().read({ status: word })).toEqual({ word, code: null, ambiguous: false });
  });

  test.each([
    ["Setting Up", "setting_up"],
    ["setting-up", "setting_up"],
    ["SETTING_UP", "setting_up"],
    [" running\n", "running"],
    ["Scheduled", "dispatched"],
    ["canceled", "cancelled"],
    ["Canceling", "cancelling"],
    ["COMPLETED", "completed"],
  ])("%j is %s", (spelling, word) => {
    expect(parseStatusWord(spelling)).toBe(word);
    expect(fresh().read({ status: spelling }).word).toBe(word);
    expect(fresh().read({ status: 1, status_text: spelling }).word).toBe(word);
  });

  test.each([["archived"], [""], ["  "], [null], [undefined], [7], [{}], [["running"]]])(
    "%j is no status word",
    (text) => {
      expect(parseStatusWord(text)).toBeNull();
    },
  );

  test.each([["constructor"], ["__proto__"], ["hasOwnProperty"], ["valueOf"]])(
    "%s, a name every object knows, is no status word",
    (text) => {
      expect(parseStatusWord(text)).toBeNull();
      expect(fresh().read({ status: text }).word).toBe("unknown");
    },
  );

  test("status as a word counts before status_text", () => {
    expect(fresh().read({ status: "running", status_text: "completed" }).word).toBe("running");
  });

  test("status_text counts before the number, whatever the table", () => {
    for (const table of ["2025", "2026"] as const) {
      const reading = new StatusReader(table).read({ status: 10, status_text: "uploading" });
      expect(reading).toEqual({ word: "uploading", code: 10, ambiguous: false });
    }
  });

  test.each([[""], [null], ["archived"]])("a status_text of %j leaves it to the number", (status_text) => {
    expect(fresh().read({ status: 7, status_text }).word).toBe("running");
  });

  test("a word that is not known and no number is unknown, not an end", () => {
    expect(fresh().read({ status: "archived" })).toEqual({ word: "unknown", code: null, ambiguous: false });
    expect(fresh().read({})).toEqual({ word: "unknown", code: null, ambiguous: false });
  });
});

describe("the number", () => {
  test.each(ROWS)("table %s: %i is %s", (table, code, word) => {
    expect(new StatusReader(table).read({ status: code })).toEqual({ word, code, ambiguous: false });
  });

  test.each(ROWS.filter(([, code]) => code <= 7))("table %s or none: %i is %s", (_table, code, word) => {
    expect(fresh().read({ status: code })).toEqual({ word, code, ambiguous: false });
  });

  test("a number in quotes is a number", () => {
    expect(fresh().read({ status: "7" })).toEqual({ word: "running", code: 7, ambiguous: false });
  });

  test("status_code stands in where status holds a word", () => {
    expect(fresh().read({ status: "running", status_code: 7 })).toMatchObject({ word: "running", code: 7 });
  });

  test.each([0, -1, 13, 99, 9.5, Number.NaN, 1e300])("%d is unknown in every table", (status) => {
    for (const reader of [fresh(), new StatusReader("2025"), new StatusReader("2026")]) {
      const { word, ambiguous } = reader.read({ status });
      expect(word).toBe("unknown");
      expect(ambiguous).toBe(false);
    }
  });

  test("only completed, failed and cancelled are ends", () => {
    expect(STATUS_WORDS.filter(isTerminal)).toEqual(["completed", "failed", "cancelled"]);
  });
});

describe("rule 2: what the server has shown fixes its table", () => {
  const telling = ROWS.filter(([, code]) => code >= 8);

  test.each(telling)("table %s is learned from %i with %s", (table, code, word) => {
    const reader = fresh();
    reader.read({ status: code, status_text: word });
    for (const [number, meaning] of Object.entries(TABLES[table])) {
      expect(wordOf(reader, Number(number))).toBe(meaning);
    }
  });

  test.each(telling)("table %s is learned from /timings: %i, %s", (table, code, word) => {
    const reader = fresh();
    reader.learn(code, word);
    expect(wordOf(reader, 10)).toBe(TABLES[table][10]);
  });

  test("a 12 anywhere means the newer table", () => {
    const reader = fresh();
    reader.read({ status: 12 });
    expect(wordOf(reader, 9)).toBe("uploading");
    expect(wordOf(reader, 11)).toBe("failed");
    expect(reader.read({ status: 9 }).ambiguous).toBe(false);
  });

  test("a 12 puts right what was learned wrong", () => {
    const reader = fresh();
    reader.learn(9, "completed");
    expect(reader.read({ status: 12 }).word).toBe("cancelled");
    expect(wordOf(reader, 10)).toBe("completed");
  });

  test.each(ROWS.filter(([, code]) => code <= 7))(
    "%s: %i with %s tells nothing, both tables agree",
    (_, code, word) => {
      const reader = fresh();
      reader.learn(code, word);
      expect(reader.read({ status: 9 }).ambiguous).toBe(true);
    },
  );

  test.each([
    [9, "running"],
    [9, "unknown"],
    [11, "completed"],
    [99, "completed"],
    [10, null],
  ] as const)("%i with %s, which fits no table, tells nothing", (code, word) => {
    const reader = fresh();
    reader.learn(code, word);
    expect(reader.read({ status: 9 }).ambiguous).toBe(true);
  });

  test("each reader learns for itself", () => {
    const [one, other] = [fresh(), fresh()];
    one.learn(9, "completed");
    expect(one.read({ status: 9 }).word).toBe("completed");
    expect(other.read({ status: 9 }).ambiguous).toBe(true);
  });

  test("what was learned stands above an error text", () => {
    const reader = fresh();
    reader.learn(9, "uploading");
    expect(wordOf(reader, 10, "a warning")).toBe("completed");
  });

  test.each(["2025", "2026"] as const)("a pinned table %s learns nothing", (table) => {
    const reader = new StatusReader(table);
    const other = table === "2025" ? "2026" : "2025";
    reader.learn(9, TABLES[other][9]!);
    expect(wordOf(reader, 9)).toBe(TABLES[table][9]);
  });
});

describe("rules 3 and 4: a number alone", () => {
  test.each([
    [12, null, "cancelled"],
    [12, "boom", "cancelled"],
    [10, null, "completed"],
    [10, "", "completed"],
    [10, undefined, "completed"],
    [10, "boom", "failed"],
    [11, null, "cancelled"],
    [11, "", "cancelled"],
    [11, "boom", "failed"],
    [9, null, "uploading"],
    [9, "", "uploading"],
    [9, "boom", "uploading"],
  ])("%i with error %j is %s", (status, error, word) => {
    expect(fresh().read({ status, error }).word).toBe(word);
  });

  test("12 is cancelled even where the older table is pinned", () => {
    expect(new StatusReader("2025").read({ status: 12 }).word).toBe("cancelled");
  });

  test("8 is not an end in any table", () => {
    expect(isTerminal(wordOf(fresh(), 8, "boom"))).toBe(false);
  });

  test("guessing teaches nothing", () => {
    const reader = fresh();
    for (const status of [8, 9, 10, 11]) reader.read({ status });
    expect(reader.read({ status: 9 }).ambiguous).toBe(true);
    expect(wordOf(reader, 10, "boom")).toBe("failed");
  });

  test("only a bare 9 is ambiguous", () => {
    for (let status = 0; status <= 13; status++) {
      expect([status, fresh().read({ status }).ambiguous]).toEqual([status, status === 9]);
    }
    expect(fresh().read({ status: 9, status_text: "Uploading" }).ambiguous).toBe(false);
    expect(new StatusReader("2026").read({ status: 9 }).ambiguous).toBe(false);
  });
});
