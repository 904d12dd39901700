/** What providers say when they have no room, and what it is called; a mere number in a sentence is none of it. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/\bHTTP(\/[\d.]+)? ?(status ?)?429\b|\bstatus(?: code)?:? ?429\b|\(429\)|^\s*429\s/i, "HTTP 429"],
  [/\bHTTP(\/[\d.]+)? ?(status ?)?503\b|\bstatus(?: code)?:? ?503\b|\(503\)|^\s*503\s/i, "HTTP 503"],
  [/\btoo many requests\b/i, "too many requests"],
  [/\brate[ _-]?limit(?!ing)/i, "rate limit"],
  [/\bconcurren(t|cy)\b[^.]{0,40}\blimit/i, "concurrent limit"],
  [/(?<!\bnot )\boverloaded(_error)?\b/i, "overloaded"],
  [/\b(no|not enough|insufficient|out of|lack of) capacity\b/i, "no capacity"],
  [/\bservice (is )?(temporarily )?unavailable\b/i, "service unavailable"],
];

/** Why a task that failed with this text lacked capacity; null when it failed for another reason. */
export function lackOfCapacity(error: string | null): string | null {
  return MESSAGES.find(([pattern]) => pattern.test(error ?? ""))?.[1] ?? null;
}
