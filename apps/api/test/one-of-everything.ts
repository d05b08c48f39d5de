import {
  confirmAddress,
  createSlackLink,
  createTelegramLink,
  listSubscribers,
  saveView,
  schema,
  subscribe,
} from "@overdue/db";
import { eq } from "drizzle-orm";

import { type person, read, type TestApi } from "./test-api.ts";

type Owner = Awaited<ReturnType<typeof person>>;

export const MARKER = "only-ada-may-read-this";
export const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };

const NOBODY = "0199a1b2-0000-7000-8000-000000000000";
const NIGHTLY = { kind: "cron", expression: "0 2 * * *", minutes: 60, timezone: "UTC" };
const ROUTE = {
  name: MARKER,
  steps: [{ afterMinutes: 0, targets: [{ kind: "channel", channelId: NOBODY }] }],
};
export const ROTATION = {
  name: MARKER,
  timezone: "UTC",
  every: "week",
  startsOn: "2026-11-23",
  handOverAt: "09:00",
};
const SHADOW = { product: "other", pingUrl: "https://old.example.org/{slug}", pingKey: MARKER };
const UPDATE = { state: "investigating", text: MARKER };
const POST = { ...UPDATE, title: MARKER };
/** A valid body for whatever wants one, so that it is the stranger who is refused and not what they sent. */
export const BODIES: Record<string, object> = {
  "PUT /v1/projects/:projectId/config": { version: 1 },
  "PATCH /v1/projects/:projectId": { name: "taken" },
  "POST /v1/lease": { check: NOBODY, owner: NOBODY, host: "db1", ttlSeconds: 60 },
  "POST /v1/projects/:projectId/channels": { kind: "email", name: "x", settings: { to: "eve@example.org" } },
  "POST /v1/projects/:projectId/channels/warnings": { kind: "email" },
  "PATCH /v1/projects/:projectId/channels/:channelId": { name: "taken" },
  "POST /v1/projects/:projectId/checks": HOURLY,
  "PATCH /v1/projects/:projectId/checks/:checkId": { name: "taken" },
  "POST /v1/projects/:projectId/checks/bulk": { action: "pause", checkIds: [NOBODY] },
  "POST /v1/projects/:projectId/maintenance": { name: "x", rule: NIGHTLY },
  "POST /v1/projects/:projectId/maintenance/start": { minutes: 5 },
  "POST /v1/projects/:projectId/maintenance/stop": {},
  "PATCH /v1/projects/:projectId/maintenance/:windowId": { name: "taken" },
  "POST /v1/projects/:projectId/status-pages": { name: "x", slug: "taken" },
  "PATCH /v1/projects/:projectId/status-pages/:pageId": { name: "taken" },
  "POST /v1/projects/:projectId/status-pages/:pageId/posts": POST,
  "POST /v1/projects/:projectId/status-pages/:pageId/posts/:postId/updates": UPDATE,
  "PUT /v1/projects/:projectId/status-pages/:pageId/posts/:postId/updates/:updateId": UPDATE,
  "POST /v1/projects/:projectId/incidents/:incidentId/notes": { text: "taken" },
  "POST /v1/projects/:projectId/incidents/:incidentId/snooze": { for: "30m" },
  "POST /v1/projects/:projectId/routes": ROUTE,
  "PUT /v1/projects/:projectId/routes/order": { ids: [] },
  "PATCH /v1/projects/:projectId/routes/:routeId": { name: "taken" },
  "POST /v1/projects/:projectId/people": { name: "taken", channelIds: [NOBODY] },
  "PATCH /v1/projects/:projectId/people/:personId": { name: "taken" },
  "POST /v1/projects/:projectId/rotations": { ...ROTATION, personIds: [NOBODY] },
  "PATCH /v1/projects/:projectId/rotations/:rotationId": { name: "taken" },
  "PATCH /v1/projects/:projectId/my-report": { timezone: "Africa/Abidjan" },
  "PUT /v1/projects/:projectId/checks/:checkId/aliases": { aliases: [{ product: "cronitor", key: MARKER }] },
  "POST /v1/projects/:projectId/checks/:checkId/move": { toProjectId: NOBODY },
  "PUT /v1/projects/:projectId/shadow": SHADOW,
  "PUT /v1/projects/:projectId/audit-stream": { url: `https://audit.example.org/${MARKER}` },
  "POST /v1/projects/:projectId/views": { name: "taken", search: { q: "x" } },
  "POST /v1/projects/:projectId/keys": { name: "taken", scope: "write" },
  "POST /v1/projects/:projectId/members": { email: "person-2@example.org", role: "viewer" },
  "POST /v1/projects/:projectId/invitations": { email: "person-2@example.org", role: "viewer" },
  "PATCH /v1/projects/:projectId/members/:userId": { role: "viewer" },
  "POST /v1/projects/:projectId/channels/:channelId/rotate-secret": {},
  "PUT /v1/projects/:projectId/privacy": {
    bodies: "none",
    redactions: [],
    words: [],
    shortAddresses: true,
  },
  "POST /v1/projects/:projectId/keys/:keyId/rotate": {},
  "POST /v1/projects/:projectId/organization": { organizationId: NOBODY },
  "PATCH /v1/organizations/:organizationId": { name: "taken" },
  "PATCH /v1/organizations/:organizationId/members/:userId": { role: "viewer" },
  "POST /v1/organizations/:organizationId/invitations": { email: "person-2@example.org", role: "viewer" },
};

/** One of everything, with the marker wherever text can stand. */
export async function fillProject(api: TestApi, owner: Owner) {
  const { id: checkId } = await read<{ id: string }>(
    await owner.as("POST", `${owner.path}/checks`, {
      ...HOURLY,
      name: MARKER,
      description: MARKER,
      slug: MARKER,
    }),
  );
  const to = `${MARKER}@example.org`;
  const { id: channelId } = await read<{ id: string }>(
    await owner.as("POST", `${owner.path}/channels`, { kind: "email", name: MARKER, settings: { to } }),
  );
  await confirmAddress(api.db, { channelId, address: to });
  const { deliveryId } = await read<{ deliveryId: string }>(
    await owner.as("POST", `${owner.path}/channels/${channelId}/test`),
  );
  await pingAndFail(api, owner, checkId);
  const open = await read<{ items: { id: string }[] }>(await owner.as("GET", `${owner.path}/incidents`));
  const incidentId = open.items[0]?.id ?? "";
  const create = async (path: string, input: object) =>
    (await read<{ id: string }>(await owner.as("POST", `${owner.path}/${path}`, input))).id;
  const keyId = await create("keys", { name: MARKER, scope: "read" });
  const personId = await create("people", { name: MARKER, channelIds: [channelId] });
  const rotationId = await create("rotations", { ...ROTATION, personIds: [personId] });
  const routeId = await create("routes", {
    ...ROUTE,
    steps: [{ afterMinutes: 0, targets: [{ kind: "person", personId }] }],
  });
  await comeFromElsewhere(owner, checkId);
  await owner.as("PUT", `${owner.path}/audit-stream`, { url: `https://audit.example.org/${MARKER}` });
  const windowId = await create("maintenance", {
    name: MARKER,
    rule: NIGHTLY,
    tags: [MARKER],
    checkIds: [checkId],
  });
  const invitationId = await create("invitations", { email: `${MARKER}@example.org`, role: "viewer" });
  const ids = {
    invitationId,
    stormId: await storm(api, owner.projectId, incidentId),
    ...(await links(api, owner)),
    windowId,
    ...(await statusPage(api, owner, { checkId, incidentId })),
    projectId: owner.projectId,
    organizationId: owner.organizationId,
    checkId,
    channelId,
    deliveryId,
    quarantinedId: deliveryId,
    keyId,
    incidentId,
    routeId,
    personId,
    rotationId,
  };
  return { ...ids, number: "1", userId: owner.userId };
}

/** What another product knows of the project, which gets its pings too. */
async function comeFromElsewhere(owner: Owner, checkId: string) {
  await owner.as("PUT", `${owner.path}/shadow`, SHADOW);
  const aliases = [{ product: "sentry", key: `${MARKER}-there` }];
  await owner.as("PUT", `${owner.path}/checks/${checkId}/aliases`, { aliases });
}

/** A status page with a post, and somebody who wants its updates and has not agreed yet. */
async function statusPage(api: TestApi, owner: Owner, of: { checkId: string; incidentId: string }) {
  const { checkId, incidentId } = of;
  const slug = `page-${checkId}`;
  const entries = [{ checkId, group: MARKER, name: MARKER }];
  const create = async (path: string, input: object) =>
    (await read<{ id: string }>(await owner.as("POST", `${owner.path}/status-pages${path}`, input))).id;
  const pageId = await create("", { name: MARKER, slug, description: MARKER, entries });
  const postId = await create(`/${pageId}/posts`, { ...POST, checkIds: [checkId], incidentId });
  // Of two updates one may be deleted.
  const { updates } = await read<{ updates: { id: string }[] }>(
    await owner.as("POST", `${owner.path}/status-pages/${pageId}/posts/${postId}/updates`, UPDATE),
  );
  const page = { projectId: owner.projectId, pageId };
  await subscribe(api.db, page, `${MARKER}@example.org`);
  const [subscriber] = await listSubscribers(api.db, page, { limit: 1, after: null });
  return { slug, pageId, postId, updateId: updates[0]?.id ?? "", subscriberId: subscriber?.id ?? "" };
}

/** A storm of one incident, named by the marker. */
async function storm(api: TestApi, projectId: string, incidentId: string): Promise<string> {
  const row = { projectId, openedAt: new Date(), shared: `tag ${MARKER}` };
  const [made] = await api.db.insert(schema.storms).values(row).returning();
  if (made === undefined) throw new Error("The insert returned no row.");
  await api.db.update(schema.incidents).set({ stormId: made.id }).where(eq(schema.incidents.id, incidentId));
  return made.id;
}

/** What a path needs in its query before anything is looked up. */
const NEEDED: Record<string, string> = {
  "/v1/projects/:projectId/checks/:checkId/move": `?toProjectId=${NOBODY}`,
};

/** A route's path with these ids in it; each parameter must have one, so that no route is left out. */
export function pathOf({ path }: { path: string }, ids: Record<string, string>): string {
  return `${path}${NEEDED[path] ?? ""}`.replaceAll(/:(\w+)/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`There is no ${name}: let fillProject make one.`);
    return id;
  });
}

/** A way to Telegram and a way to Slack, on which somebody has set out, and a saved view. */
async function links({ db }: TestApi, { projectId, userId }: { projectId: string; userId: string }) {
  const telegram = await createTelegramLink(db, projectId);
  const slack = await createSlackLink(db, { projectId, userId });
  const view = await saveView(db, { projectId, userId, name: MARKER, search: { q: MARKER } });
  return { linkId: telegram.link.id, slackLinkId: slack.link.id, viewId: view?.id ?? "" };
}

async function pingAndFail(api: TestApi, owner: Owner, checkId: string): Promise<void> {
  const check = await owner.as("GET", `${owner.path}/checks/${checkId}`);
  const { pathname } = new URL((await read<{ pingUrl: string }>(check)).pingUrl);
  for (const path of [pathname, `${pathname}/fail`])
    await api.app.request(path, { method: "POST", body: MARKER });
}
