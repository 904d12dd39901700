import type { EstimateDocument } from "../api/resources/money.ts";
import type { TaskDocument } from "../api/resources/task.ts";
import { formatBytes, safeJson, safeLine } from "../terminal/text.ts";
import type { Style, View, WithDetails } from "../terminal/view.ts";
import { isObject, type RunRequest } from "../wire/types.ts";
import { estimateText } from "./estimate-text.ts";
import { colorStatus, renderOutput } from "./values.ts";

/** What `run` prints: the output. One string, alone or as the only field, prints as that string. */
export const outputView: View<TaskDocument> = {
  text: ({ output }, style) => renderOutput(output, style),
};

/** What a person on a terminal sees besides. */
interface OutputDetails {
  /** Of the images in the output. */
  pictures: string[];
  /** By the URIs of the files. */
  saved: ReadonlyMap<string, string>;
}

/** The same, with the files where they were saved, and below it the pictures in it. */
export const outputPageView: View<WithDetails<TaskDocument, OutputDetails>> = {
  text: ({ value, details }, style) => {
    const { pictures, saved } = details ?? { pictures: [], saved: new Map() };
    return [outputView.text(value, { ...style, saved }), ...pictures]
      .filter((part) => part !== "")
      .join("\n");
  },
  bare: ({ value }, style) => savedPaths(value) ?? bareOutput(value.output, style),
};

/** A number or a truth that is the only field stands alone, as a text does. */
function bareOutput(output: unknown, style: Style): string {
  const values = isObject(output) ? Object.values(output) : [output];
  const isScalar = values.length === 1 && /^(number|boolean)$/.test(typeof values[0]);
  return isScalar ? String(values[0]) : renderOutput(output, style);
}

/** After `--save`, what a script wants next: where the files are, one a line. */
export function savedPaths(task: TaskDocument & { saved?: string[] }): string | null {
  return task.saved?.join("\n") ?? null;
}

/** What `run --no-wait` prints: the id, and with it what the API made of it. */
export const submittedView: View<TaskDocument> = {
  text: (task, { colors }) => `${safeLine(task.id)}  ${colorStatus(task.status, colors)}`,
  bare: (task) => safeLine(task.id),
};

/** What `--dry-run` prints; nothing has been sent. */
export interface DryRun {
  method: "POST";
  url: string;
  body: RunRequest;
  /** The files that would be uploaded first; `size` is null for standard input. */
  uploads: { field: string; file: string; size: number | null }[];
  /** Null where it was not asked for, for want of a key. */
  estimate: EstimateDocument | null;
}

export const dryRunView: View<DryRun> = {
  text: ({ method, url, body, uploads, estimate }) => {
    const files = uploads.map(
      ({ field, file, size }) =>
        `upload ${safeLine(file)}${size === null ? "" : ` (${formatBytes(size)})`} for ${safeLine(field)}`,
    );
    const cost = estimate === null ? [] : [estimateText(estimate)];
    return [...files, ...cost, `${method} ${safeLine(url)}`, safeJson(body, 2)].join("\n");
  },
};
