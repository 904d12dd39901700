import type { Command } from "commander";
import { EXIT_CODES } from "../../errors.ts";
import { describeCommand } from "../describe-command.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { TOPICS } from "./topics.ts";

/** Of the documents of help; grows when a field changes its meaning or goes away. */
const SCHEMA_VERSION = 1;

/** How `belt help` and `belt completion`, which ask no API, are printed for scripts. */
export interface Documents {
  /** True where a script asks for data: `--json` or `--field`. */
  areWanted(): boolean;
  print(document: object): Promise<void>;
}

/** The document of a command; that of belt itself is the whole grammar. */
export function commandDocument(command: Command, version: string): object {
  const described = { schema_version: SCHEMA_VERSION, version };
  if (command.parent !== null) return { ...described, ...describeCommand(command) };
  const error_codes = Object.entries(ERROR_CODES).map(([code, { meaning, exit }]) => ({
    code,
    meaning,
    exit_code: exit === "depends" ? null : EXIT_CODES[exit].code,
  }));
  const topics = Object.entries(TOPICS).map(([name, { summary }]) => ({ name, summary }));
  return { ...described, ...describeCommand(command), error_codes, topics };
}

export function topicDocument(topic: string, text: string, version: string): object {
  return { schema_version: SCHEMA_VERSION, version, topic, text };
}
