import { aCheck, anArrival, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { editCheck } from "../checks/write-check.ts";
import { evaluateDue } from "../transitions/evaluate-due.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { acknowledgeIncident, snoozeIncident } from "./act.ts";
import { dependencyHolds } from "./dependents.ts";
import { findIncidents } from "./find-incidents.ts";

const database = await testDatabase();
const { pool } = database;
afterAll(() => database.drop());

const T = 1_800_000_000_000;
const MINUTE = 60_000;

type Check = Awaited<ReturnType<typeof aCheck>>;

test("an incident takes the address of the check's last ping, and the host of its last run", async () => {
  const check = await aCheck(pool, { at: T });
  await recordPings(pool, [anArrival(check, T)], ALONE);
  await evaluate(T + 30 * MINUTE);
  const [incident] = await openOf(check);
  expect(incident).toMatchObject({ reason: "missed", address: "203.0.113.7", host: "203.0.113.7" });
});

test("a check that was never heard from has no place", async () => {
  const check = await aCheck(pool, { at: T, settings: { alertBeforeFirstPing: true } });
  await evaluate(T + 30 * MINUTE);
  expect((await openOf(check))[0]).toMatchObject({ reason: "never-started", address: null, host: null });
});

test("of ten who acknowledge at once one is first, and the others hear who", async () => {
  const { incidentId, projectId } = await failing();
  const acted = await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      acknowledgeIncident(pool, { projectId, incidentId }, { by: `person ${i}`, at: T }),
    ),
  );
  expect(acted.filter(({ kind }) => kind === "done")).toHaveLength(1);
  const others = acted.flatMap((outcome) => (outcome.kind === "already" ? [outcome.by] : []));
  expect(new Set(others).size).toBe(1);
});

test("an act of another project finds nothing", async () => {
  const { incidentId } = await failing();
  const { projectId } = await aProject(pool);
  const acted = await acknowledgeIncident(pool, { projectId, incidentId }, { by: "eve", at: T });
  expect(acted).toEqual({ kind: "unknown" });
});

test("a snooze until it recovers is stored as one without an end, and wakes the routes", async () => {
  const { incidentId, projectId, check } = await failing();
  await snoozeIncident(pool, { projectId, incidentId }, { by: "ada", at: T, until: Infinity });
  expect((await openOf(check))[0]?.snoozedUntil).toBe(Infinity);
  const rows = await pool.query("select wake_at from incidents where id = $1", [incidentId]);
  expect(rows[0]?.wake_at).not.toBeNull();
});

test("a check is held by one that is down, at whatever remove, and by none that is up or paused", async () => {
  const { projectId } = await aProject(pool);
  const [router, host, job] = await chain(projectId);
  expect(await holds(job, T)).toEqual({ down: false, holdUntil: null });
  await recordPings(pool, [anArrival(router, T, { kind: "fail" })], ALONE);
  expect(await holds(host, T)).toMatchObject({ down: true });
  expect(await holds(job, T)).toMatchObject({ down: true });
  expect((await openOf(job, "all")).length).toBe(0);
  await recordPings(pool, [anArrival(router, T + 1)], ALONE);
  expect(await holds(job, T + 1)).toMatchObject({ down: false });
});

test("a check without dependencies is not in the answer", async () => {
  const check = await aCheck(pool, { at: T });
  expect(await dependencyHolds(pool, [check.id], T)).toEqual(new Map());
});

test("a dependency that is overdue and soon evaluated holds until then; one with time left does not", async () => {
  const { projectId } = await aProject(pool);
  const [router, host] = await chain(projectId, { graceSeconds: 120 });
  await recordPings(pool, [anArrival(router, T)], ALONE);
  const deadline = T + 7 * MINUTE;
  expect(await holds(host, deadline - 30_000)).toEqual({ down: false, holdUntil: deadline });
  expect(await holds(host, deadline - 61_000)).toEqual({ down: false, holdUntil: null });
  expect(await holds(host, T + 4 * MINUTE)).toEqual({ down: false, holdUntil: null });
});

test("an incident names the checks that hold it back", async () => {
  const { projectId } = await aProject(pool);
  const [router, , job] = await chain(projectId);
  for (const check of [router, job]) await recordPings(pool, [anArrival(check, T, { kind: "fail" })], ALONE);
  expect((await openOf(job))[0]?.heldBy).toEqual([{ checkId: router.id, name: "router" }]);
  expect((await openOf(router))[0]?.heldBy).toEqual([]);
});

test("when what held it back recovers, an incident is looked at again at once", async () => {
  const { projectId } = await aProject(pool);
  const [router, host, job] = await chain(projectId);
  for (const check of [router, host, job])
    await recordPings(pool, [anArrival(check, T, { kind: "fail" })], ALONE);
  await pool.query("update incidents set wake_at = 'infinity' where project_id = $1", [projectId]);
  await recordPings(pool, [anArrival(router, T + 1)], ALONE);
  const rows = await pool.query(
    "select check_id from incidents where project_id = $1 and wake_at <= clock_timestamp() and resolved_at is null",
    [projectId],
  );
  expect(new Set(rows.map((row) => row.check_id))).toEqual(new Set([host.id, job.id]));
});

/** A job that depends on a host that depends on a router. */
async function chain(projectId: string, settings: { graceSeconds?: number } = {}) {
  const make = (name: string) =>
    aCheck(pool, { at: T - MINUTE, projectId, settings, details: { name, slug: name } });
  const [router, host, job] = [await make("router"), await make("host"), await make("job")];
  await dependOn(host, ["router"]);
  await dependOn(job, [host.id]);
  return [router, host, job] as const;
}

async function dependOn({ projectId, id }: Check, dependsOn: string[]): Promise<void> {
  const edit = { details: {}, settings: {}, channelIds: null, version: null, at: T, dependsOn };
  await editCheck(pool, { projectId, checkId: id }, edit);
}

async function holds({ id }: Check, at: number) {
  return (await dependencyHolds(pool, [id], at)).get(id);
}

async function failing() {
  const check = await aCheck(pool, { at: T - MINUTE });
  await recordPings(pool, [anArrival(check, T, { kind: "fail" })], ALONE);
  const [incident] = await openOf(check);
  if (incident === undefined) throw new Error("A failure opens an incident.");
  return { check, projectId: check.projectId, incidentId: incident.id };
}

async function openOf({ projectId, id }: Check, state: "open" | "all" = "open") {
  const filter = { projectId, openOnly: state === "open", checkId: id };
  return await findIncidents(pool, filter, { limit: 10, after: null });
}

async function evaluate(watermark: number): Promise<void> {
  const fail = (_: string, error: unknown) => {
    throw error;
  };
  await evaluateDue(pool, { watermark, outages: [], limit: 500 }, fail);
}
