/**
 * Options of other tools, each with belt's that are meant, the first that the command knows. A name may stand
 * with the value that it is given: that very one, `<number>`, or `<spec>` for what --input takes. Of what is
 * meant, "" leaves the option out, "key=" puts the value behind that, "=" takes `key=value` as --key value,
 * and what begins with "|" goes behind the line.
 */
export const OPTIONS: Record<string, readonly string[]> = {
  "--output json": ["--json"],
  "-o json": ["--json"],
  "--format json": ["--json"],
  "--output-format json": ["--json"],
  ...tables("--format", "-o", "--output"),
  "--tsv": ["--field id,status"],
  "--csv": ["--field id,status"],
  "--output": ["--save"],
  "--output-dir": ["--save"],
  "--out": ["--save"],
  "--outdir": ["--save"],
  "-o": ["--save"],
  "--download": ["--save"],
  "--format": ["--field"],
  "--query": ["--field"],
  "--jq": ["--field"],
  "--fields": ["--field"],
  "--columns": ["--field"],
  "--filter <spec>": ["="],
  "--filter": ["--field"],
  "--data": ["--input"],
  "--args": ["--input"],
  "--arg": ["--input"],
  "--inputs": ["--input"],
  "--param": ["--input"],
  "--params": ["--input"],
  "--set": ["--input"],
  "-d <spec>": ["--input"],
  "-p": ["--input"],
  "-F": ["--input"],
  "-f <spec>": ["--input", "="],
  "-s <number>": ["--input seed="],
  "-w <number>": ["--input width="],
  "--all": [""],
  "-a": [""],
  "--with-token": [""],
  "--app": [""],
  "--model": [""],
  "-m <number>": ["--timeout"],
  "--async": ["--no-wait"],
  "--detach": ["--no-wait"],
  "--detached": ["--no-wait"],
  "--background": ["--no-wait"],
  "--nowait": ["--no-wait"],
  "-d": ["--no-wait"],
  "--wait": [""],
  "--sync": [""],
  "--follow": [""],
  "--stream": ["--follow", ""],
  "--watch": ["--follow", ""],
  "-w": ["--follow", ""],
  "-f": [""],
  "--it": [""],
  "-it": [""],
  "--debug": ["--verbose"],
  "--trace": ["--verbose"],
  "--silent": ["--quiet"],
  "-s": ["--quiet"],
  "--url": ["--api-url"],
  "--host": ["--api-url"],
  "--base-url": ["--api-url"],
  "--endpoint": ["--api-url"],
  "--no-color": ["--color never"],
  "--no-colour": ["--color never"],
  "--non-interactive": ["--no-prompt"],
  "--no-input": ["--no-prompt"],
  "--force": ["--yes", ""],
  "-n <number>": ["--limit", "| tail -n"],
  "--tail <number>": ["--limit", "| tail -n"],
  "--last <number>": ["--limit", "| tail -n"],
  "--lines <number>": ["--limit", "| tail -n"],
  "-n": ["--limit"],
  "--count": ["--limit"],
  "--max": ["--limit"],
  "--tail": ["--follow"],
  "--state": ["--status"],
  "--max-price": ["--max-cost"],
  "--budget": ["--max-cost"],
  "--max-spend": ["--max-cost"],
  "--max-usd": ["--max-cost"],
  "--max-time": ["--timeout"],
  "--dryrun": ["--dry-run"],
  "--plan": ["--dry-run"],
  "--explain": ["--help-app"],
  "--schema": ["--help-app"],
};

/** Forms in which other tools print a table; here the fields to print are named. */
function tables(...names: string[]): Record<string, readonly string[]> {
  const asFields = names.flatMap((name) =>
    ["tsv", "csv"].map((form) => [`${name} ${form}`, ["--field id,status"]]),
  );
  const asJson = names.flatMap((name) =>
    ["yaml", "ndjson", "jsonl"].map((form) => [`${name} ${form}`, ["--json"]]),
  );
  const plain = names.flatMap((name) => ["table", "text", "wide"].map((form) => [`${name} ${form}`, [""]]));
  return Object.fromEntries([...asFields, ...asJson, ...plain]);
}

/** Words for a value that belt's options call otherwise. */
export const VALUES: Record<string, string> = {
  done: "completed",
  succeeded: "completed",
  success: "completed",
  finished: "completed",
  ok: "completed",
  error: "failed",
  errored: "failed",
  pending: "queued",
  waiting: "queued",
  open: "active",
  unfinished: "active",
  in_progress: "running",
  processing: "running",
  canceled: "cancelled",
  on: "always",
  off: "never",
};

/** The option that is meant by one more word than a command takes. */
export const EXTRA_WORDS: Record<string, string> = {
  run: "--input",
  "app list": "--search",
  "task list": "--status",
  login: "--profile",
  logout: "--profile",
};

/** Options in which other tools take a key. */
export const KEY_OPTIONS = ["--key", "--api-key", "--apikey", "--token", "--api-token", "--auth", "-k"];

/** What stands for an argument that is missing, by its name, or by that behind its command's. */
export const SAMPLES: Record<string, string> = {
  id: "@last",
  run: "@last",
  app: "infsh/flux",
  agent: "infsh/guide",
  path: "<file>",
  name: "<name>",
  dir: "my-app",
  method: "GET",
  shell: "bash",
  "batch app": "infsh/flux prompts.jsonl",
  "api path": "/sessions",
};
