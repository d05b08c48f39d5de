import { pauseCheck } from "@overdue/db";
import { aCheck, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { pingsOf as storedPings, receiverOn } from "../../test/receiver.ts";

const LIMIT = 1_000;
const database = await testDatabase();
const { pool } = database;
const { app, receiver } = receiverOn(pool, LIMIT);
afterAll(database.drop);

const pingsOf = (check: { id: string }) => storedPings(pool, check);

test.each([
  ["state=whatever", 'not counted: "state=whatever" in the query'],
  ["status=in_progress", 'not counted: "status=in_progress"'],
  ["success=false", 'not counted: "success=false"'],
  ["exit_code=1", 'not counted: "exit_code=1"'],
])("a ping with ?%s is never taken for a success", async (query, sentence) => {
  const check = await aCheck(pool);
  const response = await app.request(`/ping/${check.pingUuid}?${query}`);
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(sentence)]);
  expect(await pingsOf(check)).toEqual([]);
  expect(await refusedOf(check.projectId)).toMatchObject([
    { check_id: check.id, reason: "other-dialect", asked: `?${query}`, count: 1 },
  ]);
});

test.each(["state=fail", "state=complete\n", "status=down&msg=disk"])(
  "a POST whose body is the form %j is never taken for a success",
  async (body) => {
    const check = await aCheck(pool);
    const response = await app.request(`/ping/${check.pingUuid}`, { method: "POST", body });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("in the body")]);
    expect(await pingsOf(check)).toEqual([]);
    expect(await refusedOf(check.projectId)).toMatchObject([{ check_id: check.id, reason: "other-dialect" }]);
  },
);

test("a POST whose body is the form of Oh Dear with an exit status is a failure", async () => {
  const check = await aCheck(pool);
  const response = await app.request(`/ping/${check.pingUuid}`, { method: "POST", body: "exit_code=1" });
  expect(response.status).toBe(200);
  expect(await pingsOf(check)).toMatchObject([{ kind: "fail" }]);
});

test.each(["status=ok", "5 files copied, state=fail was not seen", "state=fail\nmore output", "", "disk=1"])(
  "a POST with the body %j is a success, as ever",
  async (body) => {
    const check = await aCheck(pool);
    const response = await app.request(`/ping/${check.pingUuid}`, { method: "POST", body });
    expect(response.status).toBe(200);
    expect(await pingsOf(check)).toMatchObject([{ kind: "success" }]);
  },
);

test("a body is never refused where the path or the check's own keywords say what it means", async () => {
  const check = await aCheck(pool);
  for (const action of ["/fail", "/0", "/log"])
    await app.request(`/ping/${check.pingUuid}${action}`, { method: "POST", body: "state=fail" });
  expect((await pingsOf(check)).map(({ kind }) => kind)).toEqual(["fail", "success", "log"]);
  const filtered = await aCheck(pool, {
    details: { filterHttpBody: true, failureKeywords: "state=fail", successKeywords: "state=complete" },
  });
  await app.request(`/ping/${filtered.pingUuid}`, { method: "POST", body: "state=fail" });
  expect(await pingsOf(filtered)).toMatchObject([{ kind: "fail" }]);
});

test("what does not count is on record with its reason, for the project that it named and no other", async () => {
  const { projectId, pingKey } = await aProject(pool);
  const other = await aProject(pool);
  const check = await aCheck(pool, { projectId, details: { slug: "one", methods: "POST" } });
  const agent = { "User-Agent": "Twitterbot/1.0" };
  const paths: [string, Record<string, string>?][] = [
    [`${pingKey}/unknown`],
    [`${pingKey}/unknown`],
    [`${pingKey}/Nightly`],
    [`${pingKey}/nightly%20backup`],
    [`${pingKey}/one/256`],
    [`${pingKey}/one?rid=7`],
    [`${check.pingUuid}/done`],
    [`${check.pingUuid}%20`],
    [`%22${check.pingUuid}%22/fail`],
    [check.pingUuid],
    [check.pingUuid, agent],
  ];
  for (const [path, headers = {}] of paths) await app.request(`/ping/${path}`, { headers });
  const refusals = await refusedOf(projectId);
  expect(
    refusals.map(({ reason, asked, count, check_id }) => [reason, asked, count, check_id === check.id]),
  ).toEqual([
    ["invalid-exit-status", "/one/256", 1, true],
    ["invalid-run-id", "/one?rid=7", 1, true],
    ["invalid-slug", "/Nightly", 1, false],
    ["invalid-slug", "/nightly%20backup", 1, false],
    ["link-preview", "", 1, true],
    ["method", "", 1, true],
    ["unknown-path", "%20", 1, true],
    ["unknown-path", "%22…%22/fail", 1, true],
    ["unknown-path", "/done", 1, true],
    ["unknown-slug", "/unknown", 2, false],
  ]);
  expect(JSON.stringify(refusals)).not.toContain(pingKey);
  expect(await refusedOf(other.projectId)).toEqual([]);
});

test("a ping that a paused check ignores is on record", async () => {
  const check = await aCheck(pool, { settings: { manualResume: true } });
  await pauseCheck(pool, { projectId: check.projectId, checkId: check.id }, Date.now());
  await app.request(`/ping/${check.pingUuid}`);
  expect(await refusedOf(check.projectId)).toMatchObject([{ reason: "paused", check_id: check.id }]);
});

test("refused pings are limited, and good ones from the same address are never held back", async () => {
  const own = receiverOn(pool, LIMIT);
  const { projectId, pingKey } = await aProject(pool);
  const check = await aCheck(pool, { projectId, details: { slug: "good" } });
  // Well within a minute; should it turn in between, the second half is over the limit by itself.
  const statuses = await Promise.all(
    Array.from({ length: 700 }, async (_, i) => (await own.app.request(`/ping/${pingKey}/bad-${i}`)).status),
  );
  expect(statuses).toContain(429);
  expect((await own.app.request(`/ping/${pingKey}/good`)).status).toBe(200);
  expect(await pingsOf(check)).toHaveLength(1);
  await own.receiver.refusals.store();
  const refusals = await refusedOf(projectId);
  expect(refusals.length).toBeLessThanOrEqual(122);
  expect(refusals).toContainEqual(expect.objectContaining({ reason: "too-many", asked: "" }));
});

type StoredRefusal = { reason: string; asked: string; count: number; check_id: string | null };

async function refusedOf(projectId: string): Promise<StoredRefusal[]> {
  await receiver.refusals.store();
  const rows = await pool.query<StoredRefusal>(
    "select reason, asked, count, check_id from refused_pings where project_id = $1 order by reason, asked",
    [projectId],
  );
  return rows;
}
