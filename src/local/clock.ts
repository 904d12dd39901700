/** Time as a value, so that expiry and timeouts are tested without sleeping. Milliseconds everywhere. */
export interface Clock {
  now(): number;
  /** Calls `action` once after `ms`; the returned function calls it off. */
  after(ms: number, action: () => void): () => void;
}

const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, Math.min(ms, LONGEST_TIMER)).unref();
    return () => clearTimeout(timer);
  },
};
