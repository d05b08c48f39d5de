import { randomUUID } from "node:crypto";

import { alertScene, testDatabase, type AlertScene, type TestDatabase } from "@overdue/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { openDb, type Db } from "../database.ts";
import {
  channels,
  checks,
  deliveries,
  flips,
  incidents,
  pings,
  sessions,
  storms,
  users,
} from "../schema/index.ts";
import { setRetention } from "../projects/projects.ts";
import * as prunes from "./prune.ts";

let database: TestDatabase;
let db: Db;
let scene: AlertScene;

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  scene = await alertScene(db, { kind: "email", settings: { to: "anna@example.org" } });
});
afterAll(() => database.drop());

test("of a check's pings the newest 1,000 stay", async () => {
  await insertPings(1_300, "1 day");
  while ((await prunes.prunePingsBeyondCount(db, 500)) > 0);
  expect(await numbers()).toEqual({ count: 1_000, oldest: 301, newest: 1_300 });
});

test("of pings older than 90 days only the newest stays", async () => {
  await insertPings(450, "91 days");
  while ((await prunes.pruneOldPings(db, 500)) > 0);
  expect(await numbers()).toEqual({ count: 1, oldest: 450, newest: 450 });
});

test("pings of the last 90 days stay", async () => {
  await insertPings(10, "89 days");
  expect(await prunes.pruneOldPings(db, 500)).toBe(0);
});

test("a project that keeps less, or more, has just that of its checks", async () => {
  const { projectId } = scene;
  await insertPings(60, "10 days");
  await setRetention(db, projectId, { keptPings: 50 });
  await prunes.prunePingsBeyondCount(db, 500);
  expect(await numbers()).toEqual({ count: 50, oldest: 11, newest: 60 });
  await setRetention(db, projectId, { keptPingDays: 11 });
  expect(await prunes.pruneOldPings(db, 500)).toBe(0);
  await setRetention(db, projectId, { keptPingDays: 9 });
  await prunes.pruneOldPings(db, 500);
  expect(await numbers()).toEqual({ count: 1, oldest: 60, newest: 60 });
});

test("deliveries about runs are pruned after a week, alerts stay", async () => {
  const { projectId, channelId, checkId } = scene;
  const at = new Date(Date.now() - 8 * 86_400_000);
  const old = { projectId, channelId, checkId, state: "sent" as const, createdAt: at, finishedAt: at };
  await db.insert(deliveries).values([
    { ...old, kind: "run" },
    { ...old, kind: "notice" },
    { ...old, kind: "down" },
    { ...old, kind: "run", finishedAt: new Date() },
  ]);
  expect(await prunes.pruneInformationalDeliveries(db, 500)).toBe(2);
});

test("flips and incidents go after 400 days, but not the newest flip nor an incident that lasts", async () => {
  const first = await scene.down();
  await scene.up(first);
  const lasting = await scene.down();
  await db
    .update(flips)
    .set({ at: sql`at - interval '401 days'` })
    .where(eq(flips.checkId, scene.checkId));
  await db
    .update(flips)
    .set({ at: sql`at + interval '1 hour'` })
    .where(eq(flips.id, lasting.flipId));
  const long = { openedAt: sql`opened_at - interval '401 days'` };
  await db.update(incidents).set(long).where(eq(incidents.checkId, scene.checkId));
  await db.update(incidents).set({ resolvedAt: new Date() }).where(eq(incidents.id, first.incidentId));
  await prunes.pruneFlips(db, 500);
  await prunes.pruneIncidents(db, 500);
  const leftFlips = await db.select().from(flips).where(eq(flips.checkId, scene.checkId));
  const leftIncidents = await db.select().from(incidents).where(eq(incidents.checkId, scene.checkId));
  expect(leftFlips.map(({ id }) => id)).toEqual([lasting.flipId]);
  expect(leftIncidents.map(({ id }) => id)).toEqual([lasting.incidentId]);
});

test("deliveries go 90 days after their end, unfinished ones never", async () => {
  const done = await scene.down();
  const waiting = await scene.down({ checkId: await scene.addCheck("other") });
  const old = sql`now() - interval '91 days'`;
  await db.update(deliveries).set({ createdAt: old }).where(eq(deliveries.channelId, scene.channelId));
  await db
    .update(deliveries)
    .set({ finishedAt: old, state: "sent" })
    .where(eq(deliveries.id, done.deliveryId));
  expect(await prunes.pruneDeliveries(db, 500)).toBe(1);
  const left = await db.select().from(deliveries).where(eq(deliveries.channelId, scene.channelId));
  expect(left.map(({ id }) => id)).toEqual([waiting.deliveryId]);
});

test("sessions go when they expire", async () => {
  const user = { id: randomUUID(), name: "Anna", email: `${randomUUID()}@example.org` };
  await db.insert(users).values(user);
  const session = { token: randomUUID(), userId: user.id, ipAddress: null, userAgent: null };
  await db.insert(sessions).values([
    { ...session, id: "old", expiresAt: new Date(Date.now() - 1_000) },
    { ...session, id: "new", token: randomUUID(), expiresAt: new Date(Date.now() + 60_000) },
  ]);
  await prunes.pruneAccounts(db, 500);
  const left = await db.select().from(sessions).where(eq(sessions.userId, user.id));
  expect(left.map(({ id }) => id)).toEqual(["new"]);
});

test("what was deleted goes for good after 30 days, with all that hangs on it", async () => {
  await scene.down();
  const [long, short] = [sql`now() - interval '31 days'`, sql`now() - interval '29 days'`];
  const kept = await scene.addCheck("kept");
  await db.update(checks).set({ deletedAt: long }).where(eq(checks.id, scene.checkId));
  await db.update(checks).set({ deletedAt: short }).where(eq(checks.id, kept));
  await db.update(channels).set({ deletedAt: long }).where(eq(channels.id, scene.channelId));
  await prunes.pruneDeleted(db, 500);
  const left = await db.select().from(checks).where(eq(checks.projectId, scene.projectId));
  expect(left.map(({ id }) => id)).toEqual([kept]);
  expect(await db.$count(deliveries, eq(deliveries.projectId, scene.projectId))).toBe(0);
});

/** Numbered from 1, all of the same age. */
async function insertPings(count: number, age: string): Promise<void> {
  await db.execute(sql`
    insert into pings (project_id, check_id, number, id, kind, received_at, scheme, method)
    select ${scene.projectId}::uuid, ${scene.checkId}::uuid, n, gen_random_uuid(), 'success',
      now() - ${age}::interval, 'http', 'GET' from generate_series(1, ${count}::int) n`);
  await db.update(checks).set({ pingCount: count }).where(eq(checks.id, scene.checkId));
}

async function numbers() {
  const [found] = await db
    .select({
      count: sql<number>`count(*)::int`,
      oldest: sql<number>`min(number)::int`,
      newest: sql<number>`max(number)::int`,
    })
    .from(pings)
    .where(eq(pings.checkId, scene.checkId));
  return found;
}

test("a storm goes with the last of its incidents", async () => {
  const { incidentId } = await scene.down();
  const opened = { projectId: scene.projectId, openedAt: sql`now() - interval '2 days'`, shared: "host db1" };
  const [kept, gone] = await db.insert(storms).values([opened, opened]).returning();
  await db
    .update(incidents)
    .set({ stormId: kept?.id ?? null })
    .where(eq(incidents.id, incidentId));
  await prunes.pruneStorms(db, 500);
  const left = await db.select().from(storms).where(eq(storms.projectId, scene.projectId));
  expect(left.map(({ id }) => id)).toEqual([kept?.id]);
  expect(left.map(({ id }) => id)).not.toContain(gone?.id);
});
