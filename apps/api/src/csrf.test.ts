import { expect, test } from "vitest";

import { contentsOf } from "../test/contents.ts";
import { BODIES, fillProject, pathOf } from "../test/one-of-everything.ts";
import { ORIGIN, person, read, testApi } from "../test/test-api.ts";
import { registeredRoutes, type RegisteredRoute } from "./http/access.ts";

// Every route that the router has, as a page of another site would have a signed-in person's browser call it.

const api = await testApi();
const ada = await person(api);
const NOBODY = "0199a1b2-0000-7000-8000-000000000000";
const known: Record<string, string> = await fillProject(api, ada);
/** What the project does not have, such as a passkey, is named by an id that nothing has. */
const ids = new Proxy(known, { get: (own, name) => Reflect.get(own, name) ?? NOBODY });
const routes = registeredRoutes(api.app.routes);
const before = await contentsOf(api, ada.projectId);

const named = (some: readonly RegisteredRoute[]) =>
  some.map((route) => [`${route.method} ${route.path}`, route] as const);
const changing = routes.filter(({ method }) => method !== "GET");
/** Where the form of the path is free, and its only answer is that nothing is there. */
const isRest = ({ path }: RegisteredRoute) => path.endsWith("*");
const bySession = changing.filter(
  (route) => !["self-checked", "healthchecks"].includes(route.access.auth) && !isRest(route),
);

const OTHERS: Record<string, Record<string, string>> = {
  "no Origin": {},
  "no Origin, from another site": { "sec-fetch-site": "cross-site" },
  "no Origin, from another name below ours": { "sec-fetch-site": "same-site" },
  "an opaque Origin": { origin: "null" },
  "another site": { origin: "https://evil.example" },
  "a name below ours": { origin: ORIGIN.replace("//", "//evil.") },
  "a name that begins like ours": { origin: `${ORIGIN}.evil.example` },
  "another port": { origin: `${ORIGIN}:8443` },
  "another scheme": { origin: ORIGIN.replace("http:", "https:") },
};
const TYPES: Record<string, string>[] = [
  { "content-type": "application/json" },
  {},
  { "content-type": "text/plain" },
  { "content-type": "application/x-www-form-urlencoded" },
];

/** The router's path with ids in it; a pattern in it stands for one of our ids, too. */
function urlOf({ path }: RegisteredRoute): string {
  const plain = path.replace(":version{v[123]}", "v3").replaceAll(/:check\{[^}]+\}/g, ":checkId");
  return pathOf({ path: plain }, ids).replaceAll("*", "x");
}

async function call(route: RegisteredRoute, headers: Record<string, string>) {
  const { method, path } = route;
  return await api.app.request(urlOf(route), {
    method: method === "ALL" ? "POST" : method,
    // A Blob is sent without a type.
    body: new Blob([JSON.stringify(BODIES[`${method} ${path}`] ?? {})]),
    headers,
  });
}

test.each(named(bySession))(
  "T-CSRF-1: %s is refused from anywhere but our own pages, whatever the body calls itself",
  async (_, route) => {
    for (const [from, others] of Object.entries(OTHERS)) {
      for (const type of TYPES) {
        const response = await call(route, { cookie: ada.cookie, ...others, ...type });
        expect([from, type, response.status]).toEqual([from, type, 403]);
      }
    }
  },
);

const selfChecked = changing.filter((route) => route.access.auth === "self-checked" || isRest(route));

test.each(named(selfChecked))(
  "T-CSRF-1: %s does nothing more for a session that is sent along",
  async (_, route) => {
    const answer = async (headers: Record<string, string>) => {
      const response = await call(route, { origin: "https://evil.example", ...headers });
      return [response.status, (await response.text()).replaceAll(/nonce="[^"]+"/g, "")];
    };
    expect(await answer({ cookie: ada.cookie })).toEqual(await answer({}));
  },
);

test.each(named(changing.filter(({ access }) => access.auth === "healthchecks")))(
  "T-CSRF-1: %s takes a key in a header, and no session",
  async (_, route) => expect((await call(route, { cookie: ada.cookie, origin: ORIGIN })).status).toBe(401),
);

type Document = { paths: Record<string, Record<string, { requestBody?: unknown }>> };
const { paths } = await read<Document>(await api.call("GET", "/openapi.json"));
const withBody = bySession.filter(({ method, path }) => {
  const documented = paths[path.replaceAll(/:(\w+)/g, "{$1}")];
  return documented?.[method.toLowerCase()]?.requestBody !== undefined;
});

test("most of the routes that change something take a body", () =>
  expect(withBody.length).toBeGreaterThan(60));

test.each(named(withBody))(
  "T-CSRF-1: %s takes no body that a form of another site could send",
  async (_, route) => {
    for (const type of TYPES.slice(1)) {
      const response = await call(route, { cookie: ada.cookie, origin: ORIGIN, ...type });
      expect([type, response.status]).toEqual([type, 415]);
    }
  },
);

test.each(named(routes.filter(({ method }) => method === "GET")))(
  "%s changes nothing in a project",
  async (_, route) => {
    const response = await api.app.request(urlOf(route), { headers: { cookie: ada.cookie } });
    await response.body?.cancel();
    expect(response.status).not.toBe(500);
    expect(await contentsOf(api, ada.projectId)).toBe(before);
  },
);

test("after all of that, the project is as it was and its owner is still signed in", async () => {
  expect(await contentsOf(api, ada.projectId)).toBe(before);
  expect((await ada.as("GET", "/v1/me")).status).toBe(200);
});
