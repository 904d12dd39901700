import type { ErrorDocument } from "../errors.ts";
import { isObject } from "../wire/types.ts";
import { safeLine, safeParagraph } from "./text.ts";
import type { Style, View } from "./view.ts";

type Failed = { id: string; error: ErrorDocument };

/** Several things one after another, each as it looks alone; one that failed says so in its place. */
export function manyView<T extends object>(view: View<T>): View<(T | Failed)[]> {
  const show = (item: T | Failed, style: Style, one: (value: T, style: Style) => string) =>
    isFailed(item)
      ? `${safeLine(item.id)}  ${style.colors.red("error:")} ${safeParagraph(item.error.message)}`
      : one(item, style);
  return {
    text: (items, style) => join(items.map((item) => show(item, style, view.text))),
    bare: (items, style) => {
      const whole = items.filter((item): item is T => !isFailed(item));
      return join(whole.map((item) => (view.bare ?? view.text)(item, style)));
    },
  };
}

/** Pages are set apart by an empty line, lines are not. */
function join(texts: string[]): string {
  const shown = texts.filter((text) => text !== "");
  return shown.join(shown.some((text) => text.includes("\n")) ? "\n\n" : "\n");
}

export function isFailed(item: unknown): item is Failed {
  return isObject(item) && isObject(item["error"]) && "retryable" in item["error"];
}
