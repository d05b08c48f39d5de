import { randomUUID } from "node:crypto";

import { alertScene, type AlertScene, sceneKeyring, testDatabase, type TestDatabase } from "@overdue/testkit";
import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { listChannels } from "../channels/find-channels.ts";
import { type Db, openDb } from "../database.ts";
import { channels, deliveries, instanceFacts, members, users } from "../schema/index.ts";
import { claimDeliveries } from "./claim.ts";
import { dismissDelivery, listDeadLetters, redeliver, reportDeadLetters } from "./dead-letters.ts";
import { queueChannelTests, queueTest } from "./queue-tests.ts";
import { type AttemptRecord, recordAttempts } from "./record-attempts.ts";

const LEASE = { seconds: 45, holder: null };
const BY_MAIL = { keyring: sceneKeyring, mail: true };
const GONE = { state: "failed", channelBrokenBecause: "chat not found" } as const;

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
  scene = await alertScene(db, { kind: "webhook", settings: { url: "https://example.org" } });
});
afterAll(() => database.drop());

test("every owner gets a mail about a channel that broke, once, and in a channel that no list shows", async () => {
  const emails = [await addMember("owner"), await addMember("owner")];
  await addMember("viewer");
  await end(GONE);
  await end(GONE);
  const mails = await words();
  expect(mails.map(({ to }) => to).toSorted()).toEqual(emails.toSorted());
  expect(mails[0]?.title).toBe("Channel “team” does not work any more");
  const shown = await listChannels(db, scene.projectId, { limit: 10, after: null });
  expect(shown.map(({ id }) => id)).toEqual([scene.channelId]);
});

test("an owner whose address is not proven gets no mail; another channel tells them", async () => {
  await addMember("owner", false);
  const other = await scene.addChannel("webhook", { url: "https://example.org/2" });
  await end(GONE);
  expect(await words()).toMatchObject([{ channelId: other }]);
});

test("without a mail server they hear by another channel that works", async () => {
  await addMember("owner");
  const other = await scene.addChannel("webhook", { url: "https://example.org/2" });
  await end(GONE, { ...BY_MAIL, mail: false });
  expect(await words()).toMatchObject([{ channelId: other }]);
});

test("a test that arrives mends the channel, and they hear that too", async () => {
  await addMember("owner");
  await db.update(channels).set({ brokenAt: new Date(), brokenBecause: "x" }).where(ofScene());
  const { id } = await queueTest(db, { projectId: scene.projectId, channelId: scene.channelId });
  await end({ state: "sent" }, BY_MAIL, id);
  expect(await words()).toMatchObject([{ title: "Channel “team” works again" }]);
});

test("what was given up is on the list until it is dismissed", async () => {
  const id = await end({ state: "failed" });
  expect(await dead()).toEqual([id]);
  expect(await dismissDelivery(db, { projectId: randomUUID(), deliveryId: id })).toBe(false);
  expect(await dismissDelivery(db, { projectId: scene.projectId, deliveryId: id })).toBe(true);
  expect(await dead()).toEqual([]);
});

test("what was given up can be sent again", async () => {
  const id = await end({ state: "failed" });
  expect(await redeliver(db, { projectId: scene.projectId, deliveryId: id })).toBe(true);
  expect(await redeliver(db, { projectId: scene.projectId, deliveryId: id })).toBe(false);
  expect(await claimDeliveries(db, [id], LEASE)).toMatchObject([{ claim: { attempt: 2 } }]);
});

test("owners are notified which alerts could not be delivered where and why, and not again within the hour", async () => {
  await addMember("owner");
  await end({ state: "failed" });
  expect(await reportDeadLetters(db, BY_MAIL)).toBe(1);
  await end({ state: "failed" });
  expect(await reportDeadLetters(db, BY_MAIL)).toBe(0);
  expect(await words()).toMatchObject([
    {
      title: "1 alert could not be delivered to “team”",
      lines: [{ label: "job, down", value: "to “team”: said so" }],
    },
  ]);
});

test("a broken channel is tried within the hour, a working one when it is to be proven weekly", async () => {
  expect(await queueChannelTests(db, 100)).toBe(0);
  await db
    .update(channels)
    .set({ brokenAt: sql`now() - interval '51 minutes'` })
    .where(ofScene());
  expect(await queueChannelTests(db, 100)).toBe(1);
  expect(await queueChannelTests(db, 100)).toBe(0);
  await db.delete(deliveries);
  const quiet = { brokenAt: null, lastSentAt: sql`now() - interval '8 days'` };
  await db.update(channels).set(quiet).where(ofScene());
  expect(await queueChannelTests(db, 100)).toBe(0);
  await db.update(channels).set({ proveWeekly: true }).where(ofScene());
  expect(await queueChannelTests(db, 100)).toBe(1);
});

/** One alert that ends so. @returns its delivery */
async function end(how: Partial<AttemptRecord>, ownerContact = BY_MAIL, id?: string): Promise<string> {
  const deliveryId = id ?? (await scene.down({ checkId: await scene.addCheck("job") })).deliveryId;
  const [found] = await claimDeliveries(db, [deliveryId], LEASE);
  const finish: AttemptRecord = {
    state: "sent",
    startedAt: new Date(),
    statusCode: null,
    answer: "said so",
    providerRef: null,
    retryInMs: 0,
    uncertain: false,
    channelBrokenBecause: null,
    ...how,
  };
  if (found !== undefined) await recordAttempts(db, [{ claim: found.claim, finish }], ownerContact);
  return deliveryId;
}

async function addMember(role: "owner" | "viewer", emailVerified = true): Promise<string> {
  const email = `${randomUUID()}@example.org`;
  const person = { id: randomUUID(), name: "Anna", email, emailVerified };
  const [user] = await db.insert(users).values(person).returning();
  await db.insert(members).values({ projectId: scene.projectId, userId: user?.id ?? "", role });
  return email;
}

/** What was said to owners in this project, with the mailbox where it was one. */
async function words() {
  const rows = await db.execute<{ channelId: string; to: string; title: string; lines: unknown }>(sql`
    select d.channel_id as "channelId", c.hint as "to", d.payload ->> 'title' as title, d.payload -> 'lines' as lines
    from deliveries d join channels c on c.id = d.channel_id
    where d.kind = 'system' and d.project_id = ${scene.projectId} order by d.id`);
  return rows;
}

async function dead(): Promise<string[]> {
  const rows = await listDeadLetters(db, scene.projectId, { limit: 10, before: null });
  return rows.map(({ id }) => id);
}

function ofScene() {
  return and(eq(channels.id, scene.channelId));
}
