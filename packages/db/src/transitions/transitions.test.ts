import { randomUUID } from "node:crypto";

import { aCheck, anArrival, aProject, type SceneCheck, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { changeCheck } from "./change-check.ts";
import { evaluateDue } from "./evaluate-due.ts";
import { ALONE, recordPings } from "./record-pings.ts";

const T = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;
const database = await testDatabase();
const { pool } = database;
afterAll(database.drop);

test("a ping that comes in time moves the deadline and tells nobody", async () => {
  const { project, check } = await aWatchedCheck();
  await ping(check, T);
  await ping(check, T + 5 * MINUTE);
  await evaluate(T + 6 * MINUTE);
  expect(await flipsOf(check)).toEqual(["new → up"]);
  expect(await deliveriesOf(project)).toEqual([]);
});

test("a missed deadline is one flip dated at the deadline, one incident, one delivery per channel", async () => {
  const { project, check } = await aWatchedCheck({ channels: 2 });
  await ping(check, T);
  await evaluate(T + 30 * MINUTE);
  await evaluate(T + 31 * MINUTE);
  expect(await flipsOf(check)).toEqual(["new → up", "up → down missed"]);
  const rows = await pool.query<{ at: Date }>(
    "select at from flips where check_id = $1 and to_status = 'down'",
    [check.id],
  );
  expect(rows[0]?.at.getTime()).toBe(T + 6 * MINUTE);
  expect(await incidentsOf(check)).toEqual(["missed open"]);
  expect(await deliveriesOf(project)).toEqual(["down", "down"]);
});

test("four checkers that evaluate the same hundred checks at once write each flip once", async () => {
  const { project, checks } = await manyChecks(100);
  for (const check of checks) await ping(check, T);
  await Promise.all(Array.from({ length: 4 }, () => evaluate(T + 30 * MINUTE)));
  await evaluate(T + 30 * MINUTE);
  const rows = await pool.query(
    "select count(*) as flips, count(distinct check_id) as checks from flips where project_id = $1 and to_status = 'down'",
    [project],
  );
  expect(rows[0]).toEqual({ flips: 100, checks: 100 });
  expect(await deliveriesOf(project)).toHaveLength(100);
});

test("a ping after its deadline, before any checker looked, records the miss itself", async () => {
  const { project, check } = await aWatchedCheck();
  await ping(check, T);
  await ping(check, T + 20 * MINUTE);
  expect(await flipsOf(check)).toEqual(["new → up", "up → down missed", "down → up"]);
  expect(await incidentsOf(check)).toEqual(["missed resolved"]);
  expect(await deliveriesOf(project)).toEqual(["down", "up"]);
});

test("pings of one batch that go down, up and down again are written in that order", async () => {
  const { check } = await aWatchedCheck();
  await recordPings(
    pool,
    [
      anArrival(check, T, { kind: "fail" }),
      anArrival(check, T + 1, {}),
      anArrival(check, T + 2, { kind: "fail" }),
    ],
    ALONE,
  );
  expect(await flipsOf(check)).toEqual(["new → down failed", "down → up", "up → down failed"]);
  expect(await incidentsOf(check)).toEqual(["failed resolved", "failed open"]);
});

test("a late ping waits while another receiver may still hold one that was in time", async () => {
  const { check } = await aWatchedCheck();
  await ping(check, T);
  const deadline = T + 6 * MINUTE;
  await recordPings(pool, [anArrival(check, deadline + 900, {})], { outages: [], othersAt: deadline - 100 });
  expect(await flipsOf(check)).toEqual(["new → up"]);
  await recordPings(pool, [anArrival(check, deadline - 50, {})], ALONE);
  await evaluate(deadline + 5 * MINUTE);
  expect(await flipsOf(check)).toEqual(["new → up"]);
});

test("a person's act evaluates no deadline that the watermark has not reached", async () => {
  const { project, check } = await aWatchedCheck();
  await ping(check, T);
  // No receiver is alive here, so nothing is known.
  await changeCheck(pool, { projectId: project, checkId: check.id }, () => [
    { kind: "pause", at: T + 60 * MINUTE },
  ]);
  expect(await flipsOf(check)).toEqual(["new → up", "up → paused"]);
});

test("what fell into an outage of ours is not held against the job", async () => {
  const { project, check } = await aWatchedCheck();
  await ping(check, T);
  const outage = { from: T + 5 * MINUTE - 1_000, until: T + 30 * MINUTE };
  const late = anArrival(check, T + 30 * MINUTE + 10, {});
  await recordPings(pool, [late], { outages: [outage], othersAt: null });
  await evaluate(T + 31 * MINUTE, [outage]);
  expect(await flipsOf(check)).toEqual(["new → up"]);
  expect(await deliveriesOf(project)).toEqual([]);
});

test("pings are numbered without a gap and kept with their bodies, whatever bytes those are", async () => {
  const { check } = await aWatchedCheck();
  const body = Buffer.from([0, 255, 0xed, 0xa0, 0x80, 10]);
  await recordPings(pool, [anArrival(check, T, {}), anArrival(check, T + 1, { kind: "log", body })], ALONE);
  await ping(check, T + 2);
  const rows = await pool.query(
    "select number, kind, body, body_bytes from pings where check_id = $1 order by number",
    [check.id],
  );
  expect(rows).toMatchObject([
    { number: 1, kind: "success", body: null },
    { number: 2, kind: "log", body, body_bytes: 6 },
    { number: 3, kind: "success", body: null },
  ]);
});

test("an unknown uuid stores nothing and does not stop its neighbours", async () => {
  const { check } = await aWatchedCheck();
  const nobody = { ...anArrival(check, T, {}), target: { kind: "uuid", pingUuid: randomUUID() } as const };
  const recorded = await recordPings(pool, [nobody, anArrival(check, T, {})], ALONE);
  expect(recorded.map(({ kind }) => kind)).toEqual(["unknown", "recorded"]);
});

test("create=1 makes the check once, with all channels of the project, however many ask at once", async () => {
  const { project, pingKey } = await aProjectWith(2);
  const target = { kind: "slug", pingKey, slug: "nightly", create: true } as const;
  const batch = () => recordPings(pool, [anArrival(target, T), anArrival(target, T)], ALONE);
  const outcomes = (await Promise.all([batch(), batch(), batch()])).flat();
  expect(outcomes.filter((outcome) => outcome.kind === "recorded" && outcome.created)).toHaveLength(1);
  const rows = await pool.query("select ping_count, name from checks where project_id = $1", [project]);
  expect(rows).toEqual([{ ping_count: 6, name: "nightly" }]);
  const linked = await pool.query("select 1 from check_channels where project_id = $1", [project]);
  expect(linked.count).toBe(2);
});

test("two checks of one slug make it ambiguous; neither is pinged", async () => {
  const { project, pingKey } = await aProjectWith(0);
  for (const _ of [1, 2]) await addCheck(project, { slug: "twice" });
  const target = { kind: "slug", pingKey, slug: "twice", create: true } as const;
  expect(await recordPings(pool, [anArrival(target, T)], ALONE)).toEqual([{ kind: "ambiguous" }]);
});

test("a check that cannot be evaluated is put aside and the others go on", async () => {
  const { checks } = await manyChecks(3);
  for (const check of checks) await ping(check, T);
  const [poison] = checks;
  await pool.query(`update checks set schedule = '{"kind":"nonsense"}', memory = '{}' where id = $1`, [
    poison?.id,
  ]);
  const poisoned: string[] = [];
  const evaluation = { watermark: T + 30 * MINUTE, outages: [], limit: 500 };
  await evaluateDue(pool, evaluation, (checkId) => poisoned.push(checkId));
  expect(poisoned).toEqual([poison?.id]);
  const rows = await pool.query("select status from checks where id = any($1) and status = 'down'", [
    checks.map(({ id }) => id),
  ]);
  expect(rows).toHaveLength(2);
});

test("an edit that brings the deadline nearer wakes the checker earlier", async () => {
  const { project, check } = await aWatchedCheck();
  await ping(check, T);
  await changeCheck(pool, { projectId: project, checkId: check.id }, ({ settings }) => [
    { kind: "edit", at: T + 1, settings: { ...settings, schedule: { kind: "interval", everySeconds: 60 } } },
  ]);
  const rows = await pool.query<{ wake_at: Date }>("select wake_at from checks where id = $1", [check.id]);
  expect(rows[0]?.wake_at.getTime()).toBeLessThanOrEqual(T + 2 * MINUTE);
});

test.each([
  ["none", []],
  ["an outage", [{ from: T + MINUTE, until: T + 2 * MINUTE }]],
])(
  "a ping after %s leaves the instant at which the checker wakes alone, and so every index",
  async (_, outages) => {
    const { check } = await aWatchedCheck();
    await ping(check, T);
    await recordPings(pool, [anArrival(check, T + 3 * MINUTE)], { outages, othersAt: null });
    const wakeAt = async () => {
      const rows = await pool.query<{ wake_at: Date }>("select wake_at from checks where id = $1", [
        check.id,
      ]);
      return rows[0]?.wake_at.getTime();
    };
    expect(await wakeAt()).toBe(T + 6 * MINUTE);
    await evaluate(T + 6 * MINUTE, outages);
    expect(await wakeAt()).toBe(T + 9 * MINUTE);
  },
);

test("a check of another project cannot be changed", async () => {
  const { check } = await aWatchedCheck();
  const other = await aProjectWith(0);
  const changed = await changeCheck(pool, { projectId: other.project, checkId: check.id }, () => [
    { kind: "pause", at: T },
  ]);
  expect(changed).toBeNull();
});

async function aWatchedCheck({ channels = 1 } = {}) {
  const { project } = await aProjectWith(channels);
  return { project, check: await addCheck(project) };
}

async function manyChecks(count: number) {
  const { project } = await aProjectWith(1);
  const checks: SceneCheck[] = [];
  for (let i = 0; i < count; i += 1) checks.push(await addCheck(project));
  return { project, checks };
}

async function aProjectWith(channels: number) {
  const { projectId: project, pingKey } = await aProject(pool);
  for (let i = 0; i < channels; i += 1) {
    await pool.query(
      "insert into channels (project_id, kind, name, settings, hint) values ($1, 'webhook', 'w', 'x', 'x')",
      [project],
    );
  }
  return { project, pingKey };
}

function addCheck(projectId: string, details: { slug?: string } = {}): Promise<SceneCheck> {
  return aCheck(pool, { projectId, at: T - MINUTE, details });
}

async function ping(check: SceneCheck, at: number): Promise<void> {
  await recordPings(pool, [anArrival(check, at, {})], ALONE);
}

async function evaluate(watermark: number, outages: { from: number; until: number }[] = []): Promise<void> {
  const fail = (_: string, error: unknown) => {
    throw error;
  };
  await evaluateDue(pool, { watermark, outages, limit: 500 }, fail);
}

async function flipsOf(check: SceneCheck): Promise<string[]> {
  const rows = await pool.query<{ from_status: string; to_status: string; reason: string | null }>(
    "select from_status, to_status, reason from flips where check_id = $1 order by id",
    [check.id],
  );
  return rows.map(
    (row) => `${row.from_status} → ${row.to_status}${row.reason === null ? "" : ` ${row.reason}`}`,
  );
}

async function incidentsOf(check: SceneCheck): Promise<string[]> {
  const rows = await pool.query<{ reason: string; resolved_at: Date | null }>(
    "select reason, resolved_at from incidents where check_id = $1 order by opened_at, id",
    [check.id],
  );
  return rows.map((row) => `${row.reason} ${row.resolved_at === null ? "open" : "resolved"}`);
}

async function deliveriesOf(project: string): Promise<string[]> {
  const rows = await pool.query<{ kind: string }>(
    "select kind from deliveries where project_id = $1 order by id",
    [project],
  );
  return rows.map((row) => row.kind);
}
