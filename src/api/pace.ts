import type { Pace } from "./http.ts";

/** How patient belt is with the API, in milliseconds; the 45 s of silence are api.md's, section 5. */
export const PACE: Pace = {
  retries: [300, 1_000, 2_500],
  reconnects: [250, 500, 1_000, 2_000, 4_000],
  poll: 1_000,
  failedPolls: 6,
  silence: 45_000,
  longestRetryAfter: 60_000,
};
