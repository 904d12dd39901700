/** How belt paces its requests; tests make these short. All in milliseconds. */
export interface Pace {
  /** Delays before the second, third, … try of one exchange. */
  retries: readonly number[];
  /** Delays before a broken stream is opened again; when they are spent, polling begins. */
  reconnects: readonly number[];
  /** Between two polls of a task; also the first delay after a poll that failed. */
  poll: number;
  /** Failed polls in a row before following is given up. */
  failedPolls: number;
  /** A stream that says nothing for this long is lost (api.md section 5). */
  silence: number;
  /** The longest Retry-After that is waited for rather than reported. */
  longestRetryAfter: number;
}

/** How patient belt is with the API, in milliseconds; the 45 s of silence are api.md's, section 5. */
export const PACE: Pace = {
  retries: [300, 1_000, 2_500],
  reconnects: [250, 500, 1_000, 2_000, 4_000],
  poll: 1_000,
  failedPolls: 6,
  silence: 45_000,
  longestRetryAfter: 60_000,
};
