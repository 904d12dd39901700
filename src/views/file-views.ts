import { safeLine } from "../terminal/text.ts";
import type { View } from "../terminal/view.ts";

/** A file that was uploaded, as `file upload` prints it. */
export interface Uploaded {
  /** As typed. */
  file: string;
  uri: string;
  size: number;
}

/** The uri alone, one a line: what a script wants, and what a person copies. */
export const uploadedView: View<Uploaded> = { text: ({ uri }) => safeLine(uri) };
