import { defineConfig } from "vitest/config";

/** In CI a busy machine may take a test's time away; what is broken fails three times as well. */
const retry = process.env["CI"] === "true" ? 2 : 0;

/**
 * The files of these projects keep nothing in their modules that another could see, and loading the modules anew for each
 * file costs half of their time.
 */
const isolate = false;

/** A project per kind of test, so that `vitest run --project core` reads only what it needs. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "tooling", include: ["tooling/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          name: "core",
          isolate,
          include: ["packages/{schedules,core,simulator,config,channels,tracing}/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      { test: { name: "cli", include: ["packages/cli/**/*.test.ts"], testTimeout: 60_000, retry } },
      { test: { name: "web", include: ["apps/web/src/**/*.test.{ts,tsx}"], testTimeout: 30_000 } },
      {
        test: {
          name: "database",
          isolate,
          include: [
            "packages/{backup,db,postgres,testkit}/**/*.test.ts",
            "apps/{api,checker,supervisor}/**/*.test.ts",
          ],
          globalSetup: ["packages/testkit/src/postgres/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          retry,
        },
      },
      {
        test: {
          name: "pages",
          include: ["apps/web/test/**/*.test.tsx"],
          globalSetup: ["packages/testkit/src/postgres/global-setup.ts", "apps/web/test/api-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          retry,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts", "bench/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // After all others, which would take the processor from under a browser.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
