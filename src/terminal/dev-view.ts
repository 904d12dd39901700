import type { AppSummary, ServerEvent } from "../local/events.ts";
import type { View } from "./output.ts";
import { formatDuration, safeLine } from "./text.ts";

/** The first thing `belt dev` says. */
export interface ServingEvent {
  type: "server";
  url: string;
  key: string;
  apps: AppSummary[];
}

export const servingView: View<ServingEvent> = {
  text: ({ url, key, apps }, { paint }) => {
    const width = Math.max(0, ...apps.map(({ app }) => app.length));
    const lines = apps.map(
      ({ app, functions }) => `  ${safeLine(app).padEnd(width)}  ${paint.dim(safeLine(functions.join(" ")))}`,
    );
    return [
      `${paint.bold("belt dev")} serves the API at ${paint.cyan(url)}`,
      `${paint.dim("key")}  ${key}`,
      ...lines,
      paint.dim("other terminals reach it with --local; Ctrl-C stops it"),
    ].join("\n");
  },
};

/** One aligned line for each thing that happens on the server. */
export const devEventView: View<ServerEvent> = {
  text: (event, { paint }) => {
    switch (event.type) {
      case "task": {
        const what = `${safeLine(event.app)}${event.function ? ` ${safeLine(event.function)}` : ""}`;
        const error = event.error ? `  ${paint.red(safeLine(event.error))}` : "";
        return `${event.id}  ${event.status.padEnd(10)}  ${formatDuration(event.elapsedMs).padStart(7)}  ${what}  ${paint.dim(event.worker ?? "")}${error}`.trimEnd();
      }
      case "app": {
        const problem = event.problem;
        const place = problem?.file ? ` at ${problem.file}${problem.line ? `:${problem.line}` : ""}` : "";
        const detail = problem
          ? `${paint.red(safeLine(problem.message))}${safeLine(place)}`
          : paint.dim(event.version ?? "");
        return `${safeLine(event.app)}  ${event.state}  ${detail}`;
      }
      case "session":
        return `${event.id}  ${event.state}  ${safeLine(event.app)}`;
      case "worker":
        return "";
      case "webhook":
        return event.delivered
          ? ""
          : `${event.task}  ${paint.yellow("webhook not delivered")}  ${safeLine(event.url)}`;
    }
  },
};
