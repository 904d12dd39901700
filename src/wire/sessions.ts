/** Error codes of sessions, as the API spells them (src/api/README.md, "Sessions"). */
export const SESSION_CODES = [
  "SESSION_NOT_FOUND",
  "SESSION_EXPIRED",
  "SESSION_ENDED",
  "WORKER_LEASED",
  "APP_MISMATCH",
  "VERSION_MISMATCH",
  "WORKER_LOST",
] as const;
