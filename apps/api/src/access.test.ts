import { createProject, schema } from "@overdue/db";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { BODIES, fillProject, HOURLY, MARKER, pathOf } from "../test/one-of-everything.ts";
import { keyHolder, person, read, testApi } from "../test/test-api.ts";
import { registeredRoutes, type Access, type RegisteredRoute } from "./http/access.ts";
import { RENAMED_PATHS } from "./http/deprecated-names.ts";

/** Who may call what. A route that is not in this table fails the tests, and so does one that changes its mind. */
const EXPECTED: Record<string, string> = {
  "GET /*": "public",
  "GET /docs": "public",
  "GET /docs.css": "public",
  "GET /health/live": "public",
  "GET /health/ready": "public",
  "GET /metrics": "public",
  "GET /openapi.json": "public",
  "POST /mcp": "signed-in, read key",
  "ALL /mcp": "signed-in, read key",
  "GET /v1/instance": "public",
  "GET /v1/timezones": "public",
  "GET /v1/schedulers": "public",
  "GET /v1/channel-kinds": "public",
  "GET /v1/schedules/readings": "public",
  "POST /api/auth/sign-in/email": "public",
  "POST /api/auth/sign-out": "public",
  "POST /api/auth/sign-up/email": "public",
  "POST /api/auth/sign-up/finish": "public",
  "POST /api/auth/password-reset": "public",
  "POST /api/auth/password-reset/finish": "public",
  "POST /api/auth/second-factor": "public",
  "POST /api/auth/verify": "signed-in, no key",
  "GET /v1/me/sign-in": "signed-in, no key",
  "POST /v1/me/authenticator": "signed-in, no key, fresh",
  "POST /v1/me/authenticator/confirm": "signed-in, no key, fresh",
  "DELETE /v1/me/authenticator": "signed-in, no key, fresh",
  "POST /v1/me/recovery-codes": "signed-in, no key, fresh",
  "POST /api/auth/passkey/options": "public",
  "POST /api/auth/passkey": "public",
  "POST /api/auth/verify/passkey": "signed-in, no key",
  "GET /v1/me/sessions": "signed-in, no key",
  "DELETE /v1/me/sessions": "signed-in, no key",
  "DELETE /v1/me/sessions/:sessionId": "signed-in, no key",
  "GET /v1/me/passkeys": "signed-in, no key",
  "POST /v1/me/passkeys/options": "signed-in, no key, fresh",
  "POST /v1/me/passkeys": "signed-in, no key, fresh",
  "PATCH /v1/me/passkeys/:passkeyId": "signed-in, no key",
  "DELETE /v1/me/passkeys/:passkeyId": "signed-in, no key, fresh",
  "POST /api/auth/verify-address": "signed-in, no key",
  "POST /api/auth/verify-address/finish": "public",
  "POST /api/auth/invitation": "public",
  "POST /api/auth/invitation/decline": "public",
  "POST /api/auth/invitation/sign-up": "public",
  "GET /v1/invitations": "signed-in, no key",
  "POST /v1/invitations/:invitationId/accept": "signed-in, no key",
  "POST /v1/invitations/:invitationId/decline": "signed-in, no key",
  "GET /v1/projects/:projectId/invitations": "owner, no key",
  "POST /v1/projects/:projectId/invitations": "owner, no key, fresh",
  "DELETE /v1/projects/:projectId/invitations/:invitationId": "owner, no key",
  "POST /v1/projects/:projectId/leave": "viewer, no key",
  "GET /v1/projects/:projectId/members/:userId/keys": "owner, no key",
  "ALL /ping/*": "self-checked",
  "POST /v1/lease": "self-checked",
  "GET /unsubscribe": "self-checked",
  "POST /unsubscribe": "self-checked",
  "GET /confirm-address": "self-checked",
  "POST /confirm-address": "self-checked",
  "GET /status/confirm": "self-checked",
  "POST /status/confirm": "self-checked",
  "GET /status/unsubscribe": "self-checked",
  "POST /status/unsubscribe": "self-checked",
  "GET /status/:slug": "public",
  "GET /status/:slug/summary.json": "public",
  "GET /status/:slug/:file": "public",
  "POST /status/:slug/:form": "self-checked",
  "GET /v1/projects/:projectId/checks/:checkId/aliases": "viewer, read:bodies key",
  "PUT /v1/projects/:projectId/checks/:checkId/aliases": "editor, write key",
  "GET /v1/projects/:projectId/shadow": "viewer, read key",
  "GET /v1/projects/:projectId/shadow/comparison": "viewer, read:bodies key",
  "PUT /v1/projects/:projectId/shadow": "owner, write key",
  "POST /v1/projects/:projectId/shadow/switch-over": "owner, write key",
  "POST /v1/projects/:projectId/shadow/resume": "owner, write key",
  "GET /v1/projects/:projectId/status-pages": "viewer, read key",
  "POST /v1/projects/:projectId/status-pages": "editor, write key",
  "GET /v1/projects/:projectId/status-pages/:pageId": "viewer, read key",
  "PATCH /v1/projects/:projectId/status-pages/:pageId": "editor, write key",
  "DELETE /v1/projects/:projectId/status-pages/:pageId": "editor, write key",
  "POST /v1/projects/:projectId/status-pages/:pageId/restore": "editor, write key",
  "GET /v1/projects/:projectId/status-pages/:pageId/posts": "viewer, read:bodies key",
  "POST /v1/projects/:projectId/status-pages/:pageId/posts": "editor, write key",
  "DELETE /v1/projects/:projectId/status-pages/:pageId/posts/:postId": "editor, write key",
  "POST /v1/projects/:projectId/status-pages/:pageId/posts/:postId/restore": "editor, write key",
  "POST /v1/projects/:projectId/status-pages/:pageId/posts/:postId/updates": "editor, write key",
  "PUT /v1/projects/:projectId/status-pages/:pageId/posts/:postId/updates/:updateId": "editor, write key",
  "DELETE /v1/projects/:projectId/status-pages/:pageId/posts/:postId/updates/:updateId": "editor, write key",
  "POST /v1/projects/:projectId/status-pages/:pageId/posts/:postId/updates/:updateId/restore":
    "editor, write key",
  "GET /v1/projects/:projectId/status-pages/:pageId/subscribers": "viewer, read:bodies key",
  "DELETE /v1/projects/:projectId/status-pages/:pageId/subscribers/:subscriberId": "editor, write key",
  "GET /reports/stop": "self-checked",
  "POST /reports/stop": "self-checked",
  "GET /incidents/act": "self-checked",
  "POST /incidents/act": "self-checked",
  "POST /ping/heartbeat": "self-checked",
  "POST /telegram/updates": "self-checked",
  "GET /slack/callback": "self-checked",
  "POST /slack/interactivity": "self-checked",
  "GET /v1/me": "signed-in, read key",
  "GET /v1/operator": "signed-in, no key",
  "GET /v1/projects": "signed-in, read key",
  "POST /api/auth/change-password": "signed-in, no key",
  "POST /v1/projects": "signed-in, no key",
  "POST /v1/projects/:projectId/restore": "signed-in, no key",
  "POST /v1/schedules/explain": "signed-in, read key",
  "GET /v1/projects/:projectId": "viewer, read key",
  "GET /v1/projects/:projectId/check-overviews": "viewer, overview key",
  "GET /v1/projects/:projectId/clock-changes": "viewer, read key",
  "POST /v1/projects/:projectId/checks/bulk": "editor, write key",
  "GET /v1/projects/:projectId/checks/:checkId/uptime": "viewer, read key",
  "GET /v1/projects/:projectId/activity": "viewer, read key",
  "GET /v1/projects/:projectId/export": "viewer, read:bodies key",
  "GET /v1/projects/:projectId/checks/:checkId/durations": "viewer, read key",
  "GET /v1/projects/:projectId/checks/:checkId/metrics": "viewer, read key",
  "GET /b/strip/:file": "public",
  "PATCH /v1/projects/:projectId": "owner, write key",
  "DELETE /v1/projects/:projectId": "owner, no key, fresh",
  "POST /v1/projects/:projectId/ping-key": "owner, no key, fresh",
  "GET /v1/projects/:projectId/channels": "viewer, read:bodies key",
  "POST /v1/projects/:projectId/channels": "editor, write key",
  "GET /v1/projects/:projectId/channels/:channelId": "viewer, read:bodies key",
  "PATCH /v1/projects/:projectId/channels/:channelId": "editor, write key, fresh for settings",
  "DELETE /v1/projects/:projectId/channels/:channelId": "editor, write key",
  "POST /v1/projects/:projectId/channels/:channelId/restore": "editor, write key",
  "POST /v1/projects/:projectId/channels/:channelId/test": "editor, write key",
  "POST /v1/projects/:projectId/channels/warnings": "viewer, read:bodies key",
  "POST /v1/projects/:projectId/channels/:channelId/confirmation": "editor, write key",
  "POST /v1/projects/:projectId/telegram-links": "editor, write key",
  "GET /v1/projects/:projectId/telegram-links/:linkId": "viewer, read:bodies key",
  "POST /v1/projects/:projectId/slack-links": "editor, no key",
  "GET /v1/projects/:projectId/slack-links/:slackLinkId": "viewer, read:bodies key",
  "GET /v1/projects/:projectId/checks": "viewer, read key",
  "POST /v1/projects/:projectId/checks": "editor, write key",
  "GET /v1/projects/:projectId/checks/:checkId": "viewer, read key",
  "PATCH /v1/projects/:projectId/checks/:checkId": "editor, write key",
  "DELETE /v1/projects/:projectId/checks/:checkId": "editor, write key",
  "POST /v1/projects/:projectId/checks/:checkId/pause": "editor, write key",
  "POST /v1/projects/:projectId/checks/:checkId/restore": "editor, write key",
  "POST /v1/projects/:projectId/checks/:checkId/resume": "editor, write key",
  "POST /v1/projects/:projectId/checks/:checkId/undo-pause": "editor, write key",
  "GET /v1/projects/:projectId/checks/:checkId/flips": "viewer, read key",
  "GET /v1/outages": "signed-in, read key",
  "GET /v1/projects/:projectId/checks/:checkId/findings": "viewer, read key",
  "GET /v1/projects/:projectId/checks/:checkId/notices": "viewer, read key",
  "POST /v1/projects/:projectId/checks/:checkId/reset-baseline": "editor, write key",
  "GET /v1/projects/:projectId/checks/:checkId/incidents": "viewer, read key",
  "GET /v1/projects/:projectId/checks/:checkId/pings": "viewer, read key",
  "GET /v1/projects/:projectId/checks/:checkId/pings/:number/body": "viewer, read:bodies key",
  "GET /v1/projects/:projectId/checks/:checkId/runs": "viewer, read key",
  "GET /v1/projects/:projectId/checks/:checkId/slots": "viewer, read key",
  "GET /v1/projects/:projectId/maintenance": "viewer, read key",
  "POST /v1/projects/:projectId/maintenance": "editor, write key",
  "POST /v1/projects/:projectId/maintenance/start": "editor, write key",
  "POST /v1/projects/:projectId/maintenance/stop": "editor, write key",
  "GET /v1/projects/:projectId/maintenance/:windowId": "viewer, read key",
  "PATCH /v1/projects/:projectId/maintenance/:windowId": "editor, write key",
  "DELETE /v1/projects/:projectId/maintenance/:windowId": "editor, write key",
  "POST /v1/projects/:projectId/maintenance/:windowId/restore": "editor, write key",
  "POST /v1/projects/:projectId/maintenance/:windowId/stop": "editor, write key",
  "GET /v1/projects/:projectId/incidents": "viewer, read key",
  "GET /v1/projects/:projectId/incidents/:incidentId": "viewer, read key",
  "GET /v1/projects/:projectId/incidents/:incidentId/timeline": "viewer, read:bodies key",
  "GET /v1/projects/:projectId/storms": "viewer, read:bodies key",
  "GET /v1/projects/:projectId/storms/:stormId": "viewer, read:bodies key",
  "POST /v1/projects/:projectId/incidents/:incidentId/acknowledge": "editor, write key",
  "POST /v1/projects/:projectId/incidents/:incidentId/notes": "editor, write key",
  "POST /v1/projects/:projectId/incidents/:incidentId/snooze": "editor, write key",
  "POST /v1/projects/:projectId/incidents/:incidentId/unacknowledge": "editor, write key",
  "GET /v1/projects/:projectId/checks/:checkId/notification-preview": "viewer, read:bodies key",
  "PUT /v1/projects/:projectId/routes/order": "editor, write key",
  ...crud("routes/:routeId"),
  ...crud("people/:personId", "read:bodies"),
  ...crud("rotations/:rotationId", "read:bodies"),
  "POST /v1/projects/:projectId/routes/:routeId/restore": "editor, write key",
  "POST /v1/projects/:projectId/people/:personId/restore": "editor, write key",
  "POST /v1/projects/:projectId/rotations/:rotationId/restore": "editor, write key",
  "GET /v1/projects/:projectId/deliveries": "viewer, read:bodies key",
  "GET /v1/projects/:projectId/deliveries/:deliveryId": "viewer, read:bodies key",
  "GET /v1/projects/:projectId/dead-letters": "viewer, read:bodies key",
  "POST /v1/projects/:projectId/deliveries/:deliveryId/redeliver": "editor, write key",
  "POST /v1/projects/:projectId/deliveries/:deliveryId/dismiss": "editor, write key",
  "GET /v1/projects/:projectId/report": "viewer, read key",
  "GET /v1/push-key": "signed-in, no key",
  "GET /v1/projects/:projectId/views": "viewer, no key",
  "POST /v1/projects/:projectId/views": "viewer, no key",
  "DELETE /v1/projects/:projectId/views/:viewId": "viewer, no key",
  "GET /v1/projects/:projectId/reliability": "viewer, read key",
  "GET /v1/projects/:projectId/my-report": "viewer, no key",
  "PATCH /v1/projects/:projectId/my-report": "viewer, no key",
  "POST /v1/projects/:projectId/my-report/send": "viewer, no key",
  "GET /v1/projects/:projectId/events": "viewer, read key",
  "PUT /v1/projects/:projectId/config": "editor, write key",
  "GET /v1/projects/:projectId/keys": "owner, no key",
  "POST /v1/projects/:projectId/keys": "owner, no key, fresh",
  "DELETE /v1/projects/:projectId/keys/:keyId": "owner, no key",
  "GET /v1/projects/:projectId/audit/export": "owner, write key",
  "GET /v1/projects/:projectId/audit": "owner, write key",
  "POST /v1/projects/:projectId/channels/:channelId/rotate-secret": "editor, write key, fresh",
  "POST /v1/projects/:projectId/channels/:channelId/end-former-secret": "editor, write key",
  "POST /v1/projects/:projectId/keys/:keyId/rotate": "owner, no key, fresh",
  "GET /v1/projects/:projectId/members": "viewer, no key",
  "POST /v1/projects/:projectId/members": "owner, no key, fresh",
  "GET /v1/projects/:projectId/members/:userId": "viewer, no key",
  "PATCH /v1/projects/:projectId/members/:userId": "owner, no key, fresh",
  "DELETE /v1/projects/:projectId/members/:userId": "owner, no key, fresh",
  "GET /v1/projects/:projectId/outages": "viewer, read key",
  "GET /v1/projects/:projectId/refused-pings": "viewer, read:bodies key",
  "ALL /api/:version{v[123]}/*": "public",
  "ALL /b/*": "public",
  "ALL /badge/*": "public",
  "ALL /projects/:project/checks/metrics/*": "public",
  "ALL /projects/:project/metrics/*": "public",
  "GET /api/:version{v[123]}/metrics/": "public",
  "GET /api/:version{v[123]}/status/": "public",
  "GET /b/:states{[0-9]+}/:file": "public",
  "GET /badge/:badgeKey/:file": "public",
  "GET /badge/:badgeKey/:signature/:file": "public",
  "GET /projects/:project/checks/metrics/:key": "healthchecks, read-only key",
  "GET /projects/:project/metrics/": "healthchecks, read-only key",
  "GET /projects/:project/metrics/:key": "healthchecks, read-only key",
  "GET /api/:version{v[123]}/badges/": "healthchecks, read key",
  "GET /api/:version{v[123]}/channels/": "healthchecks, write key",
  "GET /api/:version{v[123]}/checks/": "healthchecks, read key",
  "POST /api/:version{v[123]}/checks/": "healthchecks, write key",
  "GET /api/:version{v[123]}/checks/:check{[0-9A-Za-z]+}": "healthchecks, read key",
  "GET /api/:version{v[123]}/checks/:check{[0-9A-Za-z]+}/flips/": "healthchecks, read key",
  "GET /api/:version{v[123]}/checks/:check{[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+}":
    "healthchecks, read key",
  "POST /api/:version{v[123]}/checks/:check{[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+}":
    "healthchecks, write key",
  "DELETE /api/:version{v[123]}/checks/:check{[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+}":
    "healthchecks, write key",
  "GET /api/:version{v[123]}/checks/:check{[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+}/flips/":
    "healthchecks, read key",
  "GET /api/:version{v[123]}/checks/:check{[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+}/pings/":
    "healthchecks, write key",
  "GET /api/:version{v[123]}/checks/:check{[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+}/pings/:number{[0-9]+}/body":
    "healthchecks, write key",
  "POST /api/:version{v[123]}/checks/:check{[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+}/pause":
    "healthchecks, write key",
  "POST /api/:version{v[123]}/checks/:check{[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+}/resume":
    "healthchecks, write key",
};

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

/** What is listed and made by viewers and editors, and read, edited and deleted by its id. */
function crud(object: string, toRead = "read"): Record<string, string> {
  const [one, all] = [`/v1/projects/:projectId/${object}`, `/v1/projects/:projectId/${object.split("/")[0]}`];
  return {
    [`GET ${all}`]: `viewer, ${toRead} key`,
    [`POST ${all}`]: "editor, write key",
    [`GET ${one}`]: `viewer, ${toRead} key`,
    [`PATCH ${one}`]: "editor, write key",
    [`DELETE ${one}`]: "editor, write key",
  };
}

const api = await testApi();
const routes = registeredRoutes(api.app.routes);
const tenantRoutes = routes.filter(({ path }) => path.includes(":projectId"));
const ada = await person(api);
const eve = await person(api);
const victim = await fillProject(api, ada);
const eveKeys = await Promise.all(
  (["read", "read:bodies", "write", "ping", "overview"] as const).map((scope) =>
    keyHolder(api, eve.projectId, scope),
  ),
);
const evesCheck = await read<{ id: string }>(await eve.as("POST", `${eve.path}/checks`, HOURLY));

const before = await contentsOf(ada.projectId);

test("every route is in the table, with who may call it", () => {
  const listed = Object.fromEntries(
    routes.map((route) => [shortened(nameOf(route)), accessText(route.access)]),
  );
  expect(listed).toEqual(withBothEnds({ ...EXPECTED, ...withOldPaths(EXPECTED) }));
  expect(tenantRoutes.length).toBeGreaterThan(25);
});

/** The router knows no counts in patterns: what is written out eight times is one with a plus here. */
function shortened(name: string): string {
  return name.replaceAll(/(\[[^\]]+\])\1+/g, "$1+");
}

test.each(tenantRoutes.map((route) => [nameOf(route), route] as const))(
  "%s is not there for another tenant, by session or by any key",
  async (name, route) => {
    const url = pathOf(route, victim);
    const strangers = [eve.as, ...eveKeys.map((key) => key.as)];
    for (const as of strangers) {
      const response = await as(route.method, url, BODIES[name]);
      const allowed = route.access.auth === "signed-in" ? [403, 404] : [404];
      expect(allowed).toContain(response.status);
      expect(await response.text()).not.toContain(MARKER);
    }
  },
);

test.each(
  tenantRoutes
    .filter(({ path }) => /:(?!projectId)/.test(path))
    .map((route) => [nameOf(route), route] as const),
)("%s finds nothing of another tenant's in one's own project", async (name, route) => {
  const url = pathOf(route, { ...victim, projectId: eve.projectId });
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

test.each(routesFor("editor", "owner").map((route) => [nameOf(route), route] as const))(
  "%s is not for a viewer",
  async (name, route) => {
    const viewer = await memberOf(ada.projectId, "viewer");
    expect((await viewer.as(route.method, pathOf(route, victim), BODIES[name])).status).toBe(403);
  },
);

test.each(routesFor("owner").map((route) => [nameOf(route), route] as const))(
  "%s is not for an editor",
  async (name, route) => {
    const editor = await memberOf(ada.projectId, "editor");
    expect((await editor.as(route.method, pathOf(route, victim), BODIES[name])).status).toBe(403);
  },
);

test("a missing object and another project's get the same answer", async () => {
  const missing = { ...victim, checkId: "01900000-0000-7000-8000-000000000000" };
  for (const route of tenantRoutes.filter(({ path }) => path.includes(":checkId"))) {
    const [theirs, nobodys] = await Promise.all(
      [
        { ...victim, projectId: eve.projectId },
        { ...missing, projectId: eve.projectId },
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
  expect(await contentsOf(ada.projectId)).toBe(before);
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
  return `${access.auth === "project" ? access.role : access.auth}, ${key}${fresh}`;
}

function routesFor(...roles: string[]): RegisteredRoute[] {
  return tenantRoutes.filter(({ access }) => access.auth === "project" && roles.includes(access.role));
}

async function memberOf(projectId: string, role: "viewer" | "editor") {
  const member = await person(api);
  await api.db.insert(schema.members).values({ projectId, userId: member.userId, role });
  return member;
}

/** All that a project holds, as one hash. Members are left out: the tests above bring some in. */
async function contentsOf(projectId: string): Promise<string> {
  const tables = [
    "checks",
    "channels",
    "check_channels",
    "routes",
    "people",
    "rotations",
    "deliveries",
    "api_keys",
    "pings",
    "runs",
    "slots",
    "flips",
    "audit_entries",
    "incidents",
    "incident_entries",
    "storms",
    "maintenance_windows",
    "maintenance_checks",
    "invitations",
    "status_pages",
    "status_page_entries",
    "status_posts",
    "status_updates",
    "status_subscribers",
    "status_mails",
  ];
  const hashes = tables.map(async (table) => {
    const rows = await api.db.execute(
      sql`select md5(coalesce(string_agg(t::text, '' order by t::text), '')) as hash
            from ${sql.identifier(table)} t where project_id = ${projectId}`,
    );
    return `${table} ${String(rows[0]?.["hash"])}`;
  });
  const rows = await api.db.execute(sql`select md5(t::text) as hash from projects t where id = ${projectId}`);
  return [...(await Promise.all(hashes)), `projects ${String(rows[0]?.["hash"])}`].join("\n");
}
