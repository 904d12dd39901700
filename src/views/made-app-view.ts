import { safeLine } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";

/** What `belt app init` made. */
export interface MadeApp {
  /** `namespace/name`. */
  app: string;
  dir: string;
  files: string[];
}

export const madeAppView: View<MadeApp> = {
  text: ({ app, files }) => [`${safeLine(app)}`, ...files.map((file) => `  ${safeLine(file)}`)].join("\n"),
  bare: ({ dir }) => safeLine(dir),
};
