import { describe, expect, test } from "vitest";
import { HOSTILE, reading, TEXT_FUNCTIONS } from "../support/hostile.ts";
import { growth, LINEAR } from "../support/linear.ts";

describe.each(Object.entries(TEXT_FUNCTIONS))(
  "%s takes four times as long for four times as much",
  (_name, run) => {
    test.each(Object.entries(HOSTILE))("of %s", async (_what, hostile) => {
      expect(await growth(reading(run, hostile))).toBeLessThan(LINEAR);
    });
  },
);
