import { defineConfig } from "vitest/config";

/** `npm run image:check`: not a part of `npm test`, for it installs everything twice. */
export default defineConfig({
  test: {
    root: `${__dirname}/../..`,
    include: ["test/image/**/*.test.ts"],
    globalSetup: ["test/support/global-postgres.ts"],
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
