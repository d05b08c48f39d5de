import { randomUUID } from "node:crypto";

import { alertScene, type AlertScene, sceneKeyring, testDatabase, type TestDatabase } from "@overdue/testkit";
import { and, eq, ne, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type Db, openDb } from "../database.ts";
import { readProblems } from "../instance/problems.ts";
import { channels, deliveries, instanceFacts, members, users } from "../schema/index.ts";
import { type Claim, claimDeliveries } from "./claim.ts";
import { fallBackForLongWaiting } from "./fallback.ts";
import { notifyOwners } from "./notify-owners.ts";
import { type AttemptRecord, recordAttempts } from "./record-attempts.ts";

const OWNER_CONTACT = { keyring: sceneKeyring, mail: true };
const LEASE = { seconds: 45, holder: null };
const DENIED = "554 5.7.1 Relay access denied";
const RELAY = {
  state: "retry",
  needsFallback: true,
  blames: "operator",
  isBlameless: true,
  answer: DENIED,
} as const;
const UNSURE = { ...RELAY, blames: "unsure", answer: "550 Invalid recipient" } as const;

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
  scene = await mailScene("ops@corp.test");
});
afterAll(() => database.drop());

describe("a mail server that does not take our mail", () => {
  test("breaks no channel, and the operator sees what it says", async () => {
    await end(await claimDown(), RELAY);
    expect(await channel(scene.channelId)).toMatchObject({ brokenAt: null, circuitFailures: 0 });
    const { warnings } = await readProblems(database.pool);
    expect(warnings).toEqual([expect.stringContaining(DENIED)]);
  });

  test("lets the fallback tell its alerts at once", async () => {
    const fallback = await fallbackOf("webhook", { url: "https://example.org/2" });
    const claim = await claimDown();
    await end(claim, RELAY);
    expect(await of(fallback)).toMatchObject([{ instead: claim.deliveryId }, { title: WAITS }]);
    expect(await row(claim.deliveryId)).toMatchObject({ state: "retry" });
  });

  test("lets any channel that is no mail tell them where the fallback goes by mail, too", async () => {
    const fallback = await fallbackOf("email", { to: "night@elsewhere.test" });
    const other = await scene.addChannel("webhook", { url: "https://example.org/2" });
    const claim = await claimDown();
    await end(claim, RELAY);
    expect(await of(fallback)).toEqual([]);
    expect(await of(other)).toMatchObject([{ instead: claim.deliveryId }, { title: WAITS }]);
  });

  test("is not asked to carry the word to owners that it refuses", async () => {
    await addOwner("anna@corp.test");
    const other = await scene.addChannel("webhook", { url: "https://example.org/2" });
    await end(await claimDown(), RELAY);
    const word = { projectId: scene.projectId, notVia: null, title: "x", sentence: "y" };
    await db.transaction((tx) => notifyOwners(tx, OWNER_CONTACT, word));
    expect(await of(other)).toContainEqual(expect.objectContaining({ title: "x" }));
  });

  test("gets all that waits as soon as it takes one mail for the same domain", async () => {
    const waiting = await claimDown();
    await end(waiting, { ...RELAY, retryInMs: 600_000 });
    const second = await claimDown();
    await end(second, { state: "sent" });
    expect(await isDue(waiting.deliveryId)).toBe(true);
    expect((await readProblems(database.pool)).warnings).toEqual([]);
  });

  test("is not believed mended by a mail to another domain", async () => {
    const waiting = await claimDown();
    await end(waiting, { ...RELAY, retryInMs: 600_000 });
    const elsewhere = await mailScene("ops@own.test");
    await end(await claimDown(elsewhere), { state: "sent" });
    expect(await isDue(waiting.deliveryId)).toBe(false);
    expect((await readProblems(database.pool)).warnings).toHaveLength(1);
  });

  test("is not thought of where its last refusal is long ago", async () => {
    await end(await claimDown(), RELAY);
    await db.update(instanceFacts).set({ createdAt: sql`now() - interval '3 hours'` });
    expect((await readProblems(database.pool)).warnings).toEqual([]);
  });
});

describe("a refusal whose words blame nobody for certain", () => {
  test("breaks nothing by itself, however often it comes", async () => {
    await end(await claimDown(), UNSURE);
    await longAgo();
    await end(await claimDown(), UNSURE);
    expect(await channel(scene.channelId)).toMatchObject({ brokenAt: null });
    expect((await readProblems(database.pool)).warnings).toEqual([]);
  });

  test("is the mail server's where another address gets it, too", async () => {
    await end(await claimDown(), UNSURE);
    await end(await claimDown(await mailScene("ops@other.test")), UNSURE);
    await end(await claimDown(), UNSURE);
    expect(await channel(scene.channelId)).toMatchObject({ brokenAt: null });
    expect((await readProblems(database.pool)).warnings).toHaveLength(1);
  });

  test("is the address's where the server takes mail for its domain all the while", async () => {
    await end(await claimDown(), UNSURE);
    await longAgo();
    await end(await claimDown(await mailScene("other@corp.test")), { state: "sent" });
    expect(await channel(scene.channelId)).toMatchObject({ brokenAt: null });
    await end(await claimDown(), UNSURE);
    expect(await channel(scene.channelId)).toMatchObject({
      brokenAt: expect.any(Date),
      brokenBecause: UNSURE.answer,
    });
  });

  async function longAgo(): Promise<void> {
    await db.update(instanceFacts).set({ value: sql`now() - interval '11 minutes'` });
  }
});

describe("a channel that does not take its alerts for now", () => {
  test("is reported to its owners once, and its alerts go to the fallback each", async () => {
    const fallback = await fallbackOf("webhook", { url: "https://example.org/2" });
    const full = {
      state: "retry",
      needsFallback: true,
      isBlameless: true,
      answer: "552 5.2.2 full",
    } as const;
    await end(await claimDown(), full);
    await end(await claimDown(), full);
    const sent = await of(fallback);
    expect(sent.filter(({ instead }) => instead !== null)).toHaveLength(2);
    expect(sent.filter(({ title }) => title === WAITS)).toHaveLength(1);
    expect(await channel(scene.channelId)).toMatchObject({ brokenAt: null });
  });

  test("lets the fallback tell what waits for minutes, though nothing of it was tried", async () => {
    const fallback = await fallbackOf("webhook", { url: "https://example.org/2" });
    const { deliveryId } = await scene.down({ checkId: await scene.addCheck("job") });
    await db.update(deliveries).set({ state: "retry", createdAt: sql`now() - interval '4 minutes'` });
    expect(await fallBackForLongWaiting(db, OWNER_CONTACT, 100)).toBe(0);
    await db.update(deliveries).set({ createdAt: sql`now() - interval '6 minutes'` });
    expect(await fallBackForLongWaiting(db, OWNER_CONTACT, 100)).toBe(1);
    expect(await fallBackForLongWaiting(db, OWNER_CONTACT, 100)).toBe(0);
    expect(await of(fallback)).toMatchObject([{ instead: deliveryId }, { title: WAITS }]);
  });
});

describe("a provider's limit", () => {
  test("lets the other alerts of the channel wait, and go in the order in which they were written", async () => {
    const first = await claimDown();
    const others = [];
    for (const name of ["b", "c", "d"]) {
      others.push((await scene.down({ checkId: await scene.addCheck(name) })).deliveryId);
    }
    await end(first, { state: "retry", statusCode: 429, limit: "named", retryInMs: 30_000 });
    expect(await claimDeliveries(db, others, LEASE)).toEqual([]);
    const rows = await db.execute<{ id: string; at: string }>(sql`
      select id, next_attempt_at::text as at from deliveries where state = 'retry'
      order by next_attempt_at, id`);
    expect(rows.map(({ id }) => id)).toEqual([first.deliveryId, ...others]);
    await db.update(channels).set({ circuitUntil: sql`now() - interval '1 second'` });
    await db.update(deliveries).set({ nextAttemptAt: sql`now() - interval '1 second'` });
    expect(await claimDeliveries(db, others, LEASE)).toHaveLength(3);
  });

  test("that names no time lets one alert at a time find out, and is over with the first that arrives", async () => {
    const first = await claimDown();
    await end(first, { state: "retry", statusCode: 429, limit: "unnamed", retryInMs: 15_000 });
    expect(await channel(scene.channelId)).toMatchObject({ circuitStep: 1, circuitUntil: expect.any(Date) });
    await db.update(channels).set({ circuitUntil: sql`now() - interval '1 second'` });
    await db.update(deliveries).set({ nextAttemptAt: sql`now() - interval '1 second'` });
    const other = await scene.down({ checkId: await scene.addCheck("other") });
    const [probe, ...rest] = await claimDeliveries(db, [first.deliveryId, other.deliveryId], LEASE);
    expect(probe?.claim).toMatchObject({ deliveryId: first.deliveryId, isProbe: true, circuitStep: 1 });
    expect(rest).toEqual([]);
    if (probe !== undefined) await end(probe.claim, { state: "sent" });
    expect(await channel(scene.channelId)).toMatchObject({ circuitStep: 0, circuitUntil: null });
    expect(await isDue(other.deliveryId)).toBe(true);
  });
});

const WAITS = "Alerts wait for channel “team”";

async function mailScene(to: string): Promise<AlertScene> {
  const made = await alertScene(db, { kind: "email", settings: { to } });
  await db.update(channels).set({ hint: to }).where(eq(channels.id, made.channelId));
  return made;
}

async function fallbackOf(kind: string, settings: { to?: string; url?: string }): Promise<string> {
  const id = await scene.addChannel(kind, settings);
  await db
    .update(channels)
    .set({ isFallback: true, hint: settings.to ?? "…" })
    .where(eq(channels.id, id));
  return id;
}

async function addOwner(email: string): Promise<void> {
  const [user] = await db.insert(users).values({ id: randomUUID(), name: "Anna", email }).returning();
  await db.insert(members).values({ projectId: scene.projectId, userId: user?.id ?? "", role: "owner" });
}

async function claimDown(of: AlertScene = scene): Promise<Claim> {
  const { deliveryId } = await of.down({ checkId: await of.addCheck("job") });
  const [found] = await claimDeliveries(db, [deliveryId], LEASE);
  if (found === undefined) throw new Error("Nothing was claimed.");
  return found.claim;
}

async function end(claim: Claim, how: Partial<AttemptRecord>): Promise<void> {
  const usual: AttemptRecord = {
    state: "sent",
    startedAt: new Date(),
    statusCode: null,
    answer: "said so",
    providerRef: null,
    retryInMs: 5_000,
    uncertain: false,
    channelBrokenBecause: null,
  };
  await recordAttempts(db, [{ claim, finish: { ...usual, ...how } }], { ...OWNER_CONTACT, mail: false });
}

async function of(channelId: string) {
  const rows = await db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.channelId, channelId), ne(deliveries.kind, "test")))
    .orderBy(deliveries.id);
  return rows.map(({ fallbackFor, payload }) => ({
    instead: fallbackFor,
    title: payload?.["title"] ?? null,
  }));
}

async function row(id: string) {
  const [found] = await db.select().from(deliveries).where(eq(deliveries.id, id));
  return found;
}

async function channel(id: string) {
  const [found] = await db.select().from(channels).where(eq(channels.id, id));
  return found;
}

async function isDue(id: string): Promise<boolean | undefined> {
  const rows = await db.execute<{ due: boolean }>(sql`
    select next_attempt_at <= clock_timestamp() as due from deliveries where id = ${id}`);
  return rows[0]?.due;
}
