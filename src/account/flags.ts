import type { ColorChoice } from "../terminal/colors.ts";
import type { FieldPath } from "../terminal/field-path.ts";

/** Options that every command takes (src/cli/README.md, "Options of every command"). */
export interface GlobalFlags {
  profile?: string;
  apiUrl?: string;
  local?: boolean;
  json?: boolean;
  field?: FieldPath[];
  quiet?: boolean;
  verbose?: boolean;
  color?: ColorChoice;
  /** False with --no-prompt. */
  prompt?: boolean;
  /** Milliseconds. */
  requestTimeout?: number;
}
