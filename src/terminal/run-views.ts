import type { TaskDocument } from "../api/resources/task.ts";
import type { RunRequest } from "../wire/types.ts";
import type { Page, View } from "./output.ts";
import { formatBytes, safeJson, safeLine } from "./text.ts";
import { colourStatus, renderOutput } from "./values.ts";

/** What `run` prints: the output. One string, alone or as the only field, prints as that string. */
export const outputView: View<TaskDocument> = {
  text: ({ output }, style) => renderOutput(output, style),
};

/** The same, and below it the pictures in it. */
export const outputPageView: View<Page<TaskDocument, string[]>> = {
  text: ({ value, details }, style) =>
    [outputView.text(value, style), ...(details ?? [])].filter((part) => part !== "").join("\n"),
};

/** What `run --no-wait` prints: the id, and with it what the API made of it. */
export const submittedView: View<TaskDocument> = {
  text: (task, { paint }) => `${safeLine(task.id)}  ${colourStatus(task.status, paint)}`,
  bare: (task) => safeLine(task.id),
};

/** What `--dry-run` prints; nothing has been sent. */
export interface DryRun {
  method: "POST";
  url: string;
  body: RunRequest;
  /** The files that would be uploaded first; `size` is null for standard input. */
  uploads: { field: string; file: string; size: number | null }[];
}

export const dryRunView: View<DryRun> = {
  text: ({ method, url, body, uploads }) => {
    const files = uploads.map(
      ({ field, file, size }) =>
        `upload ${safeLine(file)}${size === null ? "" : ` (${formatBytes(size)})`} for ${safeLine(field)}`,
    );
    return [...files, `${method} ${safeLine(url)}`, safeJson(body, 2)].join("\n");
  },
};
