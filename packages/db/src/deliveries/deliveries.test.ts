import {
  aCheck,
  alertScene,
  type AlertScene,
  anArrival,
  type SceneCheck,
  sceneKeyring,
  testDatabase,
  type TestDatabase,
} from "@overdue/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type Channel, listen } from "../connection/listen.ts";
import { type Db, openDb } from "../database.ts";
import { channels, deliveries, deliveryAttempts, slots } from "../schema/index.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { type Claim, claimDeliveries, type ClaimedAlert } from "./claim.ts";
import { dueDeliveries } from "./due.ts";
import { queueTest } from "./queue-tests.ts";
import { loadAlerts } from "./load-alert.ts";
import { type AttemptRecord, recordAttempts } from "./record-attempts.ts";

const OWNER_CONTACT = { keyring: sceneKeyring, mail: true };
const NIGHT = Date.parse("2026-11-20T03:00:00Z");
const LEASE = { seconds: 45, holder: null };

let database: TestDatabase;
let db: Db;
let scene: AlertScene;

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  await db.delete(deliveries); // what is due is looked for in all projects
  scene = await alertScene(db, { kind: "webhook", settings: { url: "https://example.org/" } });
});
afterAll(() => database.drop());

describe("what is due", () => {
  test("is found with the number that its next attempt has", async () => {
    const { deliveryId } = await scene.down();
    expect(await due()).toEqual([
      {
        deliveryId,
        attempt: 1,
        projectId: scene.projectId,
        channelId: scene.channelId,
        channelKind: "webhook",
        dueAt: expect.any(Number),
        dueInMs: 0,
        rank: 1,
        poisonAttempts: 0,
        isInformational: false,
      },
    ]);
  });

  test("is not found while it is dealt with", async () => {
    const { deliveryId } = await scene.down();
    expect(await due({ here: [deliveryId] })).toEqual([]);
  });

  test("is not found again once it is claimed, until its lease runs out", async () => {
    const { deliveryId } = await scene.down();
    await claimDeliveries(db, [deliveryId], LEASE);
    expect(await due()).toEqual([]);
    await expire(deliveryId);
    expect(await due()).toMatchObject([{ deliveryId, attempt: 2 }]);
  });

  test("gives every project a turn before any gets its second", async () => {
    const busy = [await scene.down(), await scene.down({ checkId: await scene.addCheck("b") })];
    const other = await alertScene(db, { kind: "webhook", settings: { url: "https://example.org/" } });
    const single = await other.down();
    const ranks = (await due()).map(({ deliveryId, rank }) => [deliveryId, rank]);
    expect(ranks).toEqual([
      [busy[0]?.deliveryId, 1],
      [single.deliveryId, 1],
      [busy[1]?.deliveryId, 2],
    ]);
  });

  test("is found ahead of its time, with how long that is", async () => {
    const { deliveryId } = await scene.down();
    await dueIn(deliveryId, 5);
    expect(await due()).toEqual([]);
    const [found] = await due({ aheadMs: 10_000 });
    expect(found?.dueInMs).toBeGreaterThan(4_000);
    expect(found?.dueInMs).toBeLessThanOrEqual(5_001);
  });

  test("is not found while a job of that time is awaited, but found again where its time has changed", async () => {
    const { deliveryId } = await scene.down();
    await dueIn(deliveryId, 5);
    const enqueued = await due({ aheadMs: 10_000 });
    expect(await due({ aheadMs: 10_000, enqueued })).toEqual([]);
    await dueIn(deliveryId, -1);
    expect(await due({ aheadMs: 10_000, enqueued })).toMatchObject([{ deliveryId, dueInMs: 0 }]);
  });

  async function dueIn(id: string, seconds: number): Promise<void> {
    const nextAttemptAt = sql`clock_timestamp() + ${seconds} * interval '1 second'`;
    await db.update(deliveries).set({ nextAttemptAt }).where(eq(deliveries.id, id));
  }

  function due(options: Partial<Parameters<typeof dueDeliveries>[1]> = {}) {
    return dueDeliveries(db, { limit: 100, aheadMs: 0, here: [], enqueued: [], ...options });
  }
});

describe("a claim", () => {
  test("goes to one of many that ask at once", async () => {
    const { deliveryId } = await scene.down();
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => claimDeliveries(db, [deliveryId], LEASE)),
    );
    expect(claims.flat()).toHaveLength(1);
  });

  test("never lets an up pass its down, whichever is claimed first", async () => {
    const down = await scene.down();
    const up = await scene.up(down);
    await Promise.all([
      claimDeliveries(db, [down.deliveryId], LEASE),
      claimDeliveries(db, [up.deliveryId], LEASE),
    ]);
    expect([await state(down.deliveryId), await state(up.deliveryId)]).toEqual(["superseded", "sending"]);
  });

  test("lets an up go once its down is sent", async () => {
    const down = await scene.down();
    const [first] = await claimDeliveries(db, [down.deliveryId], LEASE);
    const up = await scene.up(down);
    expect(await claimDeliveries(db, [up.deliveryId], LEASE)).toEqual([]);
    await finishOne(requireClaim(first), finish({ state: "sent" }));
    expect(await claimDeliveries(db, [up.deliveryId], LEASE)).toHaveLength(1);
  });

  test("after a lease that ran out is marked as uncertain", async () => {
    const { deliveryId } = await scene.down();
    await claimDeliveries(db, [deliveryId], LEASE);
    await expire(deliveryId);
    expect(await claimDeliveries(db, [deliveryId], LEASE)).toMatchObject([
      { claim: { attempt: 2, failures: 0 } },
    ]);
    expect(await loadAlerts(db, [deliveryId])).toMatchObject([{ uncertain: true }]);
  });

  test("closes what goes to a broken channel, but not its test", async () => {
    const { deliveryId } = await scene.down();
    const proof = await queueTest(db, target());
    await db.update(channels).set({ brokenAt: new Date() }).where(eq(channels.id, scene.channelId));
    const claims = await claimDeliveries(db, [deliveryId, proof.id], LEASE);
    expect(claims.map(({ claim }) => claim.deliveryId)).toEqual([proof.id]);
    expect(await state(deliveryId)).toBe("failed");
  });
});

describe("an attempt's end", () => {
  test("is recorded with what the provider said", async () => {
    const claim = await claimed();
    expect(await finishOne(claim, finish({ state: "sent", statusCode: 200, providerRef: "42" }))).toBe(true);
    const [row] = await db.select().from(deliveries).where(eq(deliveries.id, claim.deliveryId));
    expect(row).toMatchObject({ state: "sent", providerRef: "42", lastError: null, leaseUntil: null });
    expect(row?.finishedAt).toBeInstanceOf(Date);
    const tries = await db
      .select()
      .from(deliveryAttempts)
      .where(eq(deliveryAttempts.deliveryId, claim.deliveryId));
    expect(tries).toMatchObject([{ attempt: 1, outcome: "sent", statusCode: 200, answer: "said so" }]);
    expect(await channel()).toMatchObject({ brokenAt: null, lastSentAt: expect.any(Date) });
  });

  test("counts for nothing once another attempt has taken over", async () => {
    const claim = await claimed();
    await expire(claim.deliveryId);
    await claimDeliveries(db, [claim.deliveryId], LEASE);
    expect(await finishOne(claim, finish({ state: "sent" }))).toBe(false);
    expect(await state(claim.deliveryId)).toBe("sending");
  });

  test("that was postponed by the provider is no failure", async () => {
    const claim = await claimed();
    await finishOne(claim, finish({ state: "retry", statusCode: 429, retryInMs: 0 }));
    const [second] = await claimDeliveries(db, [claim.deliveryId], LEASE);
    expect(second?.claim).toMatchObject({ attempt: 2, failures: 0 });
    await finishOne(requireClaim(second), finish({ state: "retry", statusCode: 500, retryInMs: 0 }));
    expect(await claimDeliveries(db, [claim.deliveryId], LEASE)).toMatchObject([
      { claim: { attempt: 3, failures: 1 } },
    ]);
  });

  test("that is permanent breaks the channel and says why; a success mends it", async () => {
    const claim = await claimed();
    await finishOne(claim, finish({ state: "failed", channelBrokenBecause: "no_service" }));
    expect(await channel()).toMatchObject({ brokenAt: expect.any(Date), brokenBecause: "no_service" });
    const proof = await queueTest(db, target());
    const [again] = await claimDeliveries(db, [proof.id], LEASE);
    await finishOne(requireClaim(again), finish({ state: "sent" }));
    expect(await channel()).toMatchObject({ brokenAt: null, brokenBecause: null });
  });

  test("is announced to open pages", async () => {
    const { heard } = await listening("overdue_changes");
    const claim = await claimed();
    await finishOne(claim, finish({ state: "sent" }));
    expect(JSON.parse(await heard)).toEqual({
      projectId: scene.projectId,
      checkId: scene.checkId,
      deliveryId: claim.deliveryId,
      channelId: scene.channelId,
    });
  });

  async function claimed(): Promise<Claim> {
    const { deliveryId } = await scene.down();
    return requireClaim((await claimDeliveries(db, [deliveryId], LEASE))[0]);
  }

  async function channel() {
    const [row] = await db.select().from(channels).where(eq(channels.id, scene.channelId));
    return row;
  }
});

describe("what an alert tells", () => {
  test("of a down: check, zone, flip, evidence, and the end of the output", async () => {
    const { deliveryId } = await scene.down({
      reason: "failed",
      body: `${"é".repeat(10_000)} no space left`,
    });
    const [alert] = await loadAlerts(db, [deliveryId]);
    expect(alert).toMatchObject({
      kind: "down",
      includesDown: false,
      project: { id: scene.projectId, name: "Ops" },
      check: { id: scene.checkId, name: "nightly backup", timezone: "Europe/Berlin", graceSeconds: 600 },
      flip: { at: Date.parse("2026-11-20T01:40:00Z"), reason: "failed" },
      incident: { reason: "failed", openedAt: Date.parse("2026-11-20T01:40:00Z") },
      lastPing: { kind: "fail", exitStatus: 137, output: expect.stringMatching(/^é+ no space left$/) },
    });
  });

  test("in a mail: the check's last slots, oldest first; in no other message, which draws none", async () => {
    const { projectId, checkId } = scene;
    const slotAt = (hour: number, outcome: "on-time" | "missed") => ({
      projectId,
      checkId,
      outcome,
      decidedAt: new Date(NIGHT),
      dueAt: new Date(NIGHT - hour * 3_600_000),
    });
    await db.insert(slots).values([slotAt(1, "missed"), slotAt(2, "on-time")]);
    const channelId = await scene.addChannel("email", { to: "anna@example.org" });
    const mail = await scene.down({ channelId });
    const up = await scene.up(mail);
    const [inMail] = await loadAlerts(db, [mail.deliveryId]);
    expect(inMail?.check?.slots?.map(({ outcome }) => outcome)).toEqual(["on-time", "missed"]);
    const [elsewhere] = await loadAlerts(db, [up.deliveryId]);
    expect(elsewhere?.check?.slots).toBeUndefined();
  });

  test("of an up whose down was sent: the up alone", async () => {
    const down = await scene.down();
    const [claim] = await claimDeliveries(db, [down.deliveryId], LEASE);
    await finishOne(requireClaim(claim), finish({ state: "sent" }));
    const up = await scene.up(down);
    expect(await loadAlerts(db, [up.deliveryId])).toMatchObject([{ kind: "up", includesDown: false }]);
  });

  test("of an up whose down never went out: both", async () => {
    const down = await scene.down();
    const up = await scene.up(down);
    await claimDeliveries(db, [up.deliveryId], LEASE);
    expect(await loadAlerts(db, [up.deliveryId])).toMatchObject([{ includesDown: true }]);
  });

  test("of a run: the ping that ended it, with its output", async () => {
    const check = await aCheck(database.pool, { projectId: scene.projectId, at: NIGHT - 1 });
    await recordPings(
      database.pool,
      [arrival(check, NIGHT, "the run"), arrival(check, NIGHT + 60_000, "a later one")],
      ALONE,
    );
    const id = await write("run", check, { outcome: "success", startedAt: null, endedAt: NIGHT });
    expect(await loadAlerts(db, [id])).toMatchObject([
      { kind: "run", lastPing: { at: NIGHT, kind: "success", output: "the run" } },
    ]);
  });

  test("of a run that never ended: no ping", async () => {
    const check = await aCheck(database.pool, { projectId: scene.projectId, at: NIGHT - 1 });
    await recordPings(database.pool, [arrival(check, NIGHT, "another run")], ALONE);
    const id = await write("run", check, { outcome: "lost", startedAt: NIGHT - 1, endedAt: NIGHT });
    expect(await loadAlerts(db, [id])).toMatchObject([{ kind: "run", lastPing: null }]);
  });

  test("of a notice: the ping that it is about", async () => {
    const check = await aCheck(database.pool, { projectId: scene.projectId, at: NIGHT - 1 });
    await recordPings(
      database.pool,
      [arrival(check, NIGHT, "too quick"), arrival(check, NIGHT + 60_000, "later")],
      ALONE,
    );
    const id = await write("notice", check, { at: NIGHT, notice: "too-quick", evidence: { pingNumber: 1 } });
    expect(await loadAlerts(db, [id])).toMatchObject([{ kind: "notice", lastPing: { output: "too quick" } }]);
  });

  test("of a test: the channel", async () => {
    const row = await queueTest(db, target());
    expect(await loadAlerts(db, [row.id])).toMatchObject([
      { kind: "test", check: null, flip: null, incident: null, lastPing: null, channel: { name: "team" } },
    ]);
  });
});

function arrival(check: SceneCheck, at: number, body: string) {
  return anArrival(check, at, { body: Buffer.from(body), digest: body });
}

/** Writes a delivery that is about its payload. @returns its id */
async function write(
  kind: "run" | "notice",
  check: SceneCheck,
  payload: Record<string, unknown>,
): Promise<string> {
  const { projectId, channelId } = scene;
  const [row] = await db
    .insert(deliveries)
    .values({ projectId, channelId, kind, checkId: check.id, payload })
    .returning();
  return row?.id ?? "";
}

async function state(id: string): Promise<string | undefined> {
  const [row] = await db.select().from(deliveries).where(eq(deliveries.id, id));
  return row?.state;
}

async function expire(id: string): Promise<void> {
  await db
    .update(deliveries)
    .set({ leaseUntil: sql`now() - interval '1 second'` })
    .where(eq(deliveries.id, id));
}

function requireClaim(claimed: ClaimedAlert | undefined): Claim {
  if (claimed === undefined) throw new Error("It should have been claimed.");
  return claimed.claim;
}

/** Whether it was recorded. */
async function finishOne(claim: Claim, how: AttemptRecord): Promise<boolean> {
  return (await recordAttempts(db, [{ claim, finish: how }], OWNER_CONTACT)).has(claim.deliveryId);
}

function finish(change: Partial<AttemptRecord>): AttemptRecord {
  return {
    state: "sent",
    startedAt: new Date(),
    statusCode: null,
    answer: "said so",
    providerRef: null,
    retryInMs: 0,
    uncertain: false,
    channelBrokenBecause: null,
    ...change,
  };
}

async function listening(name: Channel): Promise<{ heard: Promise<string> }> {
  const heard = Promise.withResolvers<string>();
  const connected = Promise.withResolvers<null>();
  const handlers = { [name]: heard.resolve };
  const stop = listen({ url: database.url, handlers, onConnect: () => connected.resolve(null) });
  await connected.promise;
  return { heard: heard.promise.finally(() => void stop()) };
}

function target() {
  return { projectId: scene.projectId, channelId: scene.channelId };
}
