import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/soak/**"],
    // Most tests wait more than they work: one worker for each core, none kept free.
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: {
      include: ["src/**/*.ts"],
      exclude: ["src/samples/**"],
      reporter: ["json"],
      reportOnFailure: true,
    },
  },
});
