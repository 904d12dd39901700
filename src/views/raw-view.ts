import { safeJson, safeText } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";

/** An answer of the API as it is: text as text, anything else as JSON that can be read. */
export const rawView: View<unknown> = {
  text: (value) => (typeof value === "string" ? safeText(value) : safeJson(value, 2)),
};
