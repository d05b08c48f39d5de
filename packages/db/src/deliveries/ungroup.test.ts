import { alertScene, sceneKeyring, testDatabase, type AlertScene } from "@overdue/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeEach, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { channels, deliveries } from "../schema/index.ts";
import { claimDeliveries, type ClaimedAlert } from "./claim.ts";
import { dueDeliveries } from "./due.ts";
import { recordAttempts } from "./record-attempts.ts";

const OWNER_CONTACT = { keyring: sceneKeyring, mail: true };
const LEASE = { seconds: 45, holder: null, ungroupedKinds: ["group"] };
const NAMES = ["nightly backup", "invoices", "reports"];
const database = await testDatabase();
const db = openDb(database.pool);
let scene: AlertScene;
beforeEach(async () => {
  await db.delete(deliveries); // what is due is looked for in all projects
  scene = await alertScene(db, { kind: "slack", settings: { url: "https://example.org/" } });
  await db.update(channels).set({ collectMinutes: 10 }).where(eq(channels.id, scene.channelId));
});
afterAll(() => database.drop());

test.each(["webhook", "pagerduty", "group"])(
  "a fallback of the kind %s gets each alert of a digest that failed, by itself",
  async (kind) => {
    await fallBackTo(await scene.addChannel(kind, {}));
    await failDigest(await downs());
    const sent = await deliverAll();
    expect(sent.map(({ group }) => group)).toEqual(NAMES.map(() => null));
    expect(sent.map(nameOf).toSorted()).toEqual(NAMES.toSorted());
    expect(await countUndelivered()).toBe(0);
  },
);

test("a fallback that people read gets a digest that failed as one message, which deals with all of it", async () => {
  await fallBackTo(await scene.addChannel("telegram", {}));
  await failDigest(await downs());
  const sent = await deliverAll();
  expect(sent.map(({ group }) => group?.first.map(({ checkName }) => checkName).toSorted())).toEqual([
    NAMES.toSorted(),
  ]);
  expect(await countUndelivered()).toBe(0);
});

test("two digests that failed in two channels lose nothing where the fallback groups them into one", async () => {
  const fallback = await scene.addChannel("telegram", {});
  await fallBackTo(fallback);
  await db.update(channels).set({ collectMinutes: 10 }).where(eq(channels.id, fallback));
  const other = await scene.addChannel("slack", {});
  await db.update(channels).set({ collectMinutes: 10 }).where(eq(channels.id, other));
  const [first, second] = [await downs(), await downs(other, ["restore", "sync", "billing"])];
  await failDigest(first);
  await failDigest(second);
  const names = (await deliverAll()).flatMap((alert) =>
    alert.group === null ? [nameOf(alert)] : alert.group.first.map(({ checkName }) => checkName),
  );
  expect(names.toSorted()).toEqual([...NAMES, "restore", "sync", "billing"].toSorted());
});

/** Three checks go down, and their alerts wait for the channel. */
async function downs(channelId = scene.channelId, names: readonly string[] = NAMES): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    const checkId = name === "nightly backup" ? scene.checkId : await scene.addCheck(name);
    ids.push((await scene.down({ checkId, channelId })).deliveryId);
  }
  return ids;
}

async function failDigest(ids: readonly string[]): Promise<void> {
  const claimed = await claimDeliveries(db, ids, LEASE);
  expect(claimed.map(({ alert }) => alert.group?.first.length)).toEqual([3]);
  await finish(claimed, "failed");
}

async function fallBackTo(channelId: string): Promise<void> {
  await db.update(channels).set({ isFallback: true }).where(eq(channels.id, channelId));
}

/** All that is due, sent until nothing is. */
async function deliverAll(): Promise<ClaimedAlert["alert"][]> {
  const sent: ClaimedAlert["alert"][] = [];
  for (let due = await dueIds(); due.length > 0; due = await dueIds()) {
    const claimed = await claimDeliveries(db, due, LEASE);
    await finish(claimed, "sent");
    sent.push(...claimed.map(({ alert }) => alert));
  }
  return sent;
}

async function dueIds(): Promise<string[]> {
  await db.execute(
    sql`update deliveries set next_attempt_at = clock_timestamp() - interval '1 millisecond' where state = 'pending'`,
  );
  const due = await dueDeliveries(db, { limit: 100, aheadMs: 0, here: [], enqueued: [] });
  return due.map(({ deliveryId }) => deliveryId);
}

async function finish(claimed: readonly ClaimedAlert[], state: "sent" | "failed"): Promise<void> {
  const finish = {
    state,
    startedAt: new Date(),
    statusCode: state === "sent" ? 200 : 404,
    answer: "",
    providerRef: null,
    retryInMs: 0,
    uncertain: false,
    channelBrokenBecause: null,
  };
  await recordAttempts(
    db,
    claimed.map(({ claim }) => ({ claim, finish })),
    OWNER_CONTACT,
  );
}

async function countUndelivered(): Promise<number> {
  const { count } = await db.execute(
    sql`select from deliveries where project_id = ${scene.projectId} and state = 'failed' and dealt_with_at is null`,
  );
  return count;
}

function nameOf({ check }: ClaimedAlert["alert"]): string {
  return check?.name ?? "";
}
