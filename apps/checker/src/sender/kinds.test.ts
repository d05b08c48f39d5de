import { openDb, schema, type Db } from "@overdue/db";
import {
  alertScene,
  providerNames,
  redisMissing,
  startFakeProviders,
  testDatabase,
  testRedis,
  type FakeProviders,
  type TestDatabase,
  type TestRedis,
} from "@overdue/testkit";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startTestDelivery } from "../../test/start-test-delivery.ts";

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
    const redisUrl = store === "Redis" ? (redis?.url ?? null) : null;
    const { stop } = await startTestDelivery({ db, databaseUrl: database.url, redisUrl });
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
