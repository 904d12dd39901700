import { describe, expect, it } from "vitest";
import { lackOfCapacity } from "../../src/commands/batch/capacity.ts";
import { Pace } from "../../src/commands/batch/pace.ts";

describe("what is lack of capacity", () => {
  it.each([
    "HTTP 429",
    "the provider answered with HTTP 429: slow down",
    "request failed: status 503",
    "status code: 429",
    "Client error (429)",
    "429 Too Many Requests",
    "503 Service Unavailable",
    "Too many requests, please wait",
    "Rate limit reached for the model",
    "rate_limit_exceeded",
    "concurrent request limit of 4",
    "concurrency limit exceeded",
    "overloaded_error: Overloaded",
    "there is no capacity in this region",
    "service temporarily unavailable",
    "Service unavailable",
  ])("%s", (text) => expect(lackOfCapacity(text)).not.toBeNull());

  it.each([
    "image must be at most 429 pixels wide",
    "seed 503 is not allowed",
    "expected 429, got 430",
    "CUDA out of memory",
    "rate limiting disabled: bad seed",
    "the model is not overloaded; the prompt is invalid",
    "the prompt was refused",
    "x429 y",
    "",
  ])("%s is none", (text) => expect(lackOfCapacity(text)).toBeNull());
});

describe("the pace", () => {
  function pace(ceiling: number) {
    let now = 0;
    const made = new Pace({ ceiling, pause: 100, now: () => now });
    const round = (count = made.limit) => {
      for (let n = 0; n < count; n++) made.wentWell(made.round);
    };
    return { pace: made, round, wait: (ms: number) => (now += ms) };
  }

  it("begins with four, and grows by one after each round that went well, up to the ceiling", () => {
    const { pace: one, round } = pace(7);
    const limits = [one.limit];
    for (let n = 0; n < 5; n++) {
      round();
      limits.push(one.limit);
    }
    expect(limits).toEqual([4, 5, 6, 7, 7, 7]);
    expect(pace(2).pace.limit).toBe(2);
  });

  it("halves once for all that was begun before it, and never below one", () => {
    const { pace: one, round } = pace(32);
    for (let n = 0; n < 12; n++) round();
    expect(one.limit).toBe(16);
    const begun = one.round;
    expect(Array.from({ length: 16 }, () => one.throttled(begun, undefined))).toContain(true);
    expect(one.limit).toBe(8);
    for (let n = 0; n < 9; n++) one.throttled(one.round, undefined);
    expect(one.limit).toBe(1);
  });

  it("pauses for as long as it is told, else twice as long each time until something goes well", () => {
    const { pace: one, round, wait } = pace(32);
    one.throttled(one.round, 7_000);
    expect(one.pauseLeft).toBe(7_000);
    wait(7_000);
    expect(one.pauseLeft).toBe(0);
    one.throttled(one.round, undefined);
    expect(one.pauseLeft).toBe(100);
    one.throttled(one.round, undefined);
    expect(one.pauseLeft).toBe(200);
    round();
    wait(1_000);
    one.throttled(one.round, undefined);
    expect(one.pauseLeft).toBe(100);
  });
});
