/** How belt paces its requests; tests make these short. All in milliseconds. */
export interface RetryPolicy {
  /** Delays before the second, third, … try of one request. */
  retries: readonly number[];
  /** Delays before a broken stream is opened again; when they are spent, polling begins. */
  reconnects: readonly number[];
  /** Between two polls of a task; also the first delay after a poll that failed. */
  poll: number;
  /** The longest delay between two polls that fail. */
  slowestPoll: number;
  /** Without one readable answer for this long, following is given up. */
  giveUp: number;
  /** How long the final document of an ended task is asked for. */
  finalRead: number;
  /** How long an estimate of a run's cost is worth waiting for. */
  estimate: number;
  /** A 404 this soon after the submit means that the API does not know of the task yet. */
  newTask: number;
  /**
   * A stream without a byte for this long is lost (src/api/README.md, "Following a task"); one
   * without news is compared with the task itself.
   */
  silence: number;
  /** The longest Retry-After that a single request waits for rather than reports. */
  longestRetryAfter: number;
}

/**
 * How long a wait lasts: src/cli/README.md, "Lost connections"; the silence: src/api/README.md,
 * "Following a task".
 */
export const RETRY_POLICY: RetryPolicy = {
  retries: [300, 1_000, 2_500],
  reconnects: [250, 500, 1_000, 2_000, 4_000],
  poll: 1_000,
  slowestPoll: 16_000,
  giveUp: 300_000,
  finalRead: 30_000,
  estimate: 10_000,
  newTask: 10_000,
  silence: 45_000,
  longestRetryAfter: 60_000,
};
