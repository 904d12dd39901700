import { STATUS_WORDS } from "../../wire/status.ts";
import { rows } from "./layout.ts";

const FORMS: [string, string][] = [
  ["no flag", "for people; in a pipe without color, nothing cut, with ISO times"],
  ["--json", "one JSON document and a newline, or nothing"],
  ["--field a.b", "one field, raw; of a list one line for each element"],
  ["--field id,status", "several, set apart by tabs; with --json as JSON"],
  [
    "-q",
    "the bare result: of run its output, with --save the paths, with --no-wait the id; of lists and get the ids; of cancel, end and keepalive nothing",
  ],
];

const TASK: [string, string][] = [
  ["id", "as the API gave it"],
  ["app", "as submitted, or as the API tells it; else null"],
  ["status", "the word, always; status_code is the number the API sent"],
  ["input, output", 'as the app takes and gives them; a file is {"uri", …} or a URI'],
  ["error", "why it failed, else null"],
  ["session_id", "the session it ran in, else null"],
  ["created_at, updated_at", "ISO times"],
  ["saved", 'after --save: the paths of the files, such as ["out/image.png"]'],
];

const OTHERS: [string, string][] = [
  [
    "task cancel",
    '{"id", "status", "status_code", "cancelled"}; cancelled is false when it had ended before',
  ],
  ["task logs", '{"task_id", "logs": [{"id", "content", "log_type", …}]}'],
  ["task list --journal", '[{"type", "id", "app", "api", "time"}]'],
  ["session get|list", "the API's fields, and expires_in: whole seconds, null when not active"],
  ["session end", '{"id", "ended": true}'],
  ["app get|list", "as the API describes apps"],
  ["app sample", 'an input; with --save {"saved"}: the path of the file'],
  ["file upload", '{"file", "uri", "size"}'],
  [
    "batch",
    '{"row", "id", "key", "status", "task_id", "output", "error", "attempts", "estimate", "saved"}: a line for each row as it ends, in the results file and with --json on stdout',
  ],
  [
    "agent run",
    '{"chat_id", "run_id", "task_id", "agent", "status", "text", "output", "messages", "tool_calls", "denied"}',
  ],
  ["chat get", "as the API describes chats"],
  ["chat stop", '{"id", "status", "stopped"}; stopped is false when no answer was being made'],
  ["run|rerun --dry-run", '{"method", "url", "body", "uploads": [{"field", "file", "size"}], "estimate"}'],
  [
    "batch --dry-run",
    '{"app", "version", "rows", "repeats", "uploads": {"files", "bytes"}, "to_run", "run_again", "to_follow", "to_save", "done", "failed", "in_doubt", "to_look_for", "out", "estimate", "cap": {"max_usd", "counted_usd", "fits", "stops_after"}}; cap is null without --max-cost, stops_after is the last row that it allows, null where it stops nothing',
  ],
  [
    "estimate, in these",
    '{"confidence": "exact|range|unknown", "min_usd", "max_usd", "depends_on", "description"}: amounts as texts, null when unknown; null for the whole where nothing was asked',
  ],
  ["balance", '{"balance_usd", "microcents"}'],
  ["usage", '{"from", "to", "total_usd", "apps": [{"app", "calls", "usd"}], "days": [{"date", "usd"}]}'],
  [
    "a receipt",
    '{"schema", "belt", "api", "task_id", "app", "version", "function", "variant", "infra", "given", "sent", "redacted", "files": {"in", "out"}, "output_sha256", "status", "submitted_at", "created_at", "updated_at", "estimate"}',
  ],
  ["app init", '{"app", "dir", "files"}'],
  [
    "profile list",
    '[{"name", "current", "api_url", "key", "key_from", "infra", "status_table", "insecure"}]; of keys the end alone',
  ],
  ["profile show", '{"name", "name_from", "api_url", "api_url_from", "key", "key_from", …}'],
  [
    "doctor",
    '{"ok", "advice", "belt", "node", "platform", "profile", "key", "api", "proxy", "folders", "trouble", "error"}',
  ],
  [
    "dev",
    'one line for each thing that happens, with "type" and "time": server, task, app, session, worker, log, fault, webhook, rehearsal',
  ],
  ["help", '{"schema_version", "version", "name", "options", "commands", "exit_codes", "error_codes", …}'],
  ["help <topic>", '{"schema_version", "version", "topic", "text"}'],
  ["completion", '{"shell", "script"}'],
  ["--version", '{"version"}'],
];

const EVENTS: [string, string][] = [
  ["status", "status, status_code, elapsed_ms"],
  ["log", "text, stream"],
  ["output", "output: the whole of what there is so far"],
  ["delta", "delta: what was added since"],
  ["link", "state: open, retrying or polling"],
  ["result", "task: the last line, whatever the outcome"],
  ["error", "error: the last line instead, when the watch itself failed"],
];

/** What the events of an agent's answer have besides. */
const AGENT_EVENTS: [string, string][] = [
  ["text, reasoning", "message_id, text: what was added"],
  ["tool", "id, name, tool_type, status, arguments, result"],
  ["approval", "id, interrupt_id, name, arguments"],
  ["result", "turn, in the place of task: the document of agent run"],
];

/** `belt help output`: what is printed where, and every document with its fields. */
export function outputTopic(): string {
  return [
    "stdout is the answer, stderr is everything else. The exit code is the same on a terminal, in a pipe and with --json.",
    `Forms:\n${rows(FORMS)}`,
    'One id gives an object, several give an array in the order asked, in which one that failed is {"id", "error": {…}}. Lists are arrays. task watch, task logs -f, dev and --events print NDJSON: one document a line.',
    `A task, wherever one is printed:\n${rows(TASK)}`,
    `Status words: ${STATUS_WORDS.join(" ")}`,
    `Other documents:\n${rows(OTHERS)}`,
    `Events, one a line, each with type, seq, time and task_id:\n${rows(EVENTS)}`,
    `Those of agent run --events, with chat_id, too:\n${rows(AGENT_EVENTS)}`,
    'With --json stderr is NDJSON, too, where it is no terminal: {"note": {"message", "task_id"}}, {"status": {"task_id", "status"}} (of a chat task_id is null, and chat_id is there, too), {"warning": {"message"}}, {"trace": {"message"}}, and last, if at all, {"error": {…}} (belt help errors).',
  ].join("\n\n");
}
