import { expect, test } from "vitest";

import { comparerWith, documentOf, type Operation, operationsIn } from "../test/document.ts";
import { BODIES, fillProject, MARKER, ROTATION } from "../test/one-of-everything.ts";
import { join, keyHolder, person, read, testApi } from "../test/test-api.ts";

const api = await testApi({ metricsToken: "let-me-measure", mail: true });
const document = await documentOf(api);
const compare = comparerWith(document);
const operations = operationsIn(document);

const ada = await person(api);
const eve = await person(api);
const UNKNOWN_ID = "0199a1b2-0000-7000-8000-000000000000";
const ids = {
  ...(await fillProject(api, ada)),
  userId: eve.userId,
  passkeyId: UNKNOWN_ID,
  sessionId: UNKNOWN_ID,
};
await join(api, { projectId: ada.projectId, userId: eve.userId, role: "viewer" });
const check = await read<{ pingUrl: string; badgeUrl: string }>(
  await ada.as("GET", `${ada.path}/checks/${ids.checkId}`),
);
const [writer, reader] = [
  await keyHolder(api, ada.projectId, "write"),
  await keyHolder(api, ada.projectId, "read"),
];

const PASSKEY_ANSWER = {
  id: "none",
  rawId: "none",
  type: "public-key",
  response: {},
  clientExtensionResults: {},
};

/** Bodies with ids of this project, and for routes outside of projects; the others are those of access.test.ts. */
const MORE_BODIES: Record<string, object> = {
  "POST /api/auth/sign-in/email": { email: eve.email, password: "wrong" },
  "POST /api/auth/sign-up/email": { email: "new@example.org", password: "short" },
  "POST /api/auth/change-password": { currentPassword: "wrong", newPassword: "another long password" },
  "POST /api/auth/sign-up/finish": { token: "none", password: "another long password" },
  "POST /api/auth/password-reset": { email: "new@example.org" },
  "POST /api/auth/password-reset/finish": { token: "none", password: "another long password" },
  "POST /api/auth/verify-address/finish": { token: "none" },
  "POST /api/auth/second-factor": { code: "123456" },
  "POST /api/auth/verify": { password: "wrong" },
  "POST /api/auth/passkey": { response: PASSKEY_ANSWER },
  "POST /api/auth/verify/passkey": { response: PASSKEY_ANSWER },
  "POST /api/auth/sign-in/link": { email: "new@example.org" },
  "POST /api/auth/sign-in/link/finish": { token: "none" },
  "POST /v1/me/authenticator/confirm": { code: "123456" },
  "POST /v1/me/email-change": { email: "elsewhere@example.org" },
  "POST /api/auth/email-change/confirm": { token: "none" },
  "POST /api/auth/email-change/stop": { token: "none" },
  "POST /v1/me/deletion": {},
  "POST /api/auth/deletion/cancel": { token: "none" },
  "POST /v1/me/passkeys": { name: "key", response: PASSKEY_ANSWER },
  "PATCH /v1/me/passkeys/:passkeyId": { name: "key" },
  "POST /v1/organizations": { name: "second" },
  "POST /api/auth/invitation": { token: "none" },
  "POST /api/auth/invitation/decline": { token: "none" },
  "POST /api/auth/invitation/sign-up": { token: "none", password: "another long password" },
  "POST /v1/invitations/:invitationId/accept": {},
  "POST /v1/invitations/:invitationId/decline": {},
  "POST /v1/ping": { check: new URL(check.pingUrl).pathname.split("/").at(-1), kind: "log" },
  "POST /v1/projects": { name: "second" },
  "POST /v1/schedules/explain": { schedule: { kind: "cron", expression: "0 3 * * *", timezone: "UTC" } },
  "POST /v1/projects/:projectId/routes": {
    name: "ops",
    steps: [{ afterMinutes: 0, targets: [{ kind: "channel", channelId: ids.channelId }] }],
  },
  "POST /v1/projects/:projectId/people": { name: "eve", channelIds: [ids.channelId] },
  "POST /v1/projects/:projectId/rotations": { ...ROTATION, personIds: [ids.personId] },
  "POST /v1/projects/:projectId/status-pages": { name: "second", slug: "second-page" },
  "POST /v1/projects/:projectId/members": { email: "nobody@example.org", role: "viewer" },
  "POST /v1/projects/:projectId/invitations": { email: "somebody@example.org", role: "viewer" },
};
const DAY = new URLSearchParams({ from: "2026-11-01T00:00:00Z", until: "2026-11-02T00:00:00Z" });
/** What a route asks for in its query. */
const QUERIES: Record<string, string> = {
  "GET /v1/projects/{projectId}/activity": `?${DAY}`,
  "GET /v1/projects/{projectId}/export": `?${DAY}&rows=runs`,
  "GET /v1/projects/{projectId}/checks/{checkId}/move": `?toProjectId=${crypto.randomUUID()}`,
  "GET /v1/schedules/readings": "?expression=0+3+*+*+*&scheduler=quartz&scheduler=kubernetes",
};
/** Routes whose answer here is a refusal, each with why. */
const REFUSED: Record<string, string> = {
  "POST /api/auth/sign-in/email": "a wrong password",
  "POST /api/auth/sign-up/email": "a short password",
  "POST /api/auth/change-password": "a wrong password",
  "POST /api/auth/sign-up/finish": "nobody was sent this link",
  "POST /api/auth/password-reset/finish": "nobody was sent this link",
  "POST /api/auth/verify-address": "the address is proven",
  "POST /api/auth/verify-address/finish": "nobody was sent this link",
  "POST /api/auth/invitation": "nobody was sent this link",
  "POST /api/auth/invitation/decline": "nobody was sent this link",
  "POST /api/auth/invitation/sign-up": "nobody was sent this link",
  "POST /v1/invitations/{invitationId}/accept": "it is for another address",
  "POST /v1/invitations/{invitationId}/decline": "it is for another address",
  "POST /v1/projects/{projectId}/leave": "nobody else owns it",
  "GET /api/auth/oidc/start": "no provider is set",
  "GET /api/auth/trusted-header": "no proxy is set",
  "GET /api/auth/oidc/callback": "no provider is set",
  "POST /api/auth/second-factor": "no sign-in is under way",
  "POST /api/auth/verify": "a wrong password",
  "POST /api/auth/passkey": "no sign-in is under way",
  "POST /api/auth/verify/passkey": "nobody asked for a passkey",
  "POST /api/auth/sign-in/link/finish": "nobody was sent this link",
  "POST /v1/me/authenticator/confirm": "a wrong code",
  "POST /api/auth/email-change/confirm": "nobody was sent this link",
  "POST /api/auth/email-change/stop": "nobody was sent this link",
  "POST /api/auth/deletion/cancel": "nobody was sent this link",
  "POST /v1/me/deletion": "the only operator",
  "DELETE /v1/me/deletion": "none is scheduled",
  "POST /v1/me/recovery-codes": "no app is set up",
  "POST /v1/me/passkeys": "no passkey was asked for",
  "PATCH /v1/me/passkeys/{passkeyId}": "there is none",
  "DELETE /v1/me/passkeys/{passkeyId}": "there is none",
  "DELETE /v1/me/sessions/{sessionId}": "there is none",
  "GET /v1/organizations/{organizationId}/members/{userId}": "a member of the project alone",
  "GET /v1/organizations/{organizationId}/members/{userId}/made": "a member of the project alone",
  "PATCH /v1/organizations/{organizationId}/members/{userId}": "a member of the project alone",
  "DELETE /v1/organizations/{organizationId}/members/{userId}": "a member of the project alone",
  "DELETE /v1/organizations/{organizationId}/invitations/{invitationId}": "it is one to the project",
  "POST /v1/organizations/{organizationId}/leave": "nobody else owns it",
  "DELETE /v1/organizations/{organizationId}": "it has a project",
  "POST /v1/organizations/{organizationId}/restore": "it is not deleted",
  "GET /v1/projects/{projectId}/checks/{checkId}/move": "nobody has that project",
  "POST /v1/projects/{projectId}/checks/{checkId}/move": "nobody has that project",
  "POST /v1/projects/{projectId}/organization": "nobody has that organization",
  "POST /v1/projects/{projectId}/channels/{channelId}/rotate-secret": "it is no webhook",
  "POST /v1/projects/{projectId}/channels/{channelId}/end-former-secret": "it is no webhook",
  "GET /metrics": "from another machine",
  "POST /v1/lease": "no check has this UUID",
  "GET /health/ready": "no evaluator runs in this test",
  "POST /v1/projects/{projectId}/restore": "it is not deleted",
  "POST /v1/projects/{projectId}/telegram-links": "no bot is set up",
  "POST /v1/projects/{projectId}/channels/{channelId}/confirmation": "it is confirmed",
  "POST /v1/projects/{projectId}/slack-links": "no app is set up",
  "POST /v1/projects/{projectId}/deliveries/{deliveryId}/redeliver": "it was not given up",
  "POST /v1/projects/{projectId}/deliveries/{deliveryId}/dismiss": "it was not given up",
  "POST /v1/projects/{projectId}/quarantine/{quarantinedId}/release": "nothing is put aside",
};

// By rank: what ends something comes last, so that the others find it.
const ordered = operations.toSorted((a, b) => rank(a) - rank(b));

test("an answer that the document does not know is found", async () => {
  const { operation } = operations.find(({ name }) => name === "GET /v1/projects/{projectId}") ?? {};
  if (operation === undefined) throw new Error("The route is gone.");
  const answer = (body: object) =>
    new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
  const project = await read(await ada.as("GET", ada.path));
  expect(await compare(operation, answer(project))).toEqual([]);
  expect(await compare(operation, answer({ ...project, secret: MARKER }))).not.toEqual([]);
  expect(await compare(operation, answer({ ...project, name: 3 }))).not.toEqual([]);
});

test.each(ordered.map((found) => [found.name, found] as const))(
  "%s answers as the document says",
  async (name, { method, path, operation }) => {
    if (!isOwn(path)) return await expectHealthchecksAnswer({ method, path, operation });
    const response = await ada.as(method, `${fillPath(path)}${QUERIES[name] ?? ""}`, bodyOf(name));
    await expectAsDocumented(operation, response);
    expect({ isRefused: !response.ok, text: await textOf(response) }).toMatchObject({
      isRefused: name in REFUSED,
    });
  },
);

/** As Healthchecks' clients ask. */
async function expectHealthchecksAnswer({
  method,
  path,
  operation,
}: Pick<(typeof operations)[number], "method" | "path" | "operation">) {
  for (const url of healthchecksPaths(path)) {
    const json = method === "POST" ? {} : undefined;
    await expectAsDocumented(
      operation,
      await api.call(method, url, { json, headers: healthchecksHeaders(path) }),
    );
  }
}

async function expectAsDocumented(operation: Operation, response: Response): Promise<void> {
  expect(response.status).not.toBe(500);
  expect(await compare(operation, response)).toEqual([]);
}

function isOwn(path: string): boolean {
  return !/^\/(?:api\/\{version\}|b|badge|projects)\//.test(path);
}

function fillPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = new Map(Object.entries(ids)).get(name);
    if (id === undefined) throw new Error(`There is no ${name}: let fillProject make one.`);
    return id;
  });
}

function bodyOf(name: string): object | undefined {
  const routed = name.replaceAll(/\{(\w+)\}/g, ":$1");
  return MORE_BODIES[routed] ?? BODIES[routed];
}

async function textOf(response: Response): Promise<string> {
  return response.headers.get("content-type") === "text/event-stream" ? "" : await response.clone().text();
}

function rank({ method, path }: { method: string; path: string }): number {
  if (path.endsWith("/sign-out")) return 4;
  if (path.endsWith("/restore")) return 2;
  // A check that is paused or pinged ends its incident.
  if (path.includes("/incidents")) return 0;
  if (method === "GET") return 0;
  if (method !== "DELETE") return 1;
  return path.endsWith("{projectId}") ? 3 : 1.5;
}

/** With something that is there, and with something that is not. */
function healthchecksPaths(path: string): string[] {
  const uuid = new URL(check.pingUrl).pathname.split("/").at(-1) ?? "";
  const badge = new URL(check.badgeUrl).pathname.split("/").at(-1)?.replace(".svg", "") ?? "";
  const fill = (of: Record<string, string>) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) => of[name] ?? "x");
  const there = {
    version: "v3",
    check: uuid,
    number: "1",
    states: "3",
    key: reader.key,
    project: ada.projectId,
  };
  const nowhere = { ...there, check: "01900000-0000-7000-8000-000000000000", number: "99" };
  const files = ["svg", "json", "shields"].map((format) => fill({ ...there, file: `${badge}.${format}` }));
  return [...new Set([...files, fill({ ...nowhere, file: "nothing.svg" })])];
}

function healthchecksHeaders(path: string): Record<string, string> {
  const isPrometheus = path.startsWith("/projects/");
  return isPrometheus
    ? { authorization: `Bearer ${reader.key}` }
    : { "x-api-key": writer.key, "x-metrics-key": "let-me-measure" };
}
