import { randomUUID } from "node:crypto";

import { alertScene, type AlertScene, sceneKeyring, testDatabase, type TestDatabase } from "@overdue/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type Db, openDb, openPool } from "../database.ts";
import { recordEvaluation } from "../receivers/checkers.ts";
import { channels, deliveries } from "../schema/index.ts";
import { type Claim, claimDeliveries } from "./claim.ts";
import { freeLeases } from "./due.ts";
import { queueTest } from "./queue-tests.ts";
import { type AttemptRecord, recordAttempts } from "./record-attempts.ts";

const OWNER_CONTACT = { keyring: sceneKeyring, mail: true };
const LEASE = { seconds: 45, holder: null };

let database: TestDatabase;
let db: Db;
let scene: AlertScene;

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  await db.delete(deliveries);
  scene = await alertScene(db, { kind: "webhook", settings: { url: "https://example.org" } });
});
afterAll(() => database.drop());

describe("the circuit of a channel", () => {
  test("opens after five errors in a row, and what comes then waits without an attempt", async () => {
    await failOften(5);
    const { deliveryId } = await takeCheckDown("one more");
    expect(await claimDeliveries(db, [deliveryId], LEASE)).toEqual([]);
    const waiting = await row(deliveryId);
    expect(waiting).toMatchObject({ state: "retry", attempt: 0 });
    expect(waiting.nextAttemptAt.getTime()).toBeGreaterThan(Date.now());
  });

  test("stays closed while the errors are few, or were waits that the provider asked for", async () => {
    await failOften(4);
    await end(await claimDown("throttled"), { state: "retry", statusCode: 429 });
    expect(await claimDown("next")).toMatchObject({ isProbe: false });
  });

  test("lets one attempt find out after a while; when that fails it rests for longer", async () => {
    await failOften(5);
    await restIsOver();
    const probe = await claimDown("probe");
    expect(probe.isProbe).toBe(true);
    const other = await takeCheckDown("other");
    expect(await claimDeliveries(db, [other.deliveryId], LEASE)).toEqual([]);
    await end(probe, { state: "retry" });
    const { circuitStep, circuitUntil } = await channel();
    expect(circuitStep).toBe(2);
    expect(circuitUntil?.getTime()).toBeGreaterThan(Date.now() + 15_000);
  });

  test("closes with the first message that arrives, and all that waited goes at once", async () => {
    await failOften(5);
    const waiting = await takeCheckDown("waiting");
    await claimDeliveries(db, [waiting.deliveryId], LEASE);
    await restIsOver();
    await end(await claimDown("probe"), { state: "sent" });
    expect(await channel()).toMatchObject({ circuitFailures: 0, circuitStep: 0, circuitUntil: null });
    expect(await claimDeliveries(db, [waiting.deliveryId], LEASE)).toHaveLength(1);
  });

  test("is passed by a person's test", async () => {
    await failOften(5);
    const proof = await queueTest(db, target());
    expect(await claimDeliveries(db, [proof.id], LEASE)).toHaveLength(1);
  });

  async function failOften(times: number): Promise<void> {
    for (let index = 0; index < times; index += 1)
      await end(await claimDown(`job ${index}`), { state: "retry" });
  }

  async function restIsOver(): Promise<void> {
    await db.update(channels).set({ circuitUntil: sql`now() - interval '1 second'` });
  }
});

describe("the fallback", () => {
  test("gets at once what another channel will never take, and that counts as dealt with when it arrives", async () => {
    const fallback = await named();
    const claim = await claimDown("job");
    await end(claim, { state: "failed", channelBrokenBecause: "gone" });
    const [instead] = await of(fallback);
    expect(instead).toMatchObject({
      kind: "down",
      state: "pending",
      fallbackFor: claim.deliveryId,
      checkId: claim.checkId,
    });
    const [second] = await claimDeliveries(db, [instead?.id ?? ""], LEASE);
    await end(second?.claim, { state: "sent" });
    expect(await row(claim.deliveryId)).toMatchObject({ dealtWithAt: expect.any(Date) });
  });

  test("gets what comes while the channel is broken", async () => {
    const fallback = await named();
    await db.update(channels).set({ brokenAt: new Date() }).where(eq(channels.id, scene.channelId));
    const { deliveryId } = await takeCheckDown("job");
    await claimDeliveries(db, [deliveryId], LEASE);
    expect(await of(fallback)).toMatchObject([{ fallbackFor: deliveryId }]);
  });

  test("does not get what it sent already, nor what failed in its own place", async () => {
    const fallback = await named();
    const broken = { state: "failed", channelBrokenBecause: "gone" } as const;
    await end(await claimDown("job"), broken);
    const [instead] = await of(fallback);
    const [claim] = await claimDeliveries(db, [instead?.id ?? ""], LEASE);
    await end(claim?.claim, broken);
    expect(await db.$count(deliveries, eq(deliveries.kind, "down"))).toBe(2);
  });

  async function named(): Promise<string> {
    const id = await scene.addChannel("webhook", { url: "https://example.org/2" });
    await db.update(channels).set({ isFallback: true }).where(eq(channels.id, id));
    return id;
  }

  function of(channelId: string) {
    return db.select().from(deliveries).where(eq(deliveries.channelId, channelId));
  }
});

describe("leases of a checker", () => {
  test("end when it has no connection and evaluated no deadlines lately", async () => {
    await serverIsOld();
    const { deliveryId } = await held(randomUUID());
    expect(await freeLeases(db)).toBe(1);
    expect(await claimDeliveries(db, [deliveryId], LEASE)).toMatchObject([{ claim: { attempt: 2 } }]);
  });

  test("stay while it has a connection", async () => {
    await serverIsOld();
    const holder = randomUUID();
    const pool = openPool({ url: database.url, max: 1, name: `checker ${holder} deliver` });
    await pool.query("select 1");
    await held(holder);
    expect(await freeLeases(db)).toBe(0);
    await pool.end();
  });

  test("stay while it evaluated deadlines a moment ago", async () => {
    const holder = randomUUID();
    await recordEvaluation(database.pool, { id: holder, startedAt: Date.now(), watermark: null });
    await held(holder);
    expect(await freeLeases(db)).toBe(0);
  });

  test("that died are counted, and the third time the delivery is put aside", async () => {
    const { deliveryId } = await takeCheckDown("poison");
    await db
      .update(deliveries)
      .set({ state: "sending", poisonAttempts: 2, leaseUntil: sql`now() - interval '1 second'` });
    expect(await claimDeliveries(db, [deliveryId], LEASE)).toEqual([]);
    expect(await row(deliveryId)).toMatchObject({
      state: "retry",
      poisonAttempts: 3,
      lastError: "The process that sent it died 3 times; it was put aside for an hour.",
    });
  });

  async function held(holder: string) {
    const down = await takeCheckDown("job");
    await claimDeliveries(db, [down.deliveryId], { seconds: 45, holder });
    return down;
  }

  /** Right after its start nobody is believed to be gone. */
  async function serverIsOld(): Promise<void> {
    await expect
      .poll(
        async () => {
          const rows = await db.execute<{ old: boolean }>(
            sql`select pg_postmaster_start_time() < clock_timestamp() - interval '10 seconds' as old`,
          );
          return rows[0]?.old;
        },
        { timeout: 15_000 },
      )
      .toBe(true);
  }
});

test("a delivery says how long it took from the deadline", async () => {
  const claim = await claimDown("job");
  await end(claim, { state: "sent" });
  const sinceDeadlineMs = Date.now() - Date.parse("2026-11-20T01:40:00Z");
  const { latencyMs } = await row(claim.deliveryId);
  expect(Math.abs((latencyMs ?? 0) - sinceDeadlineMs)).toBeLessThan(60_000);
});

async function takeCheckDown(name: string) {
  return scene.down({ checkId: await scene.addCheck(name) });
}

async function claimDown(name: string): Promise<Claim> {
  const { deliveryId } = await takeCheckDown(name);
  const [found] = await claimDeliveries(db, [deliveryId], LEASE);
  if (found === undefined) throw new Error("Nothing was claimed.");
  return found.claim;
}

async function end(claim: Claim | undefined, how: Partial<AttemptRecord>): Promise<void> {
  if (claim === undefined) throw new Error("Nothing was claimed.");
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
  await recordAttempts(db, [{ claim, finish: { ...usual, ...how } }], OWNER_CONTACT);
}

function target() {
  return { projectId: scene.projectId, channelId: scene.channelId };
}

async function row(id: string) {
  const [found] = await db.select().from(deliveries).where(eq(deliveries.id, id));
  if (found === undefined) throw new Error("The delivery is gone.");
  return found;
}

async function channel() {
  const [found] = await db.select().from(channels).where(eq(channels.id, scene.channelId));
  if (found === undefined) throw new Error("The channel is gone.");
  return found;
}
