import { addMember, createProject } from "@overdue/db";
import { expect, test } from "vitest";

import { EXPECTED_ACCESS } from "../test/access-table.ts";
import { contentsOf } from "../test/contents.ts";
import { BODIES, fillProject, HOURLY, MARKER, pathOf } from "../test/one-of-everything.ts";
import { keyHolder, person, read, testApi } from "../test/test-api.ts";
import { registeredRoutes, type Access, type RegisteredRoute } from "./http/access.ts";
import { RENAMED_PATHS } from "./http/deprecated-names.ts";

/** A path that was replaced is guarded like the new one. */
function withOldPaths(expected: Record<string, string>): Record<string, string | undefined> {
  const name = (method: string, path: string) =>
    `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
  return Object.fromEntries(
    RENAMED_PATHS.map(({ method, old, now }) => [name(method, old), expected[name(method, now)]]),
  );
}

/** Healthchecks' endpoints are served with and without the slash at their end. */
function withBothEnds(expected: Record<string, string | undefined>): Record<string, string | undefined> {
  const others = Object.entries(expected)
    .filter(([route]) => /^(?!ALL).* \/(?:api\/:version|b\/:states|badge\/|projects\/)/.test(route))
    .map(([route, access]) => [route.endsWith("/") ? route.slice(0, -1) : `${route}/`, access]);
  return { ...expected, ...Object.fromEntries(others) };
}

const api = await testApi();
const routes = registeredRoutes(api.app.routes);
const tenantRoutes = routes.filter(({ path }) => /:(?:projectId|organizationId)/.test(path));
const ada = await person(api);
const eve = await person(api);
const victim = await fillProject(api, ada);
const own = { projectId: eve.projectId, organizationId: eve.organizationId };
const eveKeys = await Promise.all(
  (["read", "read:bodies", "write", "ping", "overview"] as const).map((scope) =>
    keyHolder(api, eve.projectId, scope),
  ),
);
const evesCheck = await read<{ id: string }>(await eve.as("POST", `${eve.path}/checks`, HOURLY));

const before = await contentsOf(api, ada.projectId);

test("every route is in the table, with who may call it", () => {
  const listed = Object.fromEntries(
    routes.map((route) => [shortenName(nameOf(route)), accessText(route.access)]),
  );
  expect(listed).toEqual(withBothEnds({ ...EXPECTED_ACCESS, ...withOldPaths(EXPECTED_ACCESS) }));
  expect(tenantRoutes.length).toBeGreaterThan(25);
});

/** The router knows no counts in patterns: what is written out eight times is one with a plus here. */
function shortenName(name: string): string {
  return name.replaceAll(/(\[[^\]]+\])\1+/g, "$1+");
}

test.each(tenantRoutes.map((route) => [nameOf(route), route] as const))(
  "%s is not there for another tenant, by session or by any key",
  async (name, route) => {
    const url = pathOf(route, victim);
    const strangers = [eve.as, ...eveKeys.map((key) => key.as)];
    for (const as of strangers) {
      const response = await as(route.method, url, BODIES[name]);
      // No key belongs to an organization, so that one is refused before anything is looked up.
      const allowed = ["signed-in", "organization"].includes(route.access.auth) ? [403, 404] : [404];
      expect(allowed).toContain(response.status);
      expect(await response.text()).not.toContain(MARKER);
    }
  },
);

test.each(
  tenantRoutes
    .filter(({ path }) => /:(?!projectId|organizationId)/.test(path))
    .map((route) => [nameOf(route), route] as const),
)("%s finds nothing of another tenant's in one's own project", async (name, route) => {
  const url = pathOf(route, { ...victim, ...own });
  const response = await eve.as(route.method, url, BODIES[name]);
  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain(MARKER);
});

test.each(tenantRoutes.map((route) => [nameOf(route), route] as const))(
  "%s asks nobody in without a name or with a dead key",
  async (name, route) => {
    const url = pathOf(route, victim);
    const body = BODIES[name];
    expect((await api.call(route.method, url, { json: body })).status).toBe(401);
    const headers = { authorization: "Bearer hcw_nobodyhasthiskeyatallinanyway" };
    expect((await api.call(route.method, url, { json: body, headers })).status).toBe(401);
  },
);

test.each(routesFor("member", "owner").map((route) => [nameOf(route), route] as const))(
  "%s is not for a viewer",
  async (name, route) => {
    const viewer = await memberOf(ada.projectId, "viewer");
    expect((await viewer.as(route.method, pathOf(route, victim), BODIES[name])).status).toBe(403);
  },
);

test.each(routesFor("admin", "owner").map((route) => [nameOf(route), route] as const))(
  "%s is not for a member",
  async (name, route) => {
    const member = await memberOf(ada.projectId, "member");
    expect((await member.as(route.method, pathOf(route, victim), BODIES[name])).status).toBe(403);
  },
);

test("a missing object and another project's get the same answer", async () => {
  const missing = { ...victim, checkId: "01900000-0000-7000-8000-000000000000" };
  for (const route of tenantRoutes.filter(({ path }) => path.includes(":checkId"))) {
    const [theirs, nobodys] = await Promise.all(
      [
        { ...victim, ...own },
        { ...missing, ...own },
      ].map(async (ids) => {
        const response = await eve.as(route.method, pathOf(route, ids), BODIES[nameOf(route)]);
        return [response.status, await response.text()];
      }),
    );
    expect(theirs).toEqual(nobodys);
  }
});

test("a restored project comes back to its owner and to nobody else", async () => {
  const { id } = await createProject(api.db, { name: "gone", ownerId: ada.userId });
  expect((await ada.as("DELETE", `/v1/projects/${id}`)).status).toBe(204);
  expect((await ada.as("GET", `/v1/projects/${id}`)).status).toBe(404);
  expect((await eve.as("POST", `/v1/projects/${id}/restore`)).status).toBe(404);
  expect((await ada.as("POST", `/v1/projects/${id}/restore`)).status).toBe(200);
  expect((await ada.as("GET", `/v1/projects/${id}`)).status).toBe(200);
});

test("after all of that, the victim's project is as it was", async () => {
  expect(await contentsOf(api, ada.projectId)).toBe(before);
});

test("her own check is there for her all the while", async () => {
  expect((await eve.as("GET", `${eve.path}/checks/${evesCheck.id}`)).status).toBe(200);
  expect((await ada.as("GET", `${ada.path}/checks/${victim.checkId}`)).status).toBe(200);
});

function nameOf({ method, path }: RegisteredRoute): string {
  return `${method} ${path}`;
}

function accessText(access: Access): string {
  if (access.auth === "public" || access.auth === "self-checked") return access.auth;
  const key = access.key === null ? "no key" : `${access.key} key`;
  const fresh =
    "fresh" in access ? `, fresh${access.fresh === true ? "" : ` for ${access.fresh?.join()}`}` : "";
  const who = {
    project: "",
    organization: "organization ",
    "signed-in": access.auth,
    healthchecks: access.auth,
  };
  const role = "role" in access ? access.role : "";
  return `${who[access.auth]}${role}, ${key}${fresh}`;
}

function routesFor(...roles: string[]): RegisteredRoute[] {
  return tenantRoutes.filter(({ access }) => access.auth === "project" && roles.includes(access.role));
}

async function memberOf(projectId: string, role: "viewer" | "member") {
  const member = await person(api);
  await addMember(api.db, { projectId, userId: member.userId, role });
  return member;
}
