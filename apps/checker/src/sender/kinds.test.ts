import { listen, openDb, passOnDelivery, schema, type Db } from "@overdue/db";
import {
  alertScene,
  providerNames,
  redisMissing,
  sceneKeyring,
  startFakeProviders,
  testDatabase,
  testRedis,
  type FakeProviders,
  type TestDatabase,
  type TestRedis,
} from "@overdue/testkit";
import { eq } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openEgress } from "../egress/egress.ts";
import { openDeliveryQueue } from "../queue/delivery-job.ts";
import { openMailer } from "../senders/mail.ts";
import { openSender } from "../senders/sender.ts";
import { startDelivering } from "./start-delivering.ts";

let database: TestDatabase;
let redis: TestRedis | null;
let providers: FakeProviders;
let db: Db;
beforeAll(async () => {
  [database, redis, providers] = await Promise.all([testDatabase(), testRedis(), startFakeProviders()]);
  db = openDb(database.pool);
});
afterAll(async () => {
  await Promise.all([providers.close(), redis?.stop()]);
  await database.drop();
});

test.each(["PostgreSQL", "Redis"])(
  "one alert to a group reaches every kind of channel, by %s",
  async (store) => {
    if (store === "Redis" && redisMissing !== null) return;
    const scene = await alertScene(db, { kind: "group", settings: { channels: [] } });
    const channels = new Map<string, string>();
    for (const kind of providerNames) {
      channels.set(await scene.addChannel(kind, providers.settingsOf(kind)), kind);
    }
    const group = await scene.addChannel("group", { channels: [...channels.keys()] });
    const before = providers.received.length;
    // A bad answer first: the second attempt of this one comes when the provider asks for it.
    providers.next("discord", providers.limit("discord", 1));
    const stop = await deliver(store === "Redis" ? (redis?.url ?? null) : null);
    await scene.down({ channelId: group });
    const all = await providers.waitForCount(before + channels.size);
    expect(
      all
        .slice(before)
        .map(({ provider }) => provider)
        .toSorted(),
    ).toEqual([...providerNames].toSorted());
    await stop();
    const rows = await db
      .select()
      .from(schema.deliveries)
      .where(eq(schema.deliveries.projectId, scene.projectId));
    expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: channels.size + 1 }, () => "sent"));
    const refs = rows.filter(({ providerRef }) => providerRef !== null);
    expect(refs.length).toBeGreaterThan(providerNames.length - 5);
  },
);

/** A checker's delivering half. @returns how to stop it, once what is under way has ended. */
async function deliver(redisUrl: string | null): Promise<() => Promise<void>> {
  const log = pino({ level: "silent" });
  const queue = await openDeliveryQueue({ redisUrl, databaseUrl: database.url, onError: () => undefined });
  const egress = openEgress({ allowedNetworks: ["127.0.0.0/8"], timeoutMs: 5_000 });
  const sender = openSender({
    egress,
    mailer: openMailer({
      smtpUrl: null,
      from: "x@example.org",
      stopLink: () => "https://overdue.example.org/unsubscribe?channel=c",
    }),
    operator: { publicUrl: "", telegramApiRoot: "", telegramBotToken: null, slackApiUrl: "" },
    passOn: (deliveryId, channelIds) => passOnDelivery(db, deliveryId, channelIds),
  });
  const publicUrl = "https://overdue.example.org";
  const parts = { db, keyring: sceneKeyring, senderId: null, mail: false, selfTestChannel: null };
  const delivering = startDelivering({ queue, ...parts, sender, publicUrl, log });
  const unlisten = listen({
    url: database.url,
    handlers: { overdue_deliveries: () => delivering.wake() },
    onConnect: () => delivering.wake(),
  });
  return async () => {
    await unlisten();
    await delivering.stop();
    await queue.close();
    await egress.close();
  };
}
