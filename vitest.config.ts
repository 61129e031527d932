import { defineConfig } from "vitest/config";

/** Projects by what they need: `unit` nothing, the others an embedded PostgreSQL of their own. */
export default defineConfig({
  test: {
    reporters: ["default", "./test/support/summary-reporter.ts"],
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts", "services/**/*.spec.ts"] } },
      { test: { name: "contract", include: ["test/contract/**/*.test.ts"] } },
      {
        test: {
          name: "store",
          include: ["test/store/**/*.test.ts", "test/service/**/*.test.ts"],
          globalSetup: ["test/support/global-postgres.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/mesh/**/*.test.ts", "test/chaos/**/*.test.ts"],
          globalSetup: ["test/support/global-postgres.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "types",
          include: ["test/types/**/*.test.ts"],
          typecheck: { enabled: false },
          testTimeout: 120_000,
        },
      },
    ],
  },
});
