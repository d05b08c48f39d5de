import { expect, test } from "vitest";

import { documentOf, operationsIn } from "../../test/document.ts";
import { testApi } from "../../test/test-api.ts";

const api = await testApi();
const document = await documentOf(api);
const response = await api.call("GET", "/docs");
const page = await response.text();

test("every route stands on the page once, under a heading", () => {
  const operations = operationsIn(document);
  const headings = [...page.matchAll(/<article id="((?:get|post|put|patch|delete)-[^"]+)"/g)].map(
    ([, id]) => id,
  );
  expect(headings).toHaveLength(operations.length);
  expect(new Set(headings).size).toBe(headings.length);
});

test("every link on the page leads somewhere on it", () => {
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter((id) => !ids.has(id))).toEqual([]);
});

test("it needs nothing from elsewhere, and runs nothing", async () => {
  const loaded = [...page.matchAll(/(?:src|href)="(?!#)([^"]+)"/g)].map(([, address]) => address);
  expect(new Set(loaded)).toEqual(new Set(["/docs.css", "/openapi.json"]));
  expect(page).not.toMatch(/<script|style="|<style/);
  expect(response.headers.get("content-security-policy")).toMatch(/default-src 'none'; style-src 'self'/);
  const style = await api.call("GET", "/docs.css");
  expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
});

test("every problem code is explained", () => {
  for (const code of ["idempotency_key_reused", "version_conflict", "too_many_requests", "not_found"])
    expect(page).toContain(`<code>${code}</code>`);
});
