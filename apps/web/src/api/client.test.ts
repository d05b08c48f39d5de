import { afterEach, expect, test, vi } from "vitest";

import { fakeApi, page, problem } from "../../test/fake-api.ts";
import { serverNow } from "../time/clock.ts";
import { ifMatch, parseResponse, projectApi } from "./client.ts";
import { ApiError, isStale } from "./problem.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

const readKeys = () =>
  parseResponse(projectApi.keys.$get({ param: { projectId: "p1" }, query: { limit: "200" } }));

test("a request names its project in the path and its page in the query", async () => {
  const sent = fakeApi({ "GET /v1/projects/p1/keys": page() });
  expect(await readKeys()).toEqual(page());
  expect(sent).toEqual([
    { method: "GET", path: "/v1/projects/p1/keys", query: { limit: "200" }, json: undefined },
  ]);
});

test("an error of the API is thrown with its status, its code and its sentence", async () => {
  fakeApi({
    "GET /v1/projects/p1/keys": () => problem(403, { code: "forbidden", detail: "Only owners see keys." }),
  });
  await expect(readKeys()).rejects.toMatchObject({
    status: 403,
    code: "forbidden",
    message: "Only owners see keys.",
  });
});

test("an edit on top of an old version is recognised as stale, and other refusals are not", async () => {
  fakeApi({ "PATCH /v1/projects/p1": () => problem(412, { code: "stale", detail: "Out of date." }) });
  const edit = parseResponse(
    projectApi.$patch({ param: { projectId: "p1" }, header: ifMatch(3), json: { name: "Lab" } }),
  );
  const error = await edit.catch((thrown: unknown) => thrown);
  expect(isStale(error)).toBe(true);
  expect(isStale(new ApiError({ status: 409, code: "conflict", detail: "" }))).toBe(false);
});

test("an edit sends the version that it is based on", () => {
  expect(ifMatch(3)).toEqual({ "if-match": '"3"' });
});

test("the page follows the clock of the server where this machine's clock is wrong", async () => {
  const ahead = new Date(Date.now() + 3_600_000).toUTCString();
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(page(), { headers: { date: ahead } })));
  await readKeys();
  expect(serverNow() - Date.now()).toBeGreaterThan(3_500_000);
  const right = new Date().toUTCString();
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(page(), { headers: { date: right } })));
  await readKeys();
  expect(serverNow() - Date.now()).toBe(0);
});

test("a response that the browser kept does not set the clock back to when it was sent", async () => {
  const headers = {
    date: new Date(Date.now() - 600_000).toUTCString(),
    "cache-control": "public, max-age=3600",
  };
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(page(), { headers })));
  await readKeys();
  expect(serverNow() - Date.now()).toBe(0);
});
