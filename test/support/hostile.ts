import { type ApiResponse, readResponse } from "../../src/api/http/response.ts";
import { readMessages } from "../../src/api/http/stream.ts";
import { LogTail } from "../../src/api/resources/log-tail.ts";
import { cleanName, extensionIn, nameOfPlace } from "../../src/input/saved-names.ts";
import { plainColors } from "../../src/terminal/colors.ts";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { parseFieldPaths } from "../../src/terminal/field-path.ts";
import { safeJson, safeLine, safeParagraph, safeText } from "../../src/terminal/text.ts";
import { wrap } from "../../src/terminal/wrap.ts";
import { parseJson, stringifyJson } from "../../src/wire/json.ts";

const ESC = "\u001b";

/** Texts that make patterns try again and again: what is repeated, or what stands once before that. */
export const HOSTILE: Record<string, string | [begin: string, piece: string]> = {
  "one ESC and ;#?": [ESC, ";#?"],
  "one ESC [ and parameters": [`${ESC}[`, "0;"],
  "one OSC and text": [`${ESC}]`, "0;"],
  "one C1 OSC and OSCs": ["\u009d", `${ESC}]`],
  "ESC ;#?": `${ESC};#?`,
  ";#?": ";#?",
  "ESC [ without end": `${ESC}[`,
  "parameters without end": `${ESC}[0;`,
  "OSC without end": `${ESC}]0;`,
  "C1 OSC without end": "\u009d",
  "ESC and blanks": `${ESC} `,
  blanks: " ",
  underscores: "_",
  "dots and underscores": "._",
  "dots and letters": ".a",
  dashes: "-",
  slashes: "/a",
  backslashes: "\\",
  "line ends": "\r\n",
  CRs: "\r",
  newlines: "\n",
  quotes: '"',
  "marks that combine": "\u0315\u0300",
  joiners: "a\u200d",
  emoji: "👩‍👩‍👧",
  "half an emoji": "\ud83d",
  digits: "1234567890123456",
  "<title": "<title",
  "<": "<",
  "a:": "a:",
  words: "ab ",
};

export const STYLE = { colors: plainColors, width: 80, textWidth: displayWidth, now: 0 };

function reply(status: number, text: string): ApiResponse {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status, contentType: "text/html", requestId: undefined, retryAfter: undefined, text, body };
}

function refused(status: number, text: string): void {
  try {
    readResponse(reply(status, text));
  } catch {}
}

export async function stream(text: string, type: string): Promise<void> {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  }
  for await (const _ of readMessages(chunks(), type));
}

/** What reads text from outside. */
export const TEXT_FUNCTIONS: Record<string, (text: string) => unknown> = {
  safeText,
  safeLine,
  safeParagraph,
  safeJson,
  cleanName,
  nameOfPlace: (text) => nameOfPlace([text]),
  extensionIn,
  wrap: (text) => wrap(text, STYLE),
  cut: (text) => displayWidth.cut(text, 40),
  width: (text) => displayWidth.width(text),
  "--field": (text) => parseFieldPaths(`a${text}`.replace(/\.+|,+|\[|\]/g, "x")),
  "a page that refuses": (text) => refused(404, text),
  "an error's words": (text) => refused(400, JSON.stringify({ type: text, detail: text })),
  "403": (text) => refused(403, JSON.stringify({ detail: text })),
  "an NDJSON stream": (text) => stream(text, "application/x-ndjson"),
  "an SSE stream": (text) => stream(`data: ${text}`, "text/event-stream"),
  "a log": (text) => new LogTail().take([text, { id: "1", content: text }]),
  JSON: async (text) => stringifyJson(await parseJson(JSON.stringify({ text, n: 1 }))),
};

/** What is measured for a hostile text between two letters: patterns are bound to the ends of theirs. */
export function reading(
  run: (text: string) => unknown,
  hostile: string | [begin: string, piece: string],
): (size: number) => () => unknown {
  const [begin, piece] = Array.isArray(hostile) ? hostile : ["", hostile];
  return (size) => {
    const text = `a${begin}${piece.repeat(Math.ceil(size / piece.length))}a`;
    return () => run(text);
  };
}
