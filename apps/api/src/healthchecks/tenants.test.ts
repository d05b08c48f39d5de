import { toUniqueKey } from "@overdue/db";
import { beforeAll, expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";
import { registeredRoutes, type RegisteredRoute } from "../http/access.ts";

const MARKER = "only-ada-may-read-this";

const api = await testApi();
const ada = await person(api);
const eve = await person(api);
const adas = await keyHolder(api, ada.projectId, "write");
const eves = [
  await keyHolder(api, eve.projectId, "write"),
  await keyHolder(api, eve.projectId, "read"),
  await keyHolder(api, eve.projectId, "ping"),
];
const routes = registeredRoutes(api.app.routes)
  .filter(({ access, path }) => access.auth === "healthchecks" && path.includes(":check{"))
  .map((route) => [`${route.method} ${route.path}`, route] as const);

let uuid = "";
beforeAll(async () => {
  const made = await as(adas.key, "POST", "/api/v3/checks/", { name: MARKER, desc: MARKER, slug: MARKER });
  ({ uuid } = await read<{ uuid: string }>(made));
  await api.app.request(`/ping/${uuid}`, { method: "POST", body: MARKER });
});

test("there are routes to try", () => {
  expect(routes.length).toBeGreaterThan(8);
});

test.each(routes)("%s refuses the keys of another project, and nothing changes", async (_, route) => {
  const before = await adasCheck();
  for (const { key } of eves) {
    const response = await as(key, route.method, pathOf(route), {});
    expect([401, isByUuid(route) ? 403 : 404]).toContain(response.status);
    expect(await response.text()).not.toContain(MARKER);
  }
  expect(await adasCheck()).toEqual(before);
});

test.each(routes)("%s is 403 by uuid and 404 by unique key for another's write key", async (_, route) => {
  const response = await as(eves[0]?.key ?? "", route.method, pathOf(route), {});
  expect([response.status, await response.text()]).toEqual([isByUuid(route) ? 403 : 404, ""]);
});

test("another's checks are in no list, by no `unique`, and in no metrics", async () => {
  const key = eves[0]?.key ?? "";
  expect(await read(await as(key, "GET", "/api/v3/checks/"))).toEqual({ checks: [] });
  const body = { name: MARKER, unique: ["name"] };
  const made = await as(key, "POST", "/api/v3/checks/", body);
  expect(made.status).toBe(201);
  await as(key, "DELETE", `/api/v3/checks/${(await read<{ uuid: string }>(made)).uuid}`);
  const metrics = await api.call("GET", `/projects/${ada.projectId}/metrics/${eves[1]?.key}`);
  expect(await metrics.text()).not.toContain(MARKER);
});

test("a channel of another project cannot be alerted", async () => {
  const channel = { kind: "email", name: "ada", settings: { to: "ada@example.org" } };
  const { id } = await read<{ id: string }>(await ada.as("POST", `${ada.path}/channels`, channel));
  for (const channels of [id, "ada"]) {
    const response = await as(eves[0]?.key ?? "", "POST", "/api/v3/checks/", { channels });
    expect(await read(response)).toEqual({ error: `invalid channel identifier: ${channels}` });
  }
});

async function as(key: string, method: string, path: string, json?: object) {
  const body = method === "POST" ? { json } : {};
  return await api.call(method, path, { ...body, headers: { "x-api-key": key } });
}

async function adasCheck() {
  return await read(await as(adas.key, "GET", `/api/v3/checks/${uuid}`));
}

function isByUuid({ path }: RegisteredRoute): boolean {
  return path.includes(":check{[0-9a-f]");
}

function pathOf(route: RegisteredRoute): string {
  return route.path
    .replace(/:version\{.*?\}/, "v3")
    .replace(/:check\{.*?\}(?=\/|$)/, isByUuid(route) ? uuid : toUniqueKey(uuid))
    .replace(/:number\{.*?\}/, "1");
}
