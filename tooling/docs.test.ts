import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", ...globSync("docs/**/*.md")];
const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));

test("every link in the documents leads to a file, and to a heading in it", () => {
  const broken = pages.flatMap((page) =>
    linksIn(page)
      .filter(
        ({ path, heading }) => !existsSync(path) || (heading !== undefined && !hasHeading(path, heading)),
      )
      .map(({ path, heading }) => `${page} → ${path}${heading === undefined ? "" : `#${heading}`}`),
  );
  expect(pages.length).toBeGreaterThan(20);
  expect(broken).toEqual([]);
});

test("every page of docs begins with an example", () => {
  const without = globSync("docs/**/*.md").filter(
    (page) => !/^# .+\n\n(?:(?!#|\||- ).+\n\n)?```/.test(readFileSync(page, "utf8")),
  );
  expect(without).toEqual([]);
});

test("every page of docs can be found from the table of contents", () => {
  const listed = new Set(reachableFrom("docs/README.md"));
  expect(globSync("docs/**/*.md").filter((page) => !listed.has(page))).toEqual([]);
});

test("every npm script that a document names exists", () => {
  const named = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name),
  );
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
});

test("every path that a document names exists", () => {
  const named = pages.flatMap((page) =>
    [
      ...readFileSync(page, "utf8").matchAll(
        /`((?:apps|packages|e2e|bench|scripts|tooling|docs)\/[\w./-]+)`/g,
      ),
    ].map(([, path = ""]) => ({ page, path })),
  );
  expect(named.filter(({ path }) => !existsSync(path)).map(({ page, path }) => `${page} → ${path}`)).toEqual(
    [],
  );
});

test("each way through the code lists at most 15 files, one after the other and none twice", () => {
  const [, chapter = ""] = readFileSync("docs/architecture.md", "utf8").split(
    "## Three ways through the code",
  );
  const ways = (chapter.split(/^## /m)[0] ?? "").split(/^### /m).slice(1);
  expect(ways).toHaveLength(3);
  for (const way of ways) {
    const steps = way.match(/^\d+\. .*/gm) ?? [];
    const files = steps.flatMap(
      (step) => step.match(/^\d+\. `((?:apps|packages)\/[^`]+\.tsx?)`/)?.[1] ?? step,
    );
    const named = [...way.matchAll(/`(?:apps|packages)\/[^`]+`/g)];
    expect(named).toHaveLength(steps.length);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    expect(new Set(files).size).toBe(files.length);
    expect(files.length).toBeLessThanOrEqual(15);
    expect(files.length).toBeGreaterThan(10);
  }
});

type Link = { path: string; heading: string | undefined };

function linksIn(page: string): Link[] {
  const text = readFileSync(page, "utf8").replaceAll(/```[\s\S]*?```/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", heading] = target.split("#");
      return { path: path === "" ? page : join(dirname(page), path), heading };
    });
}

function hasHeading(path: string, heading: string): boolean {
  const headings = [...readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return headings.includes(heading);
}

function reachableFrom(page: string, seen: string[] = []): string[] {
  if (seen.includes(page) || !page.endsWith(".md") || !existsSync(page)) return seen;
  return linksIn(page).reduce((all, { path }) => reachableFrom(path, all), [...seen, page]);
}
