import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync("docs/security.md", "utf8");
/** `| T-… | what holds | `file` | title |` */
const ROW = /^\| (T-[A-Z]+-\d+) +\| .+? \| `([^`]+)` +\| (.+?) +\|$/gm;
const rows = [...page.matchAll(ROW)].map(([, name = "", file = "", title = ""]) => ({ name, file, title }));

test("every test that docs/security.md names exists", () => {
  const missing = rows.filter(
    ({ file, title }) => !existsSync(file) || !readFileSync(file, "utf8").includes(title),
  );
  expect(rows.length).toBeGreaterThan(60);
  expect(missing).toEqual([]);
});

/** A requirement's name at the beginning of a title, such as T-CSRF-1 or U4. */
const NAMED =
  /\b(?:test|describe|it)(?:\.[a-zA-Z]+\([^\n]*\))*\(\s*["'`](T-[A-Z]+-\d+|[A-Z]\d)(?:, T-[A-Z]+-\d+)*:/g;

test("docs/security.md explains every requirement that the title of a test names", () => {
  const files = globSync("{apps,packages,e2e,tooling}/**/*.test.{ts,tsx}", {
    exclude: ["**/node_modules/**", "**/dist/**"],
  });
  const named = new Set(
    files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(NAMED)].map(([, name = ""]) => name)),
  );
  expect(named.size).toBeGreaterThan(10);
  expect([...named].filter((name) => !new RegExp(`^\\| ${name} +\\|`, "m").test(page))).toEqual([]);
});

test("what docs/security.md says that no test shows is not among its tests", () => {
  const [, unproven = ""] = page.split("## What no test shows");
  const names = [...unproven.matchAll(/^- (T-[A-Z]+-\d+)/gm)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => rows.some((row) => row.name === name))).toEqual([]);
});
