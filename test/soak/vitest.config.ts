import { defineConfig } from "vitest/config";

/** What takes long: run by hand, `npm run soak`, and not by `npm test`. */
export default defineConfig({
  test: {
    include: ["test/soak/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
