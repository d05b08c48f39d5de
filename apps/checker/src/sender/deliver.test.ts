import process from "node:process";

import { listen, openDb, queueTest, schema, type Db } from "@overdue/db";
import {
  alertScene,
  redisMissing,
  startFakeSlack,
  startFakeTelegram,
  startFakeWebhook,
  telegramLimit,
  testDatabase,
  testRedis,
  type AlertScene,
  type FakeSlack,
  type FakeTelegram,
  type FakeWebhook,
  type TestDatabase,
  type TestRedis,
  type Written,
} from "@overdue/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Delivering } from "./start-sender.ts";
import { startTestDelivery } from "../../test/start-test-delivery.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

let database: TestDatabase;
let redis: TestRedis | null;
let db: Db;
let telegram: FakeTelegram;
let slack: FakeSlack;
let webhook: FakeWebhook;
let scene: AlertScene;
const closers: (() => Promise<void>)[] = [];
const watchers = new Map<string, () => void>();
let unwatch: () => Promise<void>;

beforeAll(async () => {
  [database, redis, telegram, slack] = await Promise.all([
    testDatabase(),
    testRedis(),
    startFakeTelegram(),
    startFakeSlack(),
  ]);
  db = openDb(database.pool);
  unwatch = listen({
    url: database.url,
    handlers: { overdue_changes: (change) => watchers.get(JSON.parse(change).deliveryId)?.() },
  });
});
beforeEach(async () => {
  webhook = await startFakeWebhook();
  scene = await alertScene(db, { kind: "webhook", settings: { url: webhook.url, secret: SECRET } });
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await webhook.close();
  await db.delete(schema.deliveries);
});
afterAll(async () => {
  await Promise.all([unwatch(), telegram.close(), slack.close(), redis?.stop()]);
  await database.drop();
});

describe.each(["PostgreSQL", "Redis"])("with its queue on %s", (store) => {
  const missing = store === "Redis" && redisMissing !== null;
  const start = () => deliver({ redisUrl: store === "Redis" ? (redis?.url ?? null) : null });

  test.skipIf(missing)("an alert arrives, and its delivery says so", async () => {
    await start();
    const { deliveryId } = await scene.down();
    const request = await webhook.waitFor(() => true);
    expect(JSON.parse(request.body)).toMatchObject({
      type: "check.down",
      data: { delivery_id: deliveryId, check: { id: scene.checkId, name: "nightly backup" } },
    });
    expect(await waitForEnd(deliveryId)).toMatchObject({ state: "sent", attempt: 1, uncertain: false });
  });

  test.skipIf(missing)("what was written while nobody delivered arrives after the start", async () => {
    const { deliveryId } = await scene.down();
    await start();
    expect(await waitForEnd(deliveryId)).toMatchObject({ state: "sent", attempt: 1 });
  });

  test.skipIf(missing)("a down and then an up arrive in this order", async () => {
    await start();
    const down = await scene.down();
    await waitForEnd(down.deliveryId);
    await scene.up(down);
    await webhook.waitForCount(2);
    expect(types()).toEqual(["check.down", "check.up"]);
  });

  test.skipIf(missing)("an up while its down is under way waits for it", async () => {
    await start();
    webhook.next({ status: 200, delayMs: 300 });
    const down = await scene.down();
    await webhook.waitForCount(1);
    const up = await scene.up(down);
    await waitForEnd(up.deliveryId);
    expect(types()).toEqual(["check.down", "check.up"]);
  });

  test.skipIf(missing)("a down that could not be sent and its up become one message", async () => {
    await start();
    webhook.next({ status: 500 });
    const down = await scene.down();
    await inState(down.deliveryId, "retry");
    const up = await scene.up(down);
    await waitForEnd(up.deliveryId);
    expect(webhook.received.map(({ body }) => JSON.parse(body).data.title)).toEqual([
      "nightly backup is down: missed",
      "nightly backup was down 3 min, recovered",
    ]);
    expect(await row(down.deliveryId)).toMatchObject({ state: "superseded" });
  });

  test.skipIf(missing)("two processes send each of a hundred alerts once", async () => {
    await Promise.all([start(), start()]);
    const checks = await Promise.all(
      Array.from({ length: 100 }, (_, index) => scene.addCheck(`job ${index}`)),
    );
    const written = await Promise.all(checks.map((checkId) => scene.down({ checkId })));
    await Promise.all(written.map(({ deliveryId }) => waitForEnd(deliveryId)));
    expect(sentIds()).toEqual(idsOf(written));
  });
});

describe("what goes wrong", () => {
  test("a wait that the provider asks for is kept, and is no failure", async () => {
    await deliver({});
    telegram.next(telegramLimit(1));
    const channelId = await scene.addChannel("telegram", { chat: "1" });
    const { deliveryId } = await scene.down({ channelId });
    expect(await waitForEnd(deliveryId)).toMatchObject({
      state: "sent",
      attempt: 2,
      providerRef: expect.any(String),
    });
    const [first, second] = telegram.requests.received;
    expect((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test("a channel that is gone is marked broken with the provider's words, and nothing more is sent", async () => {
    await deliver({});
    telegram.setFate("2", "blocked");
    const channelId = await scene.addChannel("telegram", { chat: "2" });
    const first = await scene.down({ channelId });
    expect(await waitForEnd(first.deliveryId)).toMatchObject({
      state: "failed",
      lastError: "Status 403: Forbidden: bot was blocked by the user",
    });
    expect(await channel(channelId)).toMatchObject({
      brokenAt: expect.any(Date),
      brokenBecause: "Status 403: Forbidden: bot was blocked by the user",
    });
    const tried = telegram.requests.received.length;
    const second = await scene.up(first, { channelId });
    expect(await waitForEnd(second.deliveryId)).toMatchObject({
      state: "failed",
      lastError: "The channel is broken.",
    });
    expect(telegram.requests.received.length).toBe(tried);
  });

  test("a test that arrives mends a broken channel", async () => {
    await db.update(schema.channels).set({ brokenAt: new Date(), brokenBecause: "x" });
    await deliver({});
    const proof = await queueTest(db, { projectId: scene.projectId, channelId: scene.channelId });
    expect(await waitForEnd(proof.id)).toMatchObject({ state: "sent" });
    expect(await channel(scene.channelId)).toMatchObject({ brokenAt: null, brokenBecause: null });
  });

  test("a group that became a supergroup is followed there, now and ever after", async () => {
    await deliver({});
    telegram.setFate("-3", { movedTo: "-1003" });
    const channelId = await scene.addChannel("telegram", { chat: "-3" });
    const { deliveryId } = await scene.down({ channelId });
    expect(await waitForEnd(deliveryId)).toMatchObject({ state: "sent", attempt: 2 });
    await telegram.waitFor(({ chat }) => chat === "-1003");
    expect(await channel(channelId)).toMatchObject({ hint: "chat -1003" });
  });

  test("an answer that was lost leads to one that says it may repeat", async () => {
    await deliver({});
    webhook.next("drop");
    const { deliveryId } = await scene.down();
    await inState(deliveryId, "retry");
    await dueNow(deliveryId);
    expect(await waitForEnd(deliveryId)).toMatchObject({ state: "sent", uncertain: true });
    expect(JSON.parse(webhook.received[1]?.body ?? "")).toMatchObject({ data: { may_repeat: true } });
    expect(webhook.received[1]?.headers["webhook-id"]).toBe(deliveryId);
  });

  test("every attempt is recorded, without addresses or tokens", async () => {
    await deliver({});
    webhook.next({ status: 500, body: `cannot reach ${webhook.url}?token=0123456789abcdef0123456789abcdef` });
    const { deliveryId } = await scene.down();
    await inState(deliveryId, "retry");
    await dueNow(deliveryId);
    await waitForEnd(deliveryId);
    expect(await attempts(deliveryId)).toMatchObject([
      { attempt: 1, outcome: "retry", statusCode: 500, answer: "Status 500: cannot reach [address]" },
      { attempt: 2, outcome: "sent", statusCode: 200, answer: "Status 200: ok" },
    ]);
  });

  test("an attempt that died with its process is made again once its lease runs out", async () => {
    const { deliveryId } = await scene.down();
    await db
      .update(schema.deliveries)
      .set({ state: "sending", attempt: 1, leaseUntil: sql`now() + interval '300 milliseconds'` })
      .where(eq(schema.deliveries.id, deliveryId));
    await deliver({});
    expect(await waitForEnd(deliveryId)).toMatchObject({ state: "sent", attempt: 2, uncertain: true });
  });

  test("a slow channel does not hold up another", async () => {
    await deliver({});
    webhook.otherwise("hang");
    const slow = await Promise.all(Array.from({ length: 20 }, (_, index) => scene.addCheck(`slow ${index}`)));
    for (const checkId of slow) await scene.down({ checkId });
    const channelId = await scene.addChannel("slack", { url: slack.hookUrl });
    const { deliveryId } = await scene.down({ channelId });
    expect(await waitForEnd(deliveryId)).toMatchObject({ state: "sent" });
    expect(slack.received.length).toBeGreaterThan(0);
  });

  test("settings that cannot be opened do not stop the rest", async () => {
    await deliver({});
    const broken = await scene.addChannel("webhook", { url: webhook.url, secret: SECRET });
    await db.update(schema.channels).set({ settings: "v1.x.y.z" }).where(eq(schema.channels.id, broken));
    const bad = await scene.down({ channelId: broken });
    const good = await scene.down();
    expect(await waitForEnd(good.deliveryId)).toMatchObject({ state: "sent" });
    expect(await inState(bad.deliveryId, "retry")).toMatchObject({
      lastError:
        "The channel's settings could not be opened: was SECRET_KEY changed? Save the channel again.",
    });
  });
});

describe("without its queue", () => {
  test.skipIf(redisMissing)("alerts arrive although Redis was never there", async () => {
    await deliver({ redisUrl: "redis://127.0.0.1:1" });
    const { deliveryId } = await scene.down();
    expect(await waitForEnd(deliveryId)).toMatchObject({ state: "sent", attempt: 1 });
  });

  test.skipIf(redisMissing)("alerts arrive although Redis froze", async () => {
    const frozen = await ownRedis();
    await deliver({ redisUrl: frozen.url });
    const first = await scene.down();
    await waitForEnd(first.deliveryId);
    process.kill(frozen.pid, "SIGSTOP");
    const { deliveryId } = await scene.up(first);
    expect(await waitForEnd(deliveryId)).toMatchObject({ state: "sent", attempt: 1 });
    process.kill(frozen.pid, "SIGCONT");
  });

  test.skipIf(redisMissing)("alerts arrive although Redis is emptied all the time", async () => {
    const emptied = await ownRedis();
    await deliver({ redisUrl: emptied.url });
    const checks = await Promise.all(
      Array.from({ length: 60 }, (_, index) => scene.addCheck(`job ${index}`)),
    );
    const written = await Promise.all(
      checks.map(async (checkId) => {
        const down = await scene.down({ checkId });
        await emptied.flush();
        return down;
      }),
    );
    await Promise.all(written.map(({ deliveryId }) => waitForEnd(deliveryId)));
    expect(sentIds()).toEqual(idsOf(written));
  });

  async function ownRedis() {
    const own = await testRedis();
    if (own === null) throw new Error("Redis is there");
    const { Redis } = await import("ioredis");
    const client = new Redis(own.url).on("error", () => undefined);
    closers.push(async () => {
      client.disconnect();
      await own.stop();
    });
    return { ...own, flush: () => client.flushall() };
  }
});

/** What delivers, on the database of this file; at its end it does not wait for calls that are under way. */
async function deliver({ redisUrl = null }: { redisUrl?: string | null }): Promise<Delivering> {
  const { delivering, egress, stop } = await startTestDelivery({
    db,
    databaseUrl: database.url,
    redisUrl,
    operator: {
      telegramApiRoot: telegram.root,
      telegramBotToken: telegram.token,
      slackApiUrl: slack.apiUrl,
    },
  });
  closers.push(async () => {
    await egress.close();
    await stop();
  });
  return delivering;
}

function sentIds(): string[] {
  return sortIds(webhook.received.map(({ headers }) => headers["webhook-id"] ?? ""));
}

function idsOf(written: readonly Written[]): string[] {
  return sortIds(written.map(({ deliveryId }) => deliveryId));
}

function sortIds(ids: readonly string[]): string[] {
  return ids.toSorted((one, other) => one.localeCompare(other));
}

function types(): string[] {
  return webhook.received.map(({ body }) => JSON.parse(body).type);
}

async function row(id: string) {
  const [found] = await db.select().from(schema.deliveries).where(eq(schema.deliveries.id, id));
  if (found === undefined) throw new Error("The delivery is gone.");
  return found;
}

async function channel(id: string) {
  const [found] = await db.select().from(schema.channels).where(eq(schema.channels.id, id));
  return found;
}

function attempts(id: string) {
  return db
    .select()
    .from(schema.deliveryAttempts)
    .where(eq(schema.deliveryAttempts.deliveryId, id))
    .orderBy(schema.deliveryAttempts.attempt);
}

async function dueNow(id: string): Promise<void> {
  await db
    .update(schema.deliveries)
    .set({ nextAttemptAt: sql`now()` })
    .where(eq(schema.deliveries.id, id));
  await db.execute(sql`select pg_notify('overdue_deliveries', '')`);
}

function waitForEnd(id: string) {
  return until(id, ({ state }) => ["sent", "failed", "superseded"].includes(state));
}

function inState(id: string, state: string) {
  return until(id, (found) => found.state === state);
}

/** Waits for the signal that a delivery changed, and looks again. */
async function until(id: string, fits: (found: Awaited<ReturnType<typeof row>>) => boolean) {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof row>>>();
  const look = () => void row(id).then((found) => (fits(found) ? resolve(found) : undefined), reject);
  watchers.set(id, look);
  look();
  return promise.finally(() => watchers.delete(id));
}
