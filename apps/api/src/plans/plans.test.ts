import {
  createChannel,
  createKey,
  deleteCheck,
  keyringOf,
  PlanLimitReached,
  setPlan,
  storePlans,
} from "@overdue/db";
import { aPlan } from "@overdue/testkit";
import { describe, expect, test } from "vitest";

import { mcpClient } from "../../test/mcp-client.ts";
import { personOn, storeTestPlans } from "../../test/plans.ts";
import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi({ mail: true });
await storeTestPlans(api, {
  two: { checks: 2, channels: 2, projects: 2, members: 3 },
  quiet: { alertsPerMonth: 1 },
  short: { bodyBytes: 8, pingLog: 20, retentionDays: 30 },
});

type Someone = Awaited<ReturnType<typeof personOn>>;
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
const FULL =
  "The plan “two” allows 2 checks, and this organization has 2: delete one that is no longer needed, or ask sales@example.org for a larger plan.";

const create = (who: Someone, json: object = {}) =>
  who.as("POST", `${who.path}/checks`, { ...HOURLY, ...json });
const countChecks = async (who: Someone) =>
  (await read<{ items: object[] }>(await who.as("GET", `${who.path}/checks`))).items.length;

/** Somebody whose two places for checks are taken. */
async function fullPerson() {
  const ada = await personOn(api, "two");
  const made = [await create(ada, { slug: "one" }), await create(ada, { slug: "two" })];
  const [first, second] = await Promise.all(
    made.map((answer) => read<{ id: string; pingUrl: string }>(answer)),
  );
  if (first === undefined || second === undefined) throw new Error("They were just made.");
  return { ada, first, second };
}

describe("a third check of two is refused with a sentence that says the way out", () => {
  test("by the API, and there is none afterwards", async () => {
    const { ada } = await fullPerson();
    const refused = await create(ada);
    expect(refused.status).toBe(422);
    expect(await read(refused)).toMatchObject({ code: "limit_reached", detail: FULL });
    expect(await countChecks(ada)).toBe(2);
  });

  test("in another project of the organization too", async () => {
    const { ada } = await fullPerson();
    const { id } = await read<{ id: string }>(await ada.as("POST", "/v1/projects", { name: "Second" }));
    expect((await ada.as("POST", `/v1/projects/${id}/checks`, HOURLY)).status).toBe(422);
  });

  test("by a ping that would make it, which says so, and is listed as refused", async () => {
    const { ada, first } = await fullPerson();
    const { pingKey } = await read<{ pingKey: string }>(await ada.as("GET", ada.path));
    const ping = (slug: string) => api.app.request(`/ping/${pingKey}/${slug}?create=1`, { method: "POST" });
    const refused = await ping("three");
    expect([refused.status, await refused.text()]).toEqual([404, `not found: ${FULL}`]);
    expect((await ping("one")).status).toBe(200);
    expect((await api.app.request(new URL(first.pingUrl).pathname)).status).toBe(200);
    await api.deps.pause(0);
    await expect
      .poll(async () => await read(await ada.as("GET", `${ada.path}/refused-pings`)))
      .toMatchObject({ items: [{ reason: "over-plan", asked: expect.stringContaining("three") }] });
  });

  test("by Healthchecks’ API", async () => {
    const { ada } = await fullPerson();
    const { key } = await createKey(api.db, { projectId: ada.projectId, name: "ci", scope: "write" });
    const post = (json: object) =>
      api.call("POST", "/api/v3/checks/", { json, headers: { "x-api-key": key } });
    const refused = await post({ name: "third" });
    expect([refused.status, await read(refused)]).toEqual([403, { error: FULL }]);
    expect((await post({ slug: "one", unique: ["slug"], tags: "x" })).status).toBe(200);
  });

  test("by a configuration file, of which then nothing is applied; one that takes away as many as it adds is", async () => {
    const { ada } = await fullPerson();
    const apply = (...slugs: string[]) =>
      ada.as("PUT", `${ada.path}/config`, { version: 1, checks: slugs.map((slug) => ({ slug, ...HOURLY })) });
    const refused = await apply("one", "two", "three");
    expect([refused.status, (await read<{ detail: string }>(refused)).detail]).toEqual([422, FULL]);
    expect((await apply("one", "two")).status).toBe(200);
    expect((await apply("one", "three")).status).toBe(200);
    expect(await countChecks(ada)).toBe(2);
  });

  test("by an assistant", async () => {
    const { ada } = await fullPerson();
    const { key } = await keyHolder(api, ada.projectId, "write");
    const client = await mcpClient(api, { key, tools: "write" });
    const result = await client.call("create_check", { name: "third", schedule: HOURLY.schedule });
    expect(JSON.stringify(result)).toContain("allows 2 checks");
    expect(await countChecks(ada)).toBe(2);
  });

  test("by the restoring of one whose place was taken meanwhile", async () => {
    const { ada, first } = await fullPerson();
    await deleteCheck(api.db, { projectId: ada.projectId, checkId: first.id });
    expect((await create(ada)).status).toBe(201);
    expect((await ada.as("POST", `${ada.path}/checks/${first.id}/restore`)).status).toBe(422);
    expect(await countChecks(ada)).toBe(2);
  });

  test("by a move from another organization, and by no move within one", async () => {
    const { ada, first } = await fullPerson();
    const bob = await personOn(api, "everything");
    await api.deps.pool.query("insert into members (project_id, user_id, role) values ($1, $2, 'owner')", [
      bob.projectId,
      ada.userId,
    ]);
    const theirs = await read<{ id: string }>(await bob.as("POST", `${bob.path}/checks`, HOURLY));
    const move = (from: string, checkId: string, toProjectId: string) =>
      ada.as("POST", `/v1/projects/${from}/checks/${checkId}/move`, { toProjectId });
    expect((await move(bob.projectId, theirs.id, ada.projectId)).status).toBe(422);
    const { id } = await read<{ id: string }>(await ada.as("POST", "/v1/projects", { name: "Second" }));
    expect((await move(ada.projectId, first.id, id)).status).toBe(200);
  });

  test("by the move of a project that does not fit with what it has", async () => {
    const { ada } = await fullPerson();
    const bob = await personOn(api, "everything");
    await bob.as("POST", `${bob.path}/checks`, HOURLY);
    await api.deps.pool.query(
      "insert into organization_members (organization_id, user_id, role) values ($1, $2, 'admin')",
      [ada.organizationId, bob.userId],
    );
    const moved = await bob.as("POST", `${bob.path}/organization`, { organizationId: ada.organizationId });
    expect([moved.status, (await read<{ detail: string }>(moved)).detail]).toEqual([422, FULL]);
  });
});

describe("of creations at the same time only one gets the last place:", () => {
  const statuses = async (answers: Promise<Response>[]) => {
    const all = await Promise.all(answers);
    return all.map(({ status }) => status).toSorted((a, b) => a - b);
  };

  test("checks by the API", async () => {
    const ada = await personOn(api, "two");
    await create(ada);
    expect(await statuses(Array.from({ length: 8 }, () => create(ada)))).toEqual([
      201,
      ...Array(7).fill(422),
    ]);
    expect(await countChecks(ada)).toBe(2);
  });

  test("checks by the API and by pings in two projects of the organization", async () => {
    const ada = await personOn(api, "two");
    const second = await read<{ id: string; pingKey: string }>(
      await ada.as("POST", "/v1/projects", { name: "Second" }),
    );
    const pings = ["a", "b", "c", "d"].map((slug) =>
      Promise.resolve(api.app.request(`/ping/${second.pingKey}/${slug}?create=1`, { method: "POST" })),
    );
    const found = await statuses([...Array.from({ length: 4 }, () => create(ada)), ...pings]);
    expect(found.filter((status) => status === 201)).toHaveLength(2);
    expect(found.filter((status) => status >= 500)).toEqual([]);
  });

  test("projects", async () => {
    const ada = await personOn(api, "two");
    const made = Array.from({ length: 5 }, () => ada.as("POST", "/v1/projects", { name: "More" }));
    expect(await statuses(made)).toEqual([201, 422, 422, 422, 422]);
  });

  test("invitations", async () => {
    const ada = await personOn(api, "two");
    const invite = (_: unknown, i: number) =>
      ada.as("POST", `${ada.path}/invitations`, {
        email: `guest-${i}-${ada.userId}@example.org`.toLowerCase(),
        role: "viewer",
      });
    expect(await statuses(Array.from({ length: 5 }, invite))).toEqual([201, 201, 422, 422, 422]);
  });
});

test("an open invitation has a place, the same one again takes none, and its acceptance neither", async () => {
  const ada = await personOn(api, "two");
  const [bob, eve] = [await person(api), await person(api)];
  const invite = (email: string) =>
    ada.as("POST", `/v1/organizations/${ada.organizationId}/invitations`, { email, role: "viewer" });
  const { id } = await read<{ id: string }>(await invite(bob.email));
  expect((await invite("second@example.org")).status).toBe(201);
  expect((await invite(eve.email)).status).toBe(422);
  expect((await invite(bob.email)).status).toBe(201);
  expect((await bob.as("POST", `/v1/invitations/${id}/accept`, {})).status).toBe(200);
  expect(await read(await ada.as("GET", ada.usagePath))).toMatchObject({
    limits: expect.arrayContaining([
      expect.objectContaining({ limit: "members", used: 3, state: "reached" }),
    ]),
  });
});

test("an invitation that was made under a larger plan is accepted once there is room again", async () => {
  const ada = await personOn(api, "everything");
  const guests = [await person(api), await person(api), await person(api)];
  const ids: string[] = [];
  for (const { email } of guests) {
    const made = await ada.as("POST", `${ada.path}/invitations`, { email, role: "viewer" });
    ids.push((await read<{ id: string }>(made)).id);
  }
  await setPlan(api.db, ada.organizationId, { plan: "two", until: null });
  const accept = (i: number) => guests[i]?.as("POST", `/v1/invitations/${ids[i]}/accept`, {});
  expect([(await accept(0))?.status, (await accept(1))?.status, (await accept(2))?.status]).toEqual([
    200, 200, 422,
  ]);
  await setPlan(api.db, ada.organizationId, { plan: null, until: null });
  expect((await accept(2))?.status).toBe(200);
});

test("channels are refused beyond their number, a deleted one comes back where there is room alone", async () => {
  const ada = await personOn(api, "two");
  const make = () =>
    createChannel(api.db, keyringOf(api.deps.settings.secretKeys), {
      projectId: ada.projectId,
      kind: "webhook",
      name: "hook",
      settings: { url: "https://example.org" },
      hint: "example.org",
      checkIds: [],
    });
  const [first] = [await make(), await make()];
  await expect(make()).rejects.toThrow(PlanLimitReached);
  await ada.as("DELETE", `${ada.path}/channels/${first.id}`);
  await make();
  expect((await ada.as("POST", `${ada.path}/channels/${first.id}/restore`)).status).toBe(422);
});

test("a deleted project comes back where there is room for it alone", async () => {
  const ada = await personOn(api, "two");
  const { id } = await read<{ id: string }>(await ada.as("POST", "/v1/projects", { name: "Second" }));
  await ada.as("POST", `/v1/projects/${id}/checks`, HOURLY);
  await ada.as("DELETE", `/v1/projects/${id}`);
  await create(ada);
  await create(ada);
  const restore = () => ada.as("POST", `/v1/projects/${id}/restore`);
  expect((await restore()).status).toBe(422);
  await setPlan(api.db, ada.organizationId, { plan: null, until: null });
  expect((await restore()).status).toBe(200);
});

test("more alerts than allowed are all sent; new checks and channels wait", async () => {
  const ada = await personOn(api, "quiet");
  const check = await read<{ id: string }>(await create(ada));
  await api.deps.pool.query(
    `with channel as (insert into channels (project_id, kind, name, settings, hint) values ($1, 'webhook', 'x', '', '') returning id)
     insert into deliveries (project_id, channel_id, kind, check_id, state) select $1, id, 'down', $2, 'sent' from channel, generate_series(1, 2)`,
    [ada.projectId, check.id],
  );
  expect(await read(await create(ada))).toMatchObject({
    code: "limit_reached",
    detail: expect.stringMatching(
      /^The plan “quiet” allows 1 alert a month, .* has sent 2 this month\. All alerts are still sent; a new check waits/,
    ),
  });
  expect((await ada.as("POST", "/v1/projects", { name: "Second" })).status).toBe(201);
});

test("a plan shortens what is kept: the log and its days, as the project shows, and the bodies of pings", async () => {
  const ada = await personOn(api, "short");
  expect(await read(await ada.as("GET", ada.path))).toMatchObject({
    retention: { pings: 20, pingDays: 30, runDays: 90 },
  });
  const { id, pingUrl } = await read<{ id: string; pingUrl: string }>(await create(ada));
  // What projects keep is read again each second.
  await expect
    .poll(
      async () => {
        await api.app.request(new URL(pingUrl).pathname, {
          method: "POST",
          body: "the first and the last words",
        });
        const rows = await api.deps.pool.query<{ body: Buffer; body_cut_at: number; body_bytes: number }>(
          "select body, body_cut_at, body_bytes from pings where check_id = $1 order by number desc limit 1",
          [id],
        );
        return rows.map(({ body, ...rest }) => ({ body: body.toString(), ...rest }));
      },
      { timeout: 5_000 },
    )
    .toEqual([{ body: "the firsst words", body_cut_at: 8, body_bytes: 28 }]);
});

test("usage shows each limit with its number, state and sentence, to everybody in the organization", async () => {
  const { ada } = await fullPerson();
  const { plan, limits } = await read<{ plan: object; limits: { limit: string }[] }>(
    await ada.as("GET", ada.usagePath),
  );
  expect(plan).toEqual({ name: "two", title: "two", until: null });
  expect(limits).toEqual([
    { limit: "checks", used: 2, allowed: 2, state: "reached", sentence: FULL },
    { limit: "members", used: 1, allowed: 3, state: "free", sentence: null },
    { limit: "projects", used: 1, allowed: 2, state: "free", sentence: null },
    { limit: "channels", used: 0, allowed: 2, state: "free", sentence: null },
    { limit: "alertsPerMonth", used: 0, allowed: null, state: "unlimited", sentence: null },
    { limit: "pingLog", used: null, allowed: null, state: "unlimited", sentence: null },
    { limit: "retentionDays", used: null, allowed: null, state: "unlimited", sentence: null },
    { limit: "bodyBytes", used: null, allowed: null, state: "unlimited", sentence: null },
  ]);
});

test("a plan that ends is the default one from then on, and limits nothing before", async () => {
  const { ada } = await fullPerson();
  await setPlan(api.db, ada.organizationId, { plan: "two", until: new Date(Date.now() + 60_000) });
  expect((await create(ada)).status).toBe(422);
  await setPlan(api.db, ada.organizationId, { plan: "two", until: new Date(Date.now() - 1) });
  expect((await create(ada)).status).toBe(201);
  expect(await read(await ada.as("GET", ada.usagePath))).toMatchObject({
    plan: { name: "everything", until: null },
  });
});

test("a plan that the file names no longer keeps its limits while an organization has it; without a file nothing is limited", async () => {
  const own = await testApi();
  await storePlans(own.db, [aPlan("free", { isDefault: true }), aPlan("two", { checks: 2 })]);
  const ada = await personOn(own, "two");
  await create(ada);
  await create(ada);
  expect(await storePlans(own.db, [aPlan("basic", { checks: 1, isDefault: true })])).toEqual(["two"]);
  expect(await read(await ada.as("GET", ada.usagePath))).toMatchObject({ plan: { name: "two" } });
  await storePlans(own.db, []);
  expect((await create(ada)).status).toBe(201);
  expect(await read(await ada.as("GET", ada.usagePath))).toEqual({ plan: null, limits: [] });
});
