import { STATUS_NUMBERS, STATUS_WORDS, type StatusTable, type StatusWord } from "../../wire/status.ts";
import type { JsonObject } from "../../wire/types.ts";
import { errorText, type StatusReading } from "./task.ts";

const SYNONYMS: Record<string, StatusWord> = {
  scheduled: "dispatched",
  canceled: "cancelled",
  canceling: "cancelling",
};

/**
 * Reads status numbers of one server by the evidence rules of src/api/README.md, "Status numbers".
 * It remembers what the server has shown of its number table, so one is kept per base URL.
 */
export class StatusReader {
  #table: StatusTable | null;
  readonly #pinned: boolean;

  constructor(pinned: StatusTable | null) {
    this.#table = pinned;
    this.#pinned = pinned !== null;
  }

  /** The table this server uses, as far as is known. */
  get table(): StatusTable | null {
    return this.#table;
  }

  /** Reads a task (or `/status` answer); what it pairs of number and word is remembered. */
  read(task: JsonObject): StatusReading {
    const code = statusNumber(task);
    const word = statusWord(task);
    if (code !== null) this.learn(code, word);
    if (word) return { word, code, ambiguous: false };
    if (code === null) return { word: "unknown", code, ambiguous: false };
    if (code === 12) return { word: "cancelled", code, ambiguous: false };
    if (this.#table) {
      return { word: STATUS_NUMBERS[this.#table][code] ?? "unknown", code, ambiguous: false };
    }
    return { word: guess(code, errorText(task["error"]) !== null), code, ambiguous: code === 9 };
  }

  /** Notes that this server used `code` for `word`; a 12 exists only in the newer table. */
  learn(code: number, word: StatusWord | null): void {
    if (this.#pinned) return;
    if (code === 12) this.#table = "2026";
    if (!word || word === "unknown") return;
    const fits = (table: StatusTable) => STATUS_NUMBERS[table][code] === word;
    if (fits("2026") !== fits("2025")) this.#table = fits("2026") ? "2026" : "2025";
  }
}

/** Rules 3 and 4: without evidence a 9 is never taken for the end. */
function guess(code: number, failed: boolean): StatusWord {
  if (code === 11) return failed ? "failed" : "cancelled";
  if (code === 10) return failed ? "failed" : "completed";
  if (code === 9 || code === 8) return "uploading";
  return STATUS_NUMBERS["2026"][code] ?? "unknown";
}

/** The word in any spelling the API has used ("Setting Up", "scheduled", "canceled"), or null. */
export function parseStatusWord(text: unknown): StatusWord | null {
  if (typeof text !== "string") return null;
  const word = text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
  if (word === "") return null;
  if (Object.hasOwn(SYNONYMS, word)) return SYNONYMS[word] ?? null;
  return STATUS_WORDS.find((known) => known === word) ?? null;
}

function statusWord(task: JsonObject): StatusWord | null {
  return parseStatusWord(task["status"]) ?? parseStatusWord(task["status_text"]);
}

function statusNumber(task: JsonObject): number | null {
  const { status, status_code } = task;
  if (typeof status === "number") return status;
  if (typeof status === "string" && /^\d+$/.test(status)) return Number(status);
  return typeof status_code === "number" ? status_code : null;
}
