import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Statements after which processes of the release before could no longer read or write, by what they do. */
const BREAKING: Record<string, RegExp> = {
  "drops a column": /\bdrop\s+column\b/i,
  "drops a table, view or type": /\bdrop\s+(?:table|view|type)\b/i,
  renames: /\brename\s+(?:to|column|value|constraint)\b/i,
  "changes the type of a column": /\balter\s+column\s+\S+\s+(?:set\s+data\s+)?type\b/i,
  "makes a column required that exists": /\balter\s+column\s+\S+\s+set\s+not\s+null\b/i,
  "adds a required column without a default":
    /\badd\s+column\s+(?:if\s+not\s+exists\s+)?(?!.*\bdefault\b|.*\bgenerated\b).*\bnot\s+null\b/i,
};

/** What nevertheless may stay, with the reason. */
const ALLOWED: Record<string, string> = {
  "0021_organizations.sql makes a column required that exists":
    "a trigger of the same migration fills it for processes that do not know it",
};

/** What of a migration an older process would trip over. */
function breaks(sql: string): string[] {
  const statements = sql.replaceAll(/--(?!>).*$/gm, "").split(/--> statement-breakpoint|;/);
  return Object.entries(BREAKING)
    .filter(([, pattern]) => statements.some((statement) => pattern.test(statement.replaceAll(/\s+/g, " "))))
    .map(([what]) => what);
}

test.each([
  ['ALTER TABLE "checks" DROP COLUMN "tag";', ["drops a column"]],
  ['DROP TABLE "checks";', ["drops a table, view or type"]],
  ['ALTER TABLE "checks" RENAME COLUMN "tag" TO "tags";', ["renames"]],
  [`ALTER TYPE "role" RENAME VALUE 'editor' TO 'member';`, ["renames"]],
  ['ALTER TABLE "checks" ALTER COLUMN "tag" SET DATA TYPE integer;', ["changes the type of a column"]],
  ['ALTER TABLE "checks" ADD COLUMN "tag" text NOT NULL;', ["adds a required column without a default"]],
  [`ALTER TABLE "checks" ADD COLUMN "tag" text DEFAULT '' NOT NULL;`, []],
  ['ALTER TABLE "checks" ADD COLUMN "tag" text; CREATE TABLE "t" ("id" uuid NOT NULL);', []],
  ['ALTER TABLE "checks" ALTER COLUMN "tag" DROP NOT NULL;', []],
  ["-- Once: ALTER TABLE checks DROP COLUMN tag\nSELECT 1;", []],
])("of “%s” this counts as breaking the release before: %s", (sql, expected) => {
  expect(breaks(sql)).toEqual(expected);
});

test("no migration breaks the processes of the release before, which run on until they are replaced", () => {
  const files = globSync("packages/db/migrations/*.sql").toSorted();
  const found = files.flatMap((file) =>
    breaks(readFileSync(file, "utf8")).map((what) => `${file.split("/").at(-1)} ${what}`),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(found).toEqual(Object.keys(ALLOWED));
});
