import fc from "fast-check";
import { readProbe } from "../../src/api/http/probe.ts";
import { readJson } from "../../src/api/http/read-json.ts";
import { type ApiResponse, readResponse } from "../../src/api/http/response.ts";
import { appSchemas, versionOf } from "../../src/api/resources/app.ts";
import { LogTail } from "../../src/api/resources/log-tail.ts";
import { outputFiles } from "../../src/api/resources/output-files.ts";
import { sessionDocument } from "../../src/api/resources/session.ts";
import { StatusReader } from "../../src/api/resources/status.ts";
import { flattenBase, type TaskDocument, taskDocument } from "../../src/api/resources/task.ts";
import { readSlots } from "../../src/api/resources/upload-slots.ts";
import { BeltError, EXIT_CODES } from "../../src/errors.ts";
import { plainColors } from "../../src/terminal/colors.ts";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { selectFields } from "../../src/terminal/field.ts";
import { parseFieldPaths } from "../../src/terminal/field-path.ts";
import { safeJson } from "../../src/terminal/text.ts";
import { appListView } from "../../src/views/app-views.ts";
import { taskListView } from "../../src/views/list-views.ts";
import { taskLogView } from "../../src/views/log-view.ts";
import { outputView } from "../../src/views/run-views.ts";
import { sessionView } from "../../src/views/session-views.ts";
import { taskPageView, taskView } from "../../src/views/task-views.ts";
import { isObject, type JsonObject } from "../../src/wire/types.ts";
import { type Harness, hold } from "./harness.ts";
import { HARMFUL } from "./terminal-text.ts";
import { enveloped, error, session, shaped, task, text, timings, value } from "./values.ts";

const slots = fc.array(shaped({ upload_url: text, uri: text }), { maxLength: 2 });
const app = shaped({
  id: text,
  name: text,
  namespace: text,
  version: shaped({ id: text, functions: fc.dictionary(text, value), default_function: text }),
});
const body = fc.oneof(
  enveloped(fc.oneof(task, session, slots, app, timings, value)).map((one) => JSON.stringify(one) ?? ""),
  error.map((one) => JSON.stringify(one)),
  text,
  text.map((inner) => `<html><head><title>${inner}</title>`),
);

interface Answer {
  status: number;
  contentType: string;
  retryAfter: string | undefined;
  text: string;
  more: JsonObject;
}

const STYLE = { colors: plainColors, width: 60, textWidth: displayWidth, now: 0 };

export const replies: Harness<Answer> = {
  name: "replies",
  properties: [
    "any answer is a value or a BeltError with a code, a message and an exit code",
    "whatever the value is, every reader of resources takes it, or says with a BeltError that it cannot",
    "every view of it is text that a terminal does not obey, and its JSON is JSON",
  ],
  inputs: fc.record({
    status: fc.constantFrom(200, 201, 204, 301, 400, 401, 404, 410, 412, 422, 429, 500, 503),
    contentType: fc.constantFrom("application/json", "text/html", "", "application/problem+json"),
    retryAfter: fc.option(fc.oneof(text, fc.constantFrom("1", "0", "Thu, 01 Jan 2026 00:00:00 GMT")), {
      nil: undefined,
    }),
    text: body,
    more: timings,
  }),
  async check({ more, ...head }) {
    const reply: ApiResponse & { date: string } = {
      ...head,
      requestId: undefined,
      body: await readJson(head.text),
      date: head.text,
    };
    readProbe(reply, { sent: 0, received: 1, check() {} });
    const read = refusable(() => readResponse(reply));
    if (!read) return;
    hold(
      read.messages.every(({ message }) => typeof message === "string"),
      "a message is no text",
    );
    look(read.value, more);
    if (Array.isArray(read.value)) for (const one of read.value) look(one, more);
  },
};

/** Null for what is refused in words. */
function refusable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (thrown) {
    hold(thrown instanceof BeltError, `not refused in words: ${thrown}`);
    const { code, message, exit, retryAfter } = thrown.facts;
    hold(typeof code === "string" && code !== "" && typeof message === "string", "an error without words");
    hold(exit in EXIT_CODES && (retryAfter === undefined || retryAfter >= 0), "an error without an end");
    return null;
  }
}

function look(found: unknown, more: JsonObject): void {
  refusable(() => readSlots(found, 1, "https://api.inference.sh/files"));
  JSON.parse(safeJson(found));
  new LogTail().take(found);
  if (!isObject(found)) return;
  const raw = flattenBase(found);
  const document = taskDocument(raw, new StatusReader(null).read(raw), null);
  const { id, created_at: created } = document;
  hold(
    typeof id === "string" && (created === null || typeof created === "string"),
    "a document without words",
  );
  outputFiles(document.output, () => true);
  refusable(() =>
    selectFields(document, parseFieldPaths("output,error.x"), { json: false, isTerminal: true }),
  );
  shown(document, more, found);
}

function shown(document: TaskDocument, more: JsonObject, found: JsonObject): void {
  const session = sessionDocument(found, 0);
  const log = { task_id: document.id, logs: [found, document.output] };
  versionOf(found);
  appSchemas(found);
  const texts = [
    taskView.text(document, STYLE),
    outputView.text(document, STYLE),
    taskListView.text([document], STYLE),
    taskPageView.text({ value: document, details: more }, STYLE),
    sessionView.text(session, STYLE),
    taskLogView(true).text(log as never, STYLE),
    appListView.text([found], STYLE),
  ];
  for (const one of texts) hold(!HARMFUL.test(one), "a view that a terminal obeys");
}
