// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";

import { lazyRouteComponent } from "./project-route.ts";

const MISSING = new TypeError("Failed to fetch dynamically imported module: /assets/page.js");

afterEach(() => vi.unstubAllGlobals());

/** The error that a page shows whose code cannot be loaded. */
async function errorOf(answer: () => Promise<Response>): Promise<unknown> {
  vi.stubGlobal("fetch", answer);
  const Page = lazyRouteComponent(() => Promise.reject<{ Page: () => null }>(MISSING), "Page");
  sessionStorage.setItem(`tanstack_router_reload:${MISSING.message}`, "1");
  await Page.preload?.();
  try {
    (Page as (props: object) => unknown)({});
  } catch (error) {
    return error;
  }
  return null;
}

test("code that cannot be loaded without a connection does not make the router reload the page", async () => {
  const error = await errorOf(() => Promise.reject(new TypeError("Failed to fetch")));
  expect(error).toMatchObject({ message: "The code of the page could not be loaded." });
});

test("code that is missing while the server answers is left to the router, which reloads the page", async () => {
  expect(await errorOf(() => Promise.resolve(new Response()))).toBe(MISSING);
});
