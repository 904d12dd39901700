import type { SessionDocument } from "../api/resources/session.ts";
import { formatSeconds, safeLine } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";
import { datedTime } from "./relative-time.ts";
import { fields, renderValue } from "./values.ts";

/** A session as a page. */
export const sessionView: View<SessionDocument> = {
  text: ({ id, app_id, status, expires_in, ...rest }, style) => {
    const rows: [string, string][] = [
      ["session", style.colors.bold(safeLine(id))],
      ["app", safeLine(app_id ?? "")],
      ["status", safeLine(status)],
      ["time left", expires_in === null ? "" : formatSeconds(expires_in)],
      ...Object.entries(rest).map(([key, value]): [string, string] => [
        safeLine(key),
        isTime(key, value) ? datedTime(value, style) : renderValue(value, style),
      ]),
    ];
    return fields(
      rows.filter(([, value]) => value !== ""),
      style,
    );
  },
  bare: ({ id }) => safeLine(id),
};

/** The API names its times created_at, expires_at and so on. */
function isTime(key: string, value: unknown): value is string {
  return key.endsWith("_at") && typeof value === "string";
}

/** What `session keepalive` says of one session; nothing with `-q`. */
export const keptView: View<SessionDocument> = {
  text: ({ id, expires_in }) =>
    `${safeLine(id)}  ${expires_in === null ? "kept alive" : `${formatSeconds(expires_in)} left`}`,
  bare: () => "",
};

export interface EndedSession {
  id: string;
  ended: true;
}

/** What `session end` says of one session; nothing with `-q`. */
export const endedView: View<EndedSession> = {
  text: ({ id }) => `${safeLine(id)}  ended`,
  bare: () => "",
};
