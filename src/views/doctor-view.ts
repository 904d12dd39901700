import type { ErrorDocument } from "../errors.ts";
import type { FolderMode } from "../store/permissions.ts";
import type { Colors } from "../terminal/colors.ts";
import { formatDuration, safeLine } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";
import { beside, hang } from "../terminal/wrap.ts";
import { type DoctorDocument, WORRYING_SKEW } from "./doctor-document.ts";
import { keyText, NO_KEY, UNFIT_KEY } from "./profile-views.ts";

type Mark = "good" | "doubtful" | "bad" | "none";

interface Row {
  mark: Mark;
  name: string;
  value: string;
  detail?: string | null;
}

export const doctorView: View<DoctorDocument> = {
  text: (document, style) => {
    const { colors, textWidth, width: columns } = style;
    const rows = [
      ...versionRows(document),
      ...accountRows(document),
      ...apiRows(document),
      ...folderRows(document.folders),
    ];
    const width = Math.max(...rows.map(({ name }) => name.length));
    const page = rows
      .map(({ mark, name, value, detail }) => {
        const head = `${drawn(mark, colors)}  ${colors.dim(name.padEnd(width))}  `;
        const indent = textWidth.width(head);
        const about = detail ? colors.dim(safeLine(detail)) : "";
        const text = beside(safeLine(value), about, { textWidth, width: columns - indent });
        return head + text.replaceAll("\n", `\n${" ".repeat(indent)}`);
      })
      .join("\n");
    const advice = hang(safeLine(document.advice), style);
    return `${page}\n\n${document.ok ? advice : colors.bold(advice)}`;
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

function accountRows({ profile, key, proxy, trouble, error }: DoctorDocument): Row[] {
  const refused = error !== null && (error.http_status === 401 || error.http_status === 403);
  const value = key.end ?? keyText(key.from);
  const isBad = value === NO_KEY || value === UNFIT_KEY || refused;
  const overrides = key.overrides === null ? "" : `, in place of the current profile, ${key.overrides}`;
  return [
    {
      name: "profile",
      value: profile.name ?? "none",
      ...(trouble === "profile" ? flaw(error) : { mark: "none", detail: from(profile.from) }),
    },
    trouble === "profile"
      ? { mark: "none", name: "key", value: "not known" }
      : trouble === "key"
        ? { name: "key", value: UNFIT_KEY, ...flaw(error) }
        : {
            mark: isBad ? "bad" : key.overrides === null ? "good" : "doubtful",
            name: "key",
            value,
            detail: `${from(key.from)}${overrides}${refused ? `: ${error.message}` : ""}`,
          },
    trouble === "proxy"
      ? { name: "proxy", value: "not usable", ...flaw(error) }
      : { mark: "none", name: "proxy", value: proxy?.url ?? "none", detail: from(proxy?.from ?? null) },
  ];
}

/** Why it cannot be used. */
function flaw(error: ErrorDocument | null): Pick<Row, "mark" | "detail"> {
  return { mark: "bad", detail: error?.message ?? null };
}

function apiRows({ api, trouble, error }: DoctorDocument): Row[] {
  const { url, reachable, latency_ms, http_status, format, clock_skew_ms, status_table } = api;
  const skewed = Math.abs(clock_skew_ms ?? 0) > WORRYING_SKEW;
  return [
    {
      name: "api",
      value: url ?? "none",
      ...(trouble === "api" ? flaw(error) : { mark: "none", detail: apiDetail(api) }),
    },
    {
      mark: answerMark(api, trouble === null && error !== null),
      name: "answers",
      value: reachable ? `in ${formatDuration(latency_ms ?? 0)}` : reachable === null ? "not asked" : "no",
      detail: reachable === null ? null : answerDetail(http_status, error),
    },
    ...streamRows(api.streams),
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

function apiDetail({ from: source, lasts }: DoctorDocument["api"]): string {
  return `${from(source)}${lasts === false ? ", of this command alone" : ""}`;
}

/** A key that is refused is told beside the key. */
function answerDetail(status: number | null, error: ErrorDocument | null): string | null {
  const isOfKey = status === 401 || status === 403;
  if (error && !isOfKey) return error.message;
  return status === null ? null : `HTTP ${status}`;
}

function streamRows(streams: boolean | null): Row[] {
  if (streams === null) return [];
  return [
    streams
      ? { mark: "good", name: "streams", value: "come as they are sent" }
      : { mark: "doubtful", name: "streams", value: "held back", detail: "runs are followed by polling" },
  ];
}

/** A web page in the API's place comes with 200, too. */
function answerMark({ reachable, http_status }: DoctorDocument["api"], failed: boolean): Mark {
  if (reachable === null) return "none";
  if (!reachable) return "bad";
  return (http_status ?? 0) < 400 && !failed ? "good" : "doubtful";
}

function skewText(ms: number): string {
  // The server's clock is read to the second.
  if (Math.abs(ms) < 2000) return "as the server's";
  return `${formatDuration(Math.abs(ms))} ${ms > 0 ? "ahead of" : "behind"} the server's`;
}

function folderRows(folders: FolderMode[]): Row[] {
  return folders.map(({ name, path, mode, problem }) => ({
    mark: problem !== null ? "doubtful" : mode === null ? "none" : "good",
    name,
    value: path,
    detail: [mode ?? (problem === null ? "not there yet" : null), problem]
      .filter((part) => part !== null)
      .join(", "),
  }));
}

function from(source: string | null): string {
  return source === null ? "" : `from ${source}`;
}
