import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/soak/**"],
    // Most tests wait more than they work: one worker for each core, none kept free.
    maxWorkers: "100%",
    // What hangs is to fail, and not what is slow beside others.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      include: ["src/**/*.ts"],
      exclude: ["src/samples/**"],
      reporter: ["json"],
      reportOnFailure: true,
    },
  },
});
