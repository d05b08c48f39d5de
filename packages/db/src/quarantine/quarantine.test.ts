import { alertScene, aCheck, anArrival, aProject, sceneKeyring, testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { notifyOperators, readProblems } from "../instance/problems.ts";
import { evaluateDue } from "../transitions/evaluate-due.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import {
  forgetReleased,
  listQuarantined,
  quarantine,
  quarantineProblems,
  releaseInProject,
  releaseQuarantined,
} from "./quarantine.ts";

// What is put aside is listed for the whole instance: each test begins without any.
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);
beforeEach(() => pool.query("truncate instance_facts, deliveries, checks cascade"));

const HOUR = 3_600_000;
const evaluate = async () => {
  const poisoned: string[] = [];
  const evaluation = { watermark: Date.now() + HOUR, outages: [], limit: 500 };
  await evaluateDue(pool, evaluation, (id) => poisoned.push(id));
  return poisoned;
};

async function aPoisonCheck() {
  const check = await aCheck(pool, { details: { name: "poison" } });
  await recordPings(pool, [anArrival(check, Date.now())], ALONE);
  await pool.query(`update checks set schedule = '{"kind":"nonsense"}', memory = '{}' where id = $1`, [
    check.id,
  ]);
  return check;
}

const warnings = async () => (await readProblems(pool)).warnings.join(" ");

test("a check that cannot be evaluated is listed with its error, reported to the operator, and paused longer each time", async () => {
  const check = await aPoisonCheck();
  expect(await evaluate()).toEqual([check.id]);
  const [first] = await listQuarantined(db);
  expect(first).toMatchObject({ kind: "check", id: check.id, name: "poison", attempts: 1 });
  expect(first?.reason).not.toBe("");
  expect(await warnings()).toMatch(/^Put aside, because it cannot be worked on,.* the check “poison” \(/);
  await evaluate();
  const [second] = await listQuarantined(db);
  expect(second?.attempts).toBe(2);
  const pauses = [first, second].map((one) =>
    Math.round(((one?.until.getTime() ?? 0) - Date.now()) / 60_000),
  );
  expect(pauses).toEqual([1, 2]);
});

test("a ping to such a check does not stop the pings beside it", async () => {
  const [poison, sound] = [await aPoisonCheck(), await aCheck(pool)];
  await recordPings(pool, [anArrival(poison, Date.now())], ALONE).catch(() => undefined);
  expect(await recordPings(pool, [anArrival(sound, Date.now())], ALONE)).toMatchObject([
    { kind: "recorded" },
  ]);
});

test("once it is mended, a release lets it be tried at once, and it is forgotten", async () => {
  const check = await aPoisonCheck();
  await evaluate();
  expect(await releaseQuarantined(db, check.id)).toBe(true);
  expect(await releaseQuarantined(db, check.id)).toBe(false);
  expect(await listQuarantined(db)).toEqual([]);
  const [row] = await pool.query<{ due: boolean }>(
    "select wake_at <= clock_timestamp() as due from checks where id = $1",
    [check.id],
  );
  expect(row?.due).toBe(true);
});

test("one that was worked on by itself is forgotten two minutes after its time", async () => {
  await aPoisonCheck();
  await evaluate();
  await forgetReleased(db);
  expect(await listQuarantined(db)).toHaveLength(1);
  await pool.query(
    `update instance_facts set value = jsonb_set(value::jsonb, '{until}', to_jsonb($1::float8))::text
      where starts_with(name, 'quarantined ')`,
    [Date.now() - 3 * 60_000],
  );
  await forgetReleased(db);
  expect(await listQuarantined(db)).toEqual([]);
});

test("a database that is away puts no check aside", async () => {
  const check = await aPoisonCheck();
  const away = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  await expect(quarantine(pool, { kind: "check", id: check.id }, away)).rejects.toThrow("ECONNREFUSED");
  expect(await listQuarantined(db)).toEqual([]);
});

test("a delivery whose process died three times is listed by its channel, and a release sends it again", async () => {
  const scene = await alertScene(db, { kind: "webhook", settings: {} });
  const { deliveryId } = await scene.down();
  await pool.query(
    "update deliveries set state = 'retry', poison_attempts = 3, next_attempt_at = now() + interval '1 hour', last_error = 'It died.'",
  );
  expect(await listQuarantined(db)).toMatchObject([{ kind: "delivery", id: deliveryId, attempts: 3 }]);
  expect(await warnings()).toContain("an alert to the channel");
  expect(await releaseQuarantined(db, deliveryId)).toBe(true);
  expect(await listQuarantined(db)).toEqual([]);
});

test("a project sees what of its own is put aside, with its check, and lets nothing of another one be tried", async () => {
  const [mine, other] = [await aPoisonCheck(), await aPoisonCheck()];
  await evaluate();
  expect(await listQuarantined(db)).toHaveLength(2);
  expect(await listQuarantined(db, mine.projectId)).toMatchObject([
    { id: mine.id, projectId: mine.projectId, checkId: mine.id, channelId: null, attempts: 1 },
  ]);
  expect(await releaseInProject(db, { projectId: mine.projectId, quarantinedId: other.id })).toBe(false);
  expect(await listQuarantined(db, other.projectId)).toHaveLength(1);
  expect(await releaseInProject(db, { projectId: mine.projectId, quarantinedId: mine.id })).toBe(true);
  expect(await listQuarantined(db)).toMatchObject([{ id: other.id }]);
});

test("the operator gets one mail about what is put aside, which names it, and one when it is over", async () => {
  const { projectId: selfProjectId } = await aProject(pool);
  await pool.query(
    "insert into users (id, email, name, is_operator, email_verified) values (gen_random_uuid(), $1, '', true, true)",
    [`${selfProjectId}@example.org`],
  );
  const contact = { keyring: sceneKeyring, mail: true, selfProjectId };
  const notify = async () =>
    await notifyOperators(pool, contact, { broken: [], warnings: await quarantineProblems(db) });
  const check = await aPoisonCheck();
  await evaluate();
  expect([await notify(), await notify()]).toEqual([true, false]);
  await pool.query("update checks set deleted_at = clock_timestamp() where id = $1", [check.id]);
  expect(await notify()).toBe(true);
  const sent = await pool.query<{ sentence: string }>(
    "select payload ->> 'sentence' as sentence from deliveries where project_id = $1 order by created_at",
    [selfProjectId],
  );
  expect(sent.map(({ sentence }) => sentence)).toEqual([
    expect.stringContaining("the check “poison” ("),
    expect.stringContaining("alerts are delivered"),
  ]);
});
