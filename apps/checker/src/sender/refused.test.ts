import { openDb, schema, type Db } from "@overdue/db";
import {
  alertScene,
  startFakeSmtp,
  startFakeWebhook,
  testDatabase,
  type FakeSmtp,
  type FakeWebhook,
  type TestDatabase,
} from "@overdue/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { startTestDelivery } from "../../test/start-test-delivery.ts";

/** What a mail server or a provider refuses, on the whole way of an alert. */

let database: TestDatabase;
let db: Db;
let smtp: FakeSmtp;
let webhook: FakeWebhook;
let stop: () => Promise<void>;

beforeAll(async () => {
  [database, smtp] = await Promise.all([testDatabase(), startFakeSmtp()]);
  db = openDb(database.pool);
  ({ stop } = await startTestDelivery({ db, databaseUrl: database.url, smtpUrl: smtp.url }));
});
beforeEach(async () => {
  webhook = await startFakeWebhook();
});
afterAll(async () => {
  await stop();
  await smtp.close();
  await database.drop();
});

test("what a relay denies goes to another channel, and arrives once the relay is mended", async () => {
  const scene = await alertScene(db, { kind: "email", settings: { to: "a@corp.test" } });
  const second = await scene.addChannel("email", { to: "b@corp.test" });
  await scene.addChannel("webhook", { url: webhook.url });
  await hint(scene.channelId, "a@corp.test");
  await hint(second, "b@corp.test");
  const denied = { at: "rcpt", code: 554, message: "5.7.1 Relay access denied" } as const;
  smtp.next(denied, denied);
  const first = await scene.down();
  await inState(first.deliveryId, "retry");
  const other = await scene.down({ checkId: await scene.addCheck("other"), channelId: second });
  await inState(other.deliveryId, "retry");
  await webhook.waitFor(({ body }) => body.includes("nightly backup"));
  await webhook.waitFor(({ body }) => body.includes('"other"'));
  // The second one is due again, is taken, and brings the first with it.
  await db
    .update(schema.deliveries)
    .set({ nextAttemptAt: sql`now() + interval '1 hour'` })
    .where(eq(schema.deliveries.id, first.deliveryId));
  await dueNow(other.deliveryId);
  await smtp.waitFor(({ to }) => to.includes("b@corp.test"));
  await smtp.waitFor(({ to }) => to.includes("a@corp.test"));
  await inState(first.deliveryId, "sent");
  const channels = await db.$count(
    schema.channels,
    sql`broken_at is not null and project_id = ${scene.projectId}`,
  );
  expect(channels).toBe(0);
});

test("a limit without a time is asked once for each rest, however many alerts wait", async () => {
  webhook.otherwise({ status: 429 });
  const scene = await alertScene(db, { kind: "webhook", settings: { url: webhook.url } });
  const first = await scene.down();
  await inState(first.deliveryId, "retry");
  for (let index = 0; index < 5; index += 1) {
    const { deliveryId } = await scene.down({ checkId: await scene.addCheck(`job ${index}`) });
    await inState(deliveryId, "retry");
  }
  expect(webhook.received).toHaveLength(1);
  await restIsOver(scene.channelId);
  await webhook.waitForCount(2);
  await expect.poll(() => circuitStep(scene.channelId)).toBe(2);
  expect(webhook.received).toHaveLength(2);
  webhook.otherwise({ status: 200 });
  await restIsOver(scene.channelId);
  await webhook.waitForCount(8);
  expect(await circuitStep(scene.channelId)).toBe(0);
});

async function restIsOver(channelId: string): Promise<void> {
  await db
    .update(schema.channels)
    .set({ circuitUntil: sql`now()` })
    .where(eq(schema.channels.id, channelId));
  await db
    .update(schema.deliveries)
    .set({ nextAttemptAt: sql`now()` })
    .where(eq(schema.deliveries.channelId, channelId));
  await db.execute(sql`select pg_notify('overdue_deliveries', '')`);
}

async function circuitStep(channelId: string): Promise<number | undefined> {
  const [found] = await db.select().from(schema.channels).where(eq(schema.channels.id, channelId));
  return found?.circuitStep;
}

async function hint(channelId: string, address: string): Promise<void> {
  await db.update(schema.channels).set({ hint: address }).where(eq(schema.channels.id, channelId));
}

async function dueNow(id: string): Promise<void> {
  await db
    .update(schema.deliveries)
    .set({ nextAttemptAt: sql`now()` })
    .where(eq(schema.deliveries.id, id));
  await db.execute(sql`select pg_notify('overdue_deliveries', '')`);
}

async function inState(id: string, state: string): Promise<void> {
  const read = async () =>
    (await db.select().from(schema.deliveries).where(eq(schema.deliveries.id, id)))[0]?.state;
  await expect.poll(read, { timeout: 20_000 }).toBe(state);
}
