import { globSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { expect, test } from "vitest";

// The patterns are read as text: importing the configuration would load Vitest's own code into the test.
const config = readFileSync("vitest.config.ts", "utf8");
const patterns = [...config.matchAll(/"([^"]*\.test\.[^"]+)"/g)].map(([, pattern = ""]) => pattern);

test("every test file belongs to a project of vitest.config.ts", () => {
  const files = globSync("{apps,packages,e2e,bench,scripts,tooling}/**/*.test.{ts,tsx}", {
    exclude: ["**/node_modules/**", "**/dist/**"],
  });
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => !patterns.some((pattern) => matchesGlob(file, pattern)))).toEqual([]);
});
