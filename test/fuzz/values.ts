import fc from "fast-check";

const ESC = "\u001b";

/** Pieces of text that somebody has tripped over. */
const PIECES = [
  ESC,
  "\u009b",
  "\u009d",
  "\u0090",
  "\u009c",
  "\u0007",
  "[",
  "]",
  "P",
  "0;",
  "31m",
  "2J",
  "\\",
  "\r",
  "\n",
  "\r\n",
  "\t",
  "\b",
  "\0",
  "\u007f",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u202e",
  "\u2066",
  "\u200d",
  "\u200f",
  "\u0301",
  "\ud83d",
  "\udc69",
  "👩‍👩‍👧",
  "画像",
  "é",
  "ß",
  "İ",
  "🗼",
  " ",
  "  ",
  "a",
  "word",
  "/",
  "..",
  "../",
  ".",
  "_",
  "-",
  "CON",
  "nul",
  ".png",
  ".tar.gz",
  ":",
  "*",
  "?",
  "%2e",
  "%",
  '"',
  "'",
  "`",
  "$(x)",
  "=",
  ":=",
  "@",
  "@=",
  "@-",
  "@@",
  ",",
  "\\.",
  "[]",
  "{",
  "}",
  '{"a":1}',
  "null",
  "true",
  "1",
  "-0",
  "1e400",
  "12345678901234567890",
  "0.1234567890123456789",
  "__proto__",
  "constructor",
  "toString",
  "<title",
  "<html>",
  "https://x.y/z.png?a=b",
  "data:,x",
  "file:///etc/passwd",
];

/** Text from outside: pieces of trouble, and whatever else there is. */
export const text: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);

/** A JSON value of any shape; objects stand where words are expected, and numbers where texts are. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, 0, -1, 1.5, 7, 9, 10, 12, 1e21, 2 ** 53) },
  { weight: 1, arbitrary: fc.constantFrom({ toString: 1 }, { valueOf: {} }, [], {}, [[]], [null], [{}]) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** An object with some of these fields, each with a value that fits or with any. */
export function shaped(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const spoiled = Object.entries(fields).map(([key, fitting]) => [
    key,
    fc.oneof({ weight: 3, arbitrary: fitting }, { weight: 1, arbitrary: value }),
  ]);
  return fc.record(Object.fromEntries(spoiled), { requiredKeys: [] });
}

const STATUS = fc.oneof(
  fc.integer({ min: -1, max: 14 }),
  fc.constantFrom("queued", "running", "Setting Up", "completed", "failed", "canceled", "10"),
);
const FILE = shaped({
  uri: text,
  url: text,
  filename: text,
  content_type: fc.constantFrom("image/png", "x"),
  size: fc.nat(),
});
const OUTPUT = fc.oneof(value, FILE, fc.dictionary(text, fc.oneof(FILE, value), { maxKeys: 4 }));
const LOGS = fc.oneof(
  text,
  fc.array(fc.oneof(text, shaped({ id: text, content: text, log_type: fc.nat(5) })), { maxLength: 4 }),
);

/** A task as servers of any age send it, or nearly. */
export const task = shaped({
  id: fc.constantFrom("task_1", "", "task_2"),
  status: STATUS,
  status_text: fc.constantFrom("", "running", "completed"),
  output: OUTPUT,
  error: fc.oneof(text, shaped({ message: text, detail: text })),
  logs: LOGS,
  session_id: text,
  app: fc.oneof(text, shaped({ name: text, namespace: text })),
  created_at: fc.constantFrom("2026-01-01T00:00:00Z", "never"),
  BaseModel: shaped({ id: text, created_at: text }),
});

export const session = shaped({
  id: text,
  status: fc.constantFrom("active", "ended", "Expired"),
  expires_at: fc.constantFrom("2026-01-01T00:00:00Z", "x"),
  idle_timeout: fc.nat(),
  call_count: fc.nat(),
  app_id: text,
  BaseModel: shaped({ id: text }),
});

export const timings = shaped({
  groups: fc.array(shaped({ label: text, duration_ms: fc.nat() }), { maxLength: 3 }),
  events: fc.array(
    shaped({ status: fc.constantFrom("running", "queued"), timestamp: text, duration_ms: fc.nat() }),
    { maxLength: 3 },
  ),
});

export const error = shaped({
  code: text,
  type: text,
  title: text,
  detail: text,
  message: text,
  status: fc.constantFrom(200, 404, 500),
  success: fc.boolean(),
  error: fc.oneof(text, shaped({ code: text, message: text })),
  errors: fc.array(
    shaped({
      type: text,
      key: text,
      message: text,
      action: shaped({ type: text, provider: text, scopes: fc.array(text, { maxLength: 2 }) }),
    }),
    { maxLength: 2 },
  ),
});

/** In any of the three envelopes. */
export function enveloped(inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const messages = fc.array(shaped({ level: text, message: text }), { maxLength: 2 });
  return fc.oneof(
    inner,
    shaped({ success: fc.boolean(), status: fc.constant(200), data: inner }),
    shaped({ data: inner, messages, meta: value }),
  );
}
