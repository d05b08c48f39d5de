import {
  addMember,
  addOrganizationMember,
  createKey,
  createOrganization,
  createProject,
  type KeyScope,
  MEMBER_ROLES,
  type MemberRole,
  removeMember,
  revokeKey,
  schema,
} from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { BODIES, pathOf } from "../test/one-of-everything.ts";
import { person, testApi } from "../test/test-api.ts";
import { type Access, registeredRoutes, type RegisteredRoute } from "./http/access.ts";

// The own tenant's half of T-AUTHZ-1: each route for each role, held in the project or in its organization, and for each scope
// of key. access.test.ts has the other half: each route for strangers, and the table that a new route must be in.

const api = await testApi();
type OwnAccess = Extract<Access, { auth: "project" | "organization" }>;
type OwnRoute = RegisteredRoute & { access: OwnAccess };

const routes = registeredRoutes(api.app.routes).filter(
  (route): route is OwnRoute => route.access.auth === "project" || route.access.auth === "organization",
);
const inProject = routes.filter(({ access }) => access.auth === "project");
const inOrganization = routes.filter(({ access }) => access.auth === "organization");
const testCases = (some: readonly OwnRoute[]) =>
  some.map((route) => [`${route.method} ${route.path}`, route] as const);

/** No object has this id, so that a call that is let in changes nothing but what the path's first id names. */
const UNKNOWN_ID = "0199a1b2-0000-7000-8000-000000000000";
const ids = (of: { projectId?: string; organizationId?: string }) =>
  new Proxy<Record<string, string>>(
    { number: "1", ...of },
    { get: (known, name) => Reflect.get(known, name) ?? UNKNOWN_ID },
  );

// One after the other, since the first account is made with a token.
const people = new Map<MemberRole, Awaited<ReturnType<typeof person>>>();
for (const role of MEMBER_ROLES) people.set(role, await person(api));
/** Owns the organizations, so that nobody else does by being the first. */
const organizationOwner = await person(api);
const KEY_SCOPES = [
  "ping",
  "overview",
  "read",
  "read:bodies",
  "write",
] as const satisfies readonly KeyScope[];

type Place = { projectId: string; organizationId: string };

async function emptyProject(): Promise<Place> {
  const { id: organizationId } = await createOrganization(api.db, {
    name: "Ops",
    ownerId: organizationOwner.userId,
  });
  const project = await createProject(api.db, { name: "Ops", ownerId: null, organizationId });
  return { projectId: project.id, organizationId };
}

async function projectWith(roleFrom: "own" | "organization"): Promise<Place> {
  const { projectId, organizationId } = await emptyProject();
  for (const [role, { userId }] of people) {
    if (roleFrom === "own") await addMember(api.db, { projectId, userId, role });
    else await addOrganizationMember(api.db, { organizationId, userId, role });
  }
  return { projectId, organizationId };
}

/** For calls that change nothing: those that read, and those that are refused. */
const unchanged = { own: await projectWith("own"), organization: await projectWith("organization") };

/** Whether a call that is let in may delete or empty its project, so that it needs one of its own. */
function mayChange({ method }: RegisteredRoute): boolean {
  return method !== "GET";
}

function isAllowed(role: MemberRole, access: OwnAccess): boolean {
  return MEMBER_ROLES.indexOf(role) >= MEMBER_ROLES.indexOf(access.role);
}

async function statusFor(
  role: MemberRole,
  route: OwnRoute,
  of: { projectId?: string; organizationId?: string },
) {
  const response = await people.get(role)?.as(route.method, pathOf(route, ids(of)), bodyOf(route));
  await response?.body?.cancel();
  return response?.status ?? 0;
}

function bodyOf({ method, path }: RegisteredRoute): object | undefined {
  return BODIES[`${method} ${path}`];
}

test.each(testCases(inProject))(
  "%s is for the roles that the table says, in the project",
  async (_, route) => {
    expect(await differences(route, "own")).toEqual([]);
  },
);

test.each(testCases(inProject))("%s is for those roles of the organization too", async (_, route) => {
  expect(await differences(route, "organization")).toEqual([]);
});

test.each(testCases(inOrganization))("%s is for the roles that the table says", async (_, route) => {
  expect(await differences(route, "organization")).toEqual([]);
});

test.each(testCases(inOrganization))(
  "%s refuses people whose only role is in one of its projects",
  async (_, route) => {
    const { organizationId } = unchanged.own;
    for (const role of MEMBER_ROLES) expect(await statusFor(role, route, { organizationId })).toBe(404);
  },
);

/** The roles for which the answer is not what the table says, with their status. */
async function differences(
  route: OwnRoute,
  roleFrom: "own" | "organization",
): Promise<[MemberRole, number][]> {
  const found: [MemberRole, number][] = [];
  for (const role of MEMBER_ROLES) {
    const isLetIn = isAllowed(role, route.access);
    const of = isLetIn && mayChange(route) ? await projectWith(roleFrom) : unchanged[roleFrom];
    const status = await statusFor(role, route, of);
    if (isLetIn ? [401, 403, 500].includes(status) : status !== 403) found.push([role, status]);
  }
  return found;
}

async function keyIn(of: Place, scope: KeyScope): Promise<string> {
  return (await createKey(api.db, { projectId: of.projectId, name: scope, scope })).key;
}

const unchangedKeys = new Map<KeyScope, string>();
for (const scope of KEY_SCOPES) unchangedKeys.set(scope, await keyIn(unchanged.own, scope));

test.each(testCases(routes))("%s is for the keys that the table says", async (_, route) => {
  for (const scope of KEY_SCOPES) {
    const needed = route.access.key;
    const may = needed !== null && KEY_SCOPES.indexOf(scope) >= KEY_SCOPES.indexOf(needed);
    const of = may && mayChange(route) ? await emptyProject() : unchanged.own;
    const key = of === unchanged.own ? unchangedKeys.get(scope) : undefined;
    const status = await statusWithKey(key ?? (await keyIn(of, scope)), route, of);
    expect([scope, status === 403 ? "refused" : "let in"]).toEqual([scope, may ? "let in" : "refused"]);
    expect(status).not.toBe(500);
  }
});

const input = { projectId: unchanged.own.projectId, name: "old", scope: "write" } as const;
const revoked = await createKey(api.db, input);
await revokeKey(api.db, { projectId: input.projectId, keyId: revoked.row.id });
const expired = await createKey(api.db, { ...input, expiresAt: new Date(Date.now() - 1_000) });
const former = await person(api);
const ofFormer = { projectId: input.projectId, userId: former.userId };
await addMember(api.db, { ...ofFormer, role: "owner" });
await removeMember(api.db, ofFormer, { endKeys: false, endInvitations: false });
const gone = await person(api);
await api.db
  .update(schema.sessions)
  .set({ expiresAt: new Date(Date.now() - 1_000) })
  .where(eq(schema.sessions.userId, gone.userId));

test.each(testCases(routes))("%s refuses ended keys, ended sessions and former members", async (_, route) => {
  const of = unchanged.own;
  for (const { key } of [revoked, expired]) expect(await statusWithKey(key, route, of)).toBe(401);
  for (const [as, status] of [
    [former.as, 404],
    [gone.as, 401],
  ] as const) {
    expect((await as(route.method, pathOf(route, ids(of)), bodyOf(route))).status).toBe(status);
  }
});

async function statusWithKey(
  key: string,
  route: OwnRoute,
  of: { projectId: string; organizationId: string },
): Promise<number> {
  const response = await api.call(route.method, pathOf(route, ids(of)), {
    json: bodyOf(route),
    headers: { authorization: `Bearer ${key}` },
  });
  await response.body?.cancel();
  return response.status;
}
