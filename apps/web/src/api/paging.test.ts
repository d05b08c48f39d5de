import { expect, test } from "vitest";

import { readAllPages, pageQuery } from "./paging.ts";

test("every page of a list is read once, in order", async () => {
  const pages: Record<string, { items: number[]; next: string | null }> = {
    first: { items: [1, 2], next: "b" },
    b: { items: [3], next: "c" },
    c: { items: [], next: null },
  };
  const asked: (string | null)[] = [];
  const items = await readAllPages(async (cursor) => {
    asked.push(cursor);
    return pages[cursor ?? "first"] ?? { items: [], next: null };
  });
  expect(items).toEqual([1, 2, 3]);
  expect(asked).toEqual([null, "b", "c"]);
});

test("the first page is requested without a cursor", () => {
  expect(pageQuery(null)).toEqual({ limit: "200" });
  expect(pageQuery("b", 50)).toEqual({ limit: "50", cursor: "b" });
});
