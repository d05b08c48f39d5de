import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, expect, test } from "vitest";

const HOME = "packages/core/src/checks";
/** Every file of these folders begins with the rules of `README.md` that it implements, such as "Rules 1 to 3 and 6a: …". */
const FOLDERS = ["state", "slots", "runs", "limits", "deadlines", "learning"];

const readme = readFileSync(`${HOME}/README.md`, "utf8");
const rules = [...readme.matchAll(/^ {0,4}(\d+a?)\. /gm)].map(([, name = ""]) => name);
const files = globSync(`${HOME}/{fold.ts,{${FOLDERS.join(",")}}/*.ts}`).filter((file) => !isTest(file));
const tests = globSync([`${HOME}/*.test.ts`, `${HOME}/{${FOLDERS.join(",")}}/*.test.ts`]);

test("the rules of a check are numbered from 1 to 49", () => {
  const numbers = rules.filter((name) => !name.endsWith("a")).map(Number);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 49 }, (_, index) => index + 1));
});

test.each(files)("%s begins with the rules that it implements", (file) => {
  expect(headerOf(file)).toMatch(/^(Rules? \d[^:]*|No rule): \S/);
  expect(namedIn(headerOf(file)).filter((name) => !rules.includes(name))).toEqual([]);
});

test("every rule is named by a file that implements it", () => {
  expect(missingFrom(files)).toEqual([]);
});

test("every rule is named by a file that tests it", () => {
  expect(missingFrom(tests)).toEqual([]);
});

describe("the table of the README", () => {
  test.each([...FOLDERS, "fold.ts"])("says which rules %s implements", (part) => {
    const row = readme.split("\n").find((line) => line.startsWith(`| \`${part}`));
    const own = files.filter((file) => basename(file) === part || basename(dirname(file)) === part);
    expect(namedIn(row?.split("|")[2]?.trim() ?? "")).toEqual(inOrder(own.flatMap(rulesOf)));
  });
});

function missingFrom(all: readonly string[]): string[] {
  const named = new Set(all.flatMap(rulesOf));
  return rules.filter((name) => !named.has(name));
}

function rulesOf(file: string): string[] {
  return namedIn(headerOf(file));
}

function headerOf(file: string): string {
  const [, header = ""] = /^\/\*\* (.*?) \*\//s.exec(readFileSync(file, "utf8")) ?? [];
  return header;
}

/** "Rules 1 to 3 and 6a: …" names 1, 2, 3 and 6a; a rule with a letter is named by itself alone. */
function namedIn(text: string): string[] {
  const [, list = ""] = /^(?:Rules? )?([\da, to and]*\d+a?)(?=[:.,])/.exec(text) ?? [];
  return inOrder(
    list
      .split(/, | and /)
      .filter(Boolean)
      .flatMap((part) => {
        const [from = "", to] = part.split(" to ");
        if (to === undefined) return [from];
        return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) =>
          String(Number(from) + index),
        );
      }),
  );
}

function inOrder(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

function isTest(file: string): boolean {
  return file.endsWith(".test.ts");
}
