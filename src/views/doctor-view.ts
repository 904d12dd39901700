import type { ErrorDocument } from "../errors.ts";
import type { FolderMode } from "../store/permissions.ts";
import type { Colors } from "../terminal/colors.ts";
import { formatDuration, safeLine } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";
import { beside } from "../terminal/wrap.ts";

export interface DoctorDocument {
  /** Runs would get through to the API. */
  ok: boolean;
  belt: string;
  node: string;
  platform: string;
  profile: { name: string | null; from: string | null };
  /** Of the key the end alone; `overrides` is the current profile, whose place it takes. */
  key: { end: string | null; from: string | null; overrides: string | null };
  api: {
    url: string | null;
    from: string;
    /** Null when there was no key to ask with, or only one for another place. */
    reachable: boolean | null;
    http_status: number | null;
    latency_ms: number | null;
    /** "v1", "v2", "current", or null when the answer does not tell. */
    format: string | null;
    /** How far this machine's clock is ahead of the server's. */
    clock_skew_ms: number | null;
    status_table: string | null;
    status_table_from: string | null;
  };
  proxy: { url: string; from: string } | null;
  folders: FolderMode[];
  error: ErrorDocument | null;
}

type Mark = "good" | "doubtful" | "bad" | "none";

interface Row {
  mark: Mark;
  name: string;
  value: string;
  detail?: string | null;
}

/** A clock that is off by more upsets signatures and certificates, milliseconds. */
const WORRYING_SKEW = 60_000;

export const doctorView: View<DoctorDocument> = {
  text: (document, { colors, textWidth, width: columns }) => {
    const rows = [
      ...versionRows(document),
      ...accountRows(document),
      ...apiRows(document),
      ...folderRows(document.folders),
    ];
    const width = Math.max(...rows.map(({ name }) => name.length));
    return rows
      .map(({ mark, name, value, detail }) => {
        const head = `${drawn(mark, colors)}  ${colors.dim(name.padEnd(width))}  `;
        const indent = textWidth.width(head);
        const about = detail ? colors.dim(safeLine(detail)) : "";
        const text = beside(safeLine(value), about, { textWidth, width: columns - indent });
        return head + text.replaceAll("\n", `\n${" ".repeat(indent)}`);
      })
      .join("\n");
  },
  bare: ({ ok }) => (ok ? "ok" : "not ok"),
};

function drawn(mark: Mark, colors: Colors): string {
  return {
    good: colors.green("✓"),
    doubtful: colors.yellow("!"),
    bad: colors.red("✗"),
    none: colors.dim("·"),
  }[mark];
}

function versionRows({ belt, node, platform }: DoctorDocument): Row[] {
  return [
    { mark: "good", name: "belt", value: belt },
    { mark: "good", name: "node", value: node, detail: platform },
  ];
}

function accountRows({ profile, key, proxy, error }: DoctorDocument): Row[] {
  const refused = error !== null && (error.http_status === 401 || error.http_status === 403);
  const overrides = key.overrides === null ? "" : `, in place of the current profile, ${key.overrides}`;
  return [
    { mark: "none", name: "profile", value: profile.name ?? "none", detail: from(profile.from) },
    {
      mark: key.from === null || refused ? "bad" : key.overrides === null ? "good" : "doubtful",
      name: "key",
      value: key.end ?? (key.from === null ? "none" : "its own"),
      detail: `${from(key.from)}${overrides}${refused ? `: ${error.message}` : ""}`,
    },
    { mark: "none", name: "proxy", value: proxy?.url ?? "none", detail: from(proxy?.from ?? null) },
  ];
}

function apiRows({ api, error }: DoctorDocument): Row[] {
  const { url, reachable, latency_ms, http_status, format, clock_skew_ms, status_table } = api;
  const skewed = Math.abs(clock_skew_ms ?? 0) > WORRYING_SKEW;
  // The one usage error that leaves a report: the key is for another place.
  const conflict = error?.code === "usage" ? error.message : null;
  return [
    {
      mark: conflict === null ? "none" : "bad",
      name: "api",
      value: url ?? "none",
      detail: conflict ?? from(api.from),
    },
    {
      mark: answerMark(reachable, http_status),
      name: "answers",
      value: reachable ? `in ${formatDuration(latency_ms ?? 0)}` : reachable === null ? "not asked" : "no",
      detail: http_status === null ? null : `HTTP ${http_status}`,
    },
    { mark: format === null ? "none" : "good", name: "format", value: format ?? "not known" },
    {
      mark: status_table === null ? "none" : "good",
      name: "status table",
      value: status_table ?? "not known yet",
      detail: from(api.status_table_from),
    },
    {
      mark: clock_skew_ms === null ? "none" : skewed ? "doubtful" : "good",
      name: "clock",
      value: clock_skew_ms === null ? "not known" : skewText(clock_skew_ms),
    },
  ];
}

function answerMark(reachable: boolean | null, status: number | null): Mark {
  if (reachable === null) return "none";
  if (!reachable) return "bad";
  return (status ?? 0) < 400 ? "good" : "doubtful";
}

function skewText(ms: number): string {
  // The server's clock is read to the second.
  if (Math.abs(ms) < 2000) return "as the server's";
  return `${formatDuration(Math.abs(ms))} ${ms > 0 ? "ahead of" : "behind"} the server's`;
}

function folderRows(folders: FolderMode[]): Row[] {
  return folders.map(({ name, path, mode, ok }) => ({
    mark: mode === null ? "none" : ok ? "good" : "doubtful",
    name,
    value: path,
    detail: mode === null ? "not there yet" : `${mode}${ok ? "" : ", open to other users"}`,
  }));
}

function from(source: string | null): string {
  return source === null ? "" : `from ${source}`;
}
