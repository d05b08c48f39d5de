import { describe, expect, test } from "vitest";

import { parseSearch, readCheckSearch, readListSearch, safePath, stringifySearch } from "./search.ts";

describe("the address of the list of checks", () => {
  test.each([
    [{}, {}],
    [
      { q: "backup", status: "down" },
      { q: "backup", status: "down" },
    ],
    [{ q: "" }, {}],
    [{ q: 42 }, {}],
    [{ tag: "eu" }, { tag: ["eu"] }],
    [{ tag: ["eu", "db"] }, { tag: ["eu", "db"] }],
    [{ status: "broken", sort: "age" }, {}],
    [{ sort: "name" }, { sort: "name" }],
  ])("%j is read as %j", (search, read) => {
    expect(readListSearch(search)).toEqual(read);
  });
});

test("an unknown tab in the address is ignored", () => {
  expect(readCheckSearch({ tab: "runs" })).toEqual({ tab: "runs" });
  expect(readCheckSearch({ tab: "x" })).toEqual({});
});

describe("signing in leads to a page of this app and nowhere else", () => {
  test.each(["/", "/checks/3f1c?tab=runs", "/projects/a-b/checks?tag=%5B%22eu%22%5D"])(
    "%s is a path of this app",
    (to) => {
      expect(safePath(to)).toBe(to);
    },
  );
  test.each([
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/a@evil.example",
    "evil",
    "",
    undefined,
  ])("%s is not a path of this app", (to) => {
    expect(safePath(to)).toBe("/");
  });
});

describe("a query is read and written as plain text", () => {
  test.each([
    ["?token=12e345678901234567890", { token: "12e345678901234567890" }],
    ["?tag=eu&tag=db&status=down", { tag: ["eu", "db"], status: "down" }],
    ["?q=a%26b", { q: "a&b" }],
    ["", {}],
  ])("%s", (query, search) => {
    expect(parseSearch(query)).toEqual(search);
    expect(stringifySearch(search)).toBe(query);
  });
  test("an undefined part is left out of the query", () => {
    expect(stringifySearch({ q: undefined })).toBe("");
  });
});
