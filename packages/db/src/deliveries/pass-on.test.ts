import { randomUUID } from "node:crypto";

import { alertScene, type AlertScene, testDatabase, type TestDatabase } from "@overdue/testkit";
import { and, eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type Db, openDb } from "../database.ts";
import { channels, deliveries } from "../schema/index.ts";
import { queueTest } from "./queue-tests.ts";
import { passOnDelivery } from "./pass-on.ts";

const URL = { url: "https://example.org" };
const RUN = { outcome: "success", durationMs: 1_000, startedAt: 1, endedAt: 2 };

let database: TestDatabase;
let db: Db;
let scene: AlertScene;
let members: string[];

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  scene = await alertScene(db, { kind: "group", settings: { channels: [] } });
  members = [await scene.addChannel("webhook", URL), await scene.addChannel("webhook", URL)].toSorted();
});
afterAll(() => database.drop());

test("a down goes to each channel of the group, once however often it is tried", async () => {
  const { deliveryId, incidentId, flipId } = await scene.down();
  expect(await passOn(deliveryId)).toEqual({ members: 2, written: 2 });
  expect(await passOn(deliveryId)).toEqual({ members: 2, written: 0 });
  const passedOn = await deliveriesTo(members);
  expect(passedOn.map(({ channelId }) => channelId)).toEqual(members);
  expect(passedOn[0]).toMatchObject({ kind: "down", incidentId, flipId, because: "in the group “team”" });
});

test("a channel that the check names itself is not notified twice", async () => {
  const { deliveryId, flipId, incidentId } = await scene.down();
  await write({ channelId: members[0] ?? "", kind: "down", flipId, incidentId });
  expect(await passOn(deliveryId)).toEqual({ members: 2, written: 1 });
});

test("reminders keep their round and their route", async () => {
  const { flipId, incidentId } = await scene.down();
  const routeId = "own";
  for (const round of [1, 2]) {
    await passOn(await write({ kind: "reminder", flipId, incidentId, round, routeId }));
  }
  const passedOn = (await deliveriesTo(members)).filter(({ channelId }) => channelId === members[0]);
  expect(passedOn).toMatchObject([
    { kind: "reminder", round: 1, routeId },
    { kind: "reminder", round: 2, routeId },
  ]);
});

describe("what is about no incident", () => {
  test.each(["run", "notice", "report", "system"] as const)("a %s keeps what it tells", async (kind) => {
    await passOn(await write({ kind, payload: RUN }));
    expect(await deliveriesTo(members)).toMatchObject([
      { kind, payload: RUN },
      { kind, payload: RUN },
    ]);
  });

  test("two runs in a row are both sent", async () => {
    const [first, second] = [
      await write({ kind: "run", payload: RUN }),
      await write({ kind: "run", payload: { ...RUN, startedAt: 3, endedAt: 4 } }),
    ];
    await passOn(first);
    expect(await passOn(second)).toEqual({ members: 2, written: 2 });
  });

  test("a run that two groups of a channel hear comes once", async () => {
    const other = await scene.addChannel("group", { channels: [] });
    const ids = [
      await write({ kind: "run", payload: RUN }),
      await write({ kind: "run", payload: RUN, channelId: other }),
    ];
    await Promise.all(ids.map((id) => passOn(id)));
    expect(await deliveriesTo(members)).toHaveLength(2);
  });

  test("each test of a group tests its channels", async () => {
    for (let count = 0; count < 2; count++) {
      const { id } = await queueTest(db, { projectId: scene.projectId, channelId: scene.channelId });
      await passOn(id);
      await passOn(id);
    }
    expect(await deliveriesTo(members)).toHaveLength(4);
  });
});

test("what a group collected goes on whole", async () => {
  const lead = await scene.down();
  const led = await scene.down({ checkId: await scene.addCheck("other") });
  await db.update(deliveries).set({ leaderId: lead.deliveryId }).where(eq(deliveries.id, led.deliveryId));
  expect(await passOn(lead.deliveryId)).toEqual({ members: 2, written: 4 });
});

test("groups, deleted channels, internal ones and those of other projects are passed over", async () => {
  const [deleted = "", internal = ""] = members;
  await db.update(channels).set({ deletedAt: new Date() }).where(eq(channels.id, deleted));
  await db.update(channels).set({ internal: true }).where(eq(channels.id, internal));
  const nested = await scene.addChannel("group", { channels: [scene.channelId] });
  const foreign = await alertScene(db, { kind: "webhook", settings: URL });
  const { deliveryId } = await scene.down();
  const all = [...members, nested, scene.channelId, foreign.channelId, randomUUID()];
  expect(await passOnDelivery(db, deliveryId, all)).toEqual({ members: 0, written: 0 });
});

test("in the place of a channel that failed, the group tells the others and nobody a second time", async () => {
  const [failed = "", other = ""] = members;
  const instead = await write({ channelId: failed, kind: "run", payload: RUN });
  await passOn(await write({ kind: "run", payload: RUN, fallbackFor: instead }));
  expect(await deliveriesTo([other])).toMatchObject([{ fallbackFor: instead }]);
  expect(await deliveriesTo([failed])).toHaveLength(1);
});

test("a channel that collects gets it when its time comes, a program at once", async () => {
  const [chat = "", program = ""] = members;
  await db.update(channels).set({ collectMinutes: 30 }).where(inArray(channels.id, members));
  await db.update(channels).set({ kind: "slack" }).where(eq(channels.id, chat));
  const { deliveryId } = await scene.down();
  await passOn(deliveryId);
  const [atOnce] = await deliveriesTo([program]);
  expect(atOnce?.nextAttemptAt.getTime()).toBeLessThan(Date.now() + 60_000);
  const [collected] = await deliveriesTo([chat]);
  expect(collected?.nextAttemptAt.getTime()).toBeGreaterThan(Date.now() + 29 * 60_000);
});

function passOn(deliveryId: string) {
  return passOnDelivery(db, deliveryId, members);
}

async function write(
  delivery: Partial<typeof deliveries.$inferInsert> & {
    kind: "down" | "reminder" | "run" | "notice" | "report" | "system";
  },
): Promise<string> {
  const { projectId, checkId, channelId } = scene;
  const [row] = await db
    .insert(deliveries)
    .values({ projectId, checkId, channelId, ...delivery })
    .returning();
  return row?.id ?? "";
}

function deliveriesTo(ids: readonly string[]) {
  return db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.projectId, scene.projectId), inArray(deliveries.channelId, [...ids])))
    .orderBy(deliveries.channelId, deliveries.round);
}
