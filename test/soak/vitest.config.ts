import { defineConfig } from "vitest/config";

/** `npm run soak`: what takes too long for every run of the tests. */
export default defineConfig({
  test: {
    include: ["test/soak/**/*.test.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
  },
});
