import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import { testApi } from "../../test/test-api.ts";
import { readSite } from "./site.ts";

const home = mkdtempSync(join(tmpdir(), "overdue-site-"));
const dist = join(home, "dist");
mkdirSync(join(dist, "assets"), { recursive: true });
writeFileSync(join(home, "secret.txt"), "not for the web");
writeFileSync(
  join(dist, "index.html"),
  '<meta name="csp-nonce" content="__CSP_NONCE__"><title>Overdue</title>',
);
writeFileSync(join(dist, "assets", "app-1a2b3c.js"), "console.log('hello')");
writeFileSync(join(dist, "favicon.svg"), "<svg/>");
afterAll(() => rmSync(home, { recursive: true }));

const api = await testApi({ site: readSite(dist) });
const HTML = { headers: { accept: "text/html,*/*" } };

test("a hashed file is kept for good, packed where that is understood", async () => {
  const response = await api.call("GET", "/assets/app-1a2b3c.js", {
    headers: { "accept-encoding": "gzip, br" },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(response.headers.get("content-encoding")).toBe("gzip");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test("a file without a hash in its name is asked for again, and not sent twice", async () => {
  const response = await api.call("GET", "/favicon.svg");
  expect(response.headers.get("cache-control")).toBe("no-cache");
  const headers = { "if-none-match": response.headers.get("etag") ?? "" };
  expect((await api.call("GET", "/favicon.svg", { headers })).status).toBe(304);
});

test.each(["/", "/sign-in", "/projects/1/checks/2"])("%s is the one page, for a person", async (path) => {
  const response = await api.call("GET", path, HTML);
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("<title>Overdue</title>");
});

test("each answer has a nonce of its own, in the page and in its policy", async () => {
  const [first, second] = await Promise.all([api.call("GET", "/", HTML), api.call("GET", "/", HTML)]);
  const nonce = /content="([^"]+)"/.exec((await first?.text()) ?? "")?.[1] ?? "";
  expect(nonce).toMatch(/^[\w+/]{22}==$/);
  const policy = first?.headers.get("content-security-policy") ?? "";
  expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain("unsafe");
  expect(second?.headers.get("content-security-policy")).not.toBe(policy);
});

test.each([
  "/../secret.txt",
  "/assets/../../secret.txt",
  "/assets/..%2f..%2fsecret.txt",
  "/%2e%2e/secret.txt",
  "/assets/..\\..\\secret.txt",
  "//etc/passwd",
  "/index.html/../../secret.txt",
])("%s leads nowhere", async (path) => {
  const response = await api.app.request(`http://overdue.test${path}`, HTML);
  expect(await response.text()).not.toContain("not for the web");
});

test.each(["/v1/nothing", "/api/auth/nothing", "/health/nothing", "/assets/gone.js", "/robots.php"])(
  "%s is missing as JSON, even for a browser",
  async (path) => {
    const response = await api.call("GET", path, HTML);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  },
);

test("a program that asks for a page gets a problem, not the app", async () => {
  expect((await api.call("GET", "/sign-in", { headers: { accept: "application/json" } })).status).toBe(404);
});

test("an app that was not built says what to do", async () => {
  expect(readSite(join(home, "nowhere"))).toBeNull();
  const unbuilt = await testApi();
  const response = await unbuilt.call("GET", "/", HTML);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("npm run build");
});

test("answers with data are never kept, framed or guessed at", async () => {
  const { headers } = await api.call("GET", "/v1/instance");
  expect(Object.fromEntries(headers)).toMatchObject({
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
  });
  expect(headers.has("strict-transport-security")).toBe(false);
});

test("a browser that came by https is asked to stay with it", async () => {
  const publicUrl = "https://overdue.test";
  const secure = await testApi({ publicUrl, origins: [publicUrl] });
  const { headers } = await secure.call("GET", "/v1/instance");
  expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
});
