import { randomUUID } from "node:crypto";

import { alertScene, type AlertScene, sceneKeyring, testDatabase, type TestDatabase } from "@overdue/testkit";
import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { confirmAddress, unsubscribeMailbox } from "../channels/confirmation.ts";
import { type Db, openDb } from "../database.ts";
import { channels, deliveries, instanceFacts, members, users } from "../schema/index.ts";
import { claimDeliveries } from "./claim.ts";
import { queueChannelTests, queueTest } from "./queue-tests.ts";
import { type AttemptRecord, recordAttempts } from "./record-attempts.ts";

const TO = "ops@example.org";
const OWNERS = { keyring: sceneKeyring, mail: true };
const LEASE = { seconds: 45, holder: null, owners: OWNERS };

let database: TestDatabase;
let db: Db;
let scene: AlertScene;

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  await db.delete(deliveries);
  await db.delete(instanceFacts);
  scene = await alertScene(db, { kind: "email", settings: { to: TO } });
  await change({ hint: TO, unconfirmedSince: new Date() });
});
afterAll(() => database.drop());

test("an address that nobody confirmed gets no alert; the owners get it in its place, and hear why once", async () => {
  const [anna, bert] = [await addOwner(), await addOwner()];
  const down = await scene.down();
  expect(await claimDeliveries(db, [down.deliveryId], LEASE)).toEqual([]);
  expect(await stateOf(down.deliveryId)).toEqual({
    state: "failed",
    lastError: "Nobody has confirmed this address yet.",
  });
  const instead = await elsewhere("down");
  expect(instead.map(({ to }) => to).toSorted()).toEqual([anna, bert].toSorted());
  expect(instead[0]).toMatchObject({
    fallbackFor: down.deliveryId,
    because: expect.stringContaining("“team”"),
  });
  await claimDeliveries(db, [(await scene.up(down)).deliveryId], LEASE);
  expect(await elsewhere("up")).toHaveLength(2);
  const why = await elsewhere("system");
  expect(why.map(({ title }) => title)).toEqual(
    Array.from({ length: 2 }, () => "Channel “team” waits for a confirmation"),
  );
});

test("the fallback takes it where there is one, and owners hear only why", async () => {
  await addOwner();
  const fallback = await scene.addChannel("webhook", { url: "https://example.org" });
  await db.update(channels).set({ isFallback: true }).where(eq(channels.id, fallback));
  await claimDeliveries(db, [(await scene.down()).deliveryId], LEASE);
  expect((await elsewhere("down")).map(({ channelId }) => channelId)).toEqual([fallback]);
  expect(await elsewhere("system")).toHaveLength(1);
});

test("a fallback that waits itself is none", async () => {
  const owner = await addOwner();
  const other = await scene.addChannel("webhook", { url: "https://example.org" });
  await change({ isFallback: true });
  await db.update(channels).set({ brokenAt: new Date() }).where(eq(channels.id, other));
  const down = await scene.down({ channelId: other });
  await claimDeliveries(db, [down.deliveryId], LEASE);
  expect(await elsewhere("down")).toEqual([]);
  await claimDeliveries(db, [(await scene.down()).deliveryId], LEASE);
  expect((await elsewhere("down")).map(({ to }) => to)).toEqual([owner]);
});

test("without owners any channel that works gets it", async () => {
  const other = await scene.addChannel("webhook", { url: "https://example.org" });
  await claimDeliveries(db, [(await scene.down()).deliveryId], LEASE);
  expect((await elsewhere("down")).map(({ channelId }) => channelId)).toEqual([other]);
});

test("the question itself goes there, a test does not", async () => {
  const ref = { projectId: scene.projectId, channelId: scene.channelId };
  const [question] = await db
    .insert(deliveries)
    .values({ ...ref, kind: "confirm" })
    .returning();
  const { id } = await queueTest(db, ref);
  const claimed = await claimDeliveries(db, [question?.id ?? "", id], LEASE);
  expect(claimed.map(({ alert }) => alert.kind)).toEqual(["confirm"]);
  expect(await stateOf(id)).toMatchObject({ state: "failed" });
});

test("when it is confirmed, what is still down is sent, and what is over is not", async () => {
  const still = await scene.down();
  const over = await scene.down({ checkId: await scene.addCheck("other") });
  await claimDeliveries(db, [still.deliveryId, over.deliveryId], LEASE);
  await db.execute(sql`update incidents set resolved_at = now() where id = ${over.incidentId}`);
  const of = { channelId: scene.channelId, address: TO };
  expect(await confirmAddress(db, { ...of, address: "x@example.org" })).toBe(false);
  expect(await confirmAddress(db, of)).toBe(true);
  expect(await stateOf(over.deliveryId)).toMatchObject({ state: "failed" });
  expect(await claimDeliveries(db, [still.deliveryId], LEASE)).toHaveLength(1);
});

test("a reader who unsubscribed gets nothing, not even a daily try, and a mail under way does not mend it", async () => {
  await change({ unconfirmedSince: null });
  const down = await scene.down();
  const [mine] = await claimDeliveries(db, [down.deliveryId], LEASE);
  await unsubscribeMailbox(db, scene.channelId);
  if (mine !== undefined) await recordAttempts(db, [{ claim: mine.claim, finish: SENT }], OWNERS);
  await change({ brokenAt: sql`now() - interval '25 hours'` });
  expect(await queueChannelTests(db, 100)).toBe(0);
  const { id } = await queueTest(db, { projectId: scene.projectId, channelId: scene.channelId });
  expect(await claimDeliveries(db, [id], LEASE)).toEqual([]);
  const [channel] = await db.select().from(channels).where(eq(channels.id, scene.channelId));
  expect(channel).toMatchObject({
    brokenBy: "recipient",
    brokenBecause: expect.stringMatching(/^The recipient unsubscribed/),
  });
});

const SENT: AttemptRecord = {
  state: "sent",
  startedAt: new Date(),
  statusCode: 250,
  answer: "OK",
  providerRef: null,
  retryInMs: 0,
  uncertain: false,
  channelBrokenBecause: null,
};

async function change(columns: Record<string, unknown>): Promise<void> {
  await db.update(channels).set(columns).where(eq(channels.id, scene.channelId));
}

async function addOwner(): Promise<string> {
  const email = `${randomUUID()}@example.org`;
  const [user] = await db
    .insert(users)
    .values({ id: randomUUID(), name: "Anna", email, emailVerified: true })
    .returning();
  await db.insert(members).values({ projectId: scene.projectId, userId: user?.id ?? "", role: "owner" });
  return email;
}

async function stateOf(id: string) {
  const { state, lastError } = deliveries;
  return (await db.select({ state, lastError }).from(deliveries).where(eq(deliveries.id, id)))[0];
}

/** What was sent to others than the channel. */
async function elsewhere(kind: "down" | "up" | "system") {
  const rows = await db
    .select({
      channelId: deliveries.channelId,
      to: channels.hint,
      fallbackFor: deliveries.fallbackFor,
      because: deliveries.because,
      title: sql<string>`${deliveries.payload} ->> 'title'`,
    })
    .from(deliveries)
    .innerJoin(channels, eq(channels.id, deliveries.channelId))
    .where(and(eq(deliveries.projectId, scene.projectId), eq(deliveries.kind, kind)));
  return rows.filter((row) => kind === "system" || row.fallbackFor !== null);
}
