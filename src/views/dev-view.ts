import type { AppProblem, AppSummary, ServerEvent } from "../local/events.ts";
import type { Colors } from "../terminal/colors.ts";
import { formatDuration, safeLine, safeText } from "../terminal/text.ts";
import { pad } from "../terminal/text-width.ts";
import type { Style, View } from "../terminal/view.ts";
import { wrap } from "../terminal/wrap.ts";

/** The first thing `belt dev` says. */
export interface ServingEvent {
  type: "server";
  /** ISO, as in every event. */
  time: string;
  url: string;
  key: string;
  /** The scenario whose faults are on. */
  faults: { scenario: string; steps: number } | null;
  apps: AppSummary[];
}

export type DevEvent = ServerEvent & { time: string };

export const servingView: View<ServingEvent> = {
  text: ({ url, key, faults, apps }, style) => {
    const { colors } = style;
    const width = Math.max(0, ...apps.map(({ app }) => style.textWidth.width(safeLine(app))));
    return [
      `${colors.bold("belt dev")}  serves the API on this machine`,
      `${colors.dim("url")}  ${colors.cyan(url)}`,
      `${colors.dim("key")}  ${key}`,
      ...(faults ? [colors.yellow(faultsText(faults))] : []),
      "",
      ...apps.flatMap((app) => appLines(app, width, style)),
      "",
      ...inLines("other terminals reach it with --local; Ctrl-C stops it", style.width, style).map((line) =>
        colors.dim(line),
      ),
    ].join("\n");
  },
};

function faultsText({ scenario, steps }: { scenario: string; steps: number }): string {
  return `faults are on: scenario ${safeLine(scenario)}, ${steps} step${steps === 1 ? "" : "s"}`;
}

/** A name with its functions, or with what is broken about it; then what its author should look at. */
function appLines({ kind, app, functions, problem, warnings }: AppSummary, width: number, style: Style) {
  const { colors, textWidth } = style;
  const name = pad(safeLine(app), width, textWidth);
  const text = problem ? problemText(problem) : (kind ?? functions.map(safeLine).join(" "));
  const color = problem ? colors.red : colors.dim;
  const lines = inLines(text, style.width - width - 2, style).map((line) => color(line));
  const slips = warningLines(warnings, style.width - width - 2, style);
  return [...lines, ...slips].map((line, index) =>
    `${index === 0 ? name : " ".repeat(width)}  ${line}`.trimEnd(),
  );
}

/** Passed in milliseconds each time: on a terminal they would only hide what matters. */
const FLEETING = new Set(["received", "dispatched", "uploading"]);

/** One aligned line for each thing that happens on the server; a second where something went wrong. */
export const devEventView: View<DevEvent> = {
  text: (event, style) => {
    const { colors } = style;
    switch (event.type) {
      case "task": {
        const { id, app, function: name, status, elapsed_ms, worker, error, place } = event;
        if (isTerminal(style) && FLEETING.has(status)) return "";
        const what = name === null ? app : `${app} ${name}`;
        const moved = { status, elapsed: formatDuration(elapsed_ms) };
        const trouble = error === null ? "" : located(error, place);
        return grid(event.time, { id, ...moved, what, detail: named("worker", worker), trouble }, style);
      }
      case "app": {
        const { app, state, version, problem, warnings } = event;
        const trouble = problem ? problemText(problem) : "";
        const row = { id: "app", status: state, what: app, detail: named("version", version), trouble };
        const indent = indentOf(style);
        const slips = warningLines(warnings, style.width - indent, style);
        return [grid(event.time, row, style), ...slips.map((line) => " ".repeat(indent) + line)].join("\n");
      }
      case "session": {
        const { id, state, app, worker } = event;
        const line = grid(
          event.time,
          { id, status: state, what: `${app} session`, detail: named("worker", worker) },
          style,
        );
        return state === "opened" ? line : colors.dim(line);
      }
      case "worker": {
        const { id, app, error, place } = event;
        if (error === null) return "";
        const row = { id, status: "died", what: `${app} worker`, detail: "" };
        return grid(event.time, { ...row, trouble: located(error, place) }, style);
      }
      case "log":
        return logLines(event, style);
      case "fault": {
        const { step, on, does, what, id } = event;
        const row = {
          id: id ?? "",
          status: "fault",
          what,
          detail: `step ${step}`,
          trouble: `${on}: ${does}`,
        };
        return grid(event.time, row, style);
      }
      case "webhook": {
        if (event.delivered) return "";
        const { task, url, tries, error } = event;
        const trouble = `webhook not delivered in ${tries} tries: ${error ?? "the server ended"}`;
        return grid(event.time, { id: task, status: "webhook", what: url, detail: "", trouble }, style);
      }
    }
  },
};

/** An error with its place, unless it names that itself. */
function located(error: string, place: string | null): string {
  return place === null || error.includes(place) ? error : `${place}: ${error}`;
}

/** "worker wrk_1": the two kinds of short ids look alike. */
function named(kind: string, id: string | null): string {
  return id === null ? "" : `${kind} ${id}`;
}

/** What an app says, each line beneath the task that said it. */
function logLines({ time, id, text }: Extract<DevEvent, { type: "log" }>, style: Style): string {
  const { colors } = style;
  const lines = safeText(text).split("\n");
  if (!isTerminal(style))
    return lines.map((line) => `${time}  ${id.padEnd(24)}  log         ${line}`).join("\n");
  const head = style.width >= 60 ? `${" ".repeat(10)}${short(id)}  ` : "";
  const isWarning = text.startsWith("warning: ");
  const room = style.width - head.length - 2;
  const pieces = lines.flatMap((line) => inLines(line, room, style));
  // What is too long for its place begins its line: as much of a path as can be stays in one piece.
  return pieces
    .map((piece) => {
      const text = isWarning ? colors.yellow(piece) : piece;
      return style.textWidth.width(piece) > room ? text.trimStart() : colors.dim(`${head}│ `) + text;
    })
    .join("\n");
}

interface Row {
  id: string;
  status: string;
  elapsed?: string;
  what: string;
  detail: string;
  /** What went wrong. */
  trouble?: string;
}

function isTerminal({ width }: Style): boolean {
  return width !== Number.POSITIVE_INFINITY;
}

/** In a pipe everything whole, with ISO times; on a terminal what fits, ids by their last characters. */
function grid(time: string, row: Row, style: Style): string {
  const { id, status, elapsed = "", what, detail, trouble = "" } = row;
  const { colors, textWidth, width } = style;
  const state = colorState(status.padEnd(10), colors);
  if (!isTerminal(style)) {
    const cells = [time, id.padEnd(24), state, elapsed.padStart(7), safeLine(what), safeLine(detail)];
    return [...cells.filter((cell) => cell !== ""), safeLine(trouble)].join("  ").trimEnd();
  }
  const roomy = width >= 60;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const worded = width >= 80 ? detail.replace(/\S+$/, short) : short(detail);
  const tail = roomy ? worded : "";
  const head = roomy ? `${colors.dim(clock)}  ` : "";
  const rest = width - (roomy ? 10 : 0) - 10 - 12 - 9 - (tail ? tail.length + 2 : 0);
  const full = safeLine(what);
  const name = textWidth.cut(roomy ? full : full.slice(full.indexOf("/") + 1), Math.max(rest, 4));
  const line = `${head}${short(id).padEnd(8)}  ${state}  ${colors.dim(elapsed.padStart(7))}  ${pad(name, roomy ? rest : 0, textWidth)}  ${colors.dim(tail)}`;
  if (trouble === "") return line.trimEnd();
  const indent = indentOf(style);
  return [
    line.trimEnd(),
    ...troubleLines(trouble, width - indent, style).map((text) => " ".repeat(indent) + colors.red(text)),
  ].join("\n");
}

/** How far in stands what belongs to the line above. */
function indentOf({ width }: Style): number {
  return width >= 60 ? 10 : 2;
}

function warningLines(warnings: string[], width: number, style: Style): string[] {
  const lines = warnings.flatMap((text) => inLines(`warning: ${safeLine(text)}`, width, style));
  return lines.map((line) => style.colors.yellow(line));
}

/** Good ends, bad ends, and what the user wanted to end. */
function colorState(state: string, colors: Colors): string {
  const word = state.trim();
  if (word === "completed" || word === "loaded") return colors.green(state);
  if (/^(failed|broken|lost|died|webhook|fault)$/.test(word)) return colors.red(state);
  return /^(cancell|expired)/.test(word) ? colors.yellow(state) : state;
}

const TROUBLE_LINES = 6;

function troubleLines(trouble: string, width: number, style: Style): string[] {
  const lines = inLines(safeLine(trouble), width, style);
  return lines.length > TROUBLE_LINES ? [...lines.slice(0, TROUBLE_LINES), "…"] : lines;
}

/** As the API shortens ids: their last eight characters. */
function short(id: string): string {
  return safeLine(id).slice(-8);
}

function problemText({ message, file, line }: AppProblem): string {
  const place = file === null || message.includes(file) ? "" : `${file}${line === null ? "" : `:${line}`}: `;
  return safeLine(place + message);
}

/** Words on lines of at most `width`; a longer word, such as a path, is left whole, so that it can be copied. */
function inLines(text: string, width: number, { textWidth }: Style): string[] {
  return wrap(text, { width, textWidth }).split("\n");
}
