import { EXIT_CODES } from "../../errors.ts";
import { APP_FORMAT } from "./app-format.ts";
import { outputTopic } from "./documents.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { rows } from "./layout.ts";
import { SCENARIOS } from "./scenarios.ts";
import { scriptingTopic } from "./scripting.ts";

/** What `belt help <topic>` tells about. */
export const TOPICS: Record<string, { summary: string; text(): string }> = {
  "exit-codes": { summary: "how a command ended, as a number", text: exitCodes },
  environment: { summary: "variables that belt reads", text: environment },
  input: { summary: "how --input and --setup are written", text: input },
  output: { summary: "what is printed where, and every document", text: outputTopic },
  errors: { summary: "what goes wrong, word by word", text: errors },
  scripting: { summary: "what a script wants to do, and how it is written", text: scriptingTopic },
  "app-format": { summary: "how an app is written, on one page", text: () => APP_FORMAT },
  scenarios: { summary: "scripts of faults, for rehearsing failure", text: () => SCENARIOS },
};

/** Told by the command tree, not by a text of its own. */
export const OPTIONS_TOPIC = "options";

export const TOPIC_NAMES = [...Object.keys(TOPICS), OPTIONS_TOPIC];

/** Variables that belt reads, and what each does. */
export const VARIABLES: Record<string, string> = {
  INFSH_API_KEY: "the API key",
  INFERENCE_API_KEY: "the API key, where INFSH_API_KEY is not set",
  BELT_PROFILE: "profile to use, like --profile",
  BELT_API_URL: "base URL of the API, like --api-url",
  BELT_LOCAL: "1: like --local",
  BELT_MAX_COST: "the most that one command may spend, in USD, like --max-cost",
  BELT_CONFIG_DIR: "where profiles and keys are kept",
  BELT_STATE_DIR: "where the journal of what was submitted is kept, and what the local server stores",
  BELT_CACHE_DIR: "where apps' schemas are kept, and node's own form of the program",
  BELT_REHEARSAL:
    "set by `belt dev exec` for the command it runs: belt talks to the local server, and to nothing else",
  BELT_SESSION: "set by `belt session exec` for the command it runs: the id of its session",
  HTTPS_PROXY: "proxy for https; NO_PROXY names the hosts that go without",
  NO_COLOR: "any value turns color off, unless --color says otherwise",
  FORCE_COLOR: "any value turns color on, unless --color or NO_COLOR say otherwise",
  CI: "any value: no spinner, one plain line for each change of status",
};

const WRITTEN: [string, string][] = [
  ["key=text", "a string; becomes a number, boolean, … where the app's schema wants one"],
  ["key:=json", "that JSON value, as it is"],
  ["key=@path", "the file is uploaded, and its uri becomes the value"],
  ["key=@-", "standard input is uploaded"],
  ["key=@@x", "the text @x"],
  ["key@=path  key@=-", "the text of the file, or of standard input, as it is"],
  ["a.b=1  a.0=x  tags[]=x", "nested objects and lists; a\\.b is a key with a dot"],
  ["points[].x=1 points[].y=2", "one element, until a key comes again"],
  ["{…}", "a JSON object, merged"],
  ["@file.json  @file.yaml  @-", "an object read from a file or standard input, merged"],
  ["file.json  file.yaml", "the same without @, by the ending of the name"],
];

function exitCodes(): string {
  const codes = Object.values(EXIT_CODES).map(
    ({ code, meaning }) => `${String(code).padStart(4)}  ${meaning}`,
  );
  return `The same on a terminal, in a pipe and with --json.\n\n${codes.join("\n")}`;
}

function errors(): string {
  const codes = Object.entries(ERROR_CODES).map(([code, { meaning, exit }]): [string, string] => [
    `${code}${exit === "depends" ? "" : ` (${EXIT_CODES[exit].code})`}`,
    meaning,
  ]);
  return [
    'An error is told on stderr: "error: what failed", then "hint: what to type next". With --json, where stderr is no terminal, it is the last line there:',
    '    {"error":{"code","message","hint",\n      "http_status","retryable","task_id","request_id"}}',
    "retryable: the same command may succeed later, and nothing is paid twice by trying. What the API sends as a code stands as it is.",
    `Codes, with the exit code where one is usual:\n${rows(codes)}`,
  ].join("\n\n");
}

function environment(): string {
  return `${rows(Object.entries(VARIABLES))}\n\nAn option on the command line comes before a variable.`;
}

function input(): string {
  return [
    "--input and --setup may be repeated; they are merged from left to right, and later ones win.",
    rows(WRITTEN),
    "In a value nothing but @ reads a file: what merely looks like a path is sent as text.",
  ].join("\n\n");
}
