/**
 * The API's status words and its two number tables (src/api/README.md, "Status numbers"). The word
 * is the truth: the numbers moved by one when "cancelling" was put between "running" and
 * "uploading".
 */
export const STATUS_WORDS = [
  "received",
  "queued",
  "dispatched",
  "preparing",
  "serving",
  "setting_up",
  "running",
  "cancelling",
  "uploading",
  "completed",
  "failed",
  "cancelled",
  "unknown",
] as const;

export type StatusWord = (typeof STATUS_WORDS)[number];

/** The year since which the numbers mean what the table says. */
export type StatusTable = "2025" | "2026";

const SHARED = ["received", "queued", "dispatched", "preparing", "serving", "setting_up", "running"] as const;

/** Words by number: `STATUS_NUMBERS["2026"][9]` is "uploading". Index 0 is never sent. */
export const STATUS_NUMBERS: Record<StatusTable, readonly StatusWord[]> = {
  "2025": ["unknown", ...SHARED, "uploading", "completed", "failed", "cancelled"],
  "2026": ["unknown", ...SHARED, "cancelling", "uploading", "completed", "failed", "cancelled"],
};

/** True for the words after which a task never changes again. */
export function isTerminal(word: StatusWord): boolean {
  return word === "completed" || word === "failed" || word === "cancelled";
}
