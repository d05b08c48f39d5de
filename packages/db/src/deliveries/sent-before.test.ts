import { alertScene, sceneKeyring, testDatabase, type TestDatabase } from "@overdue/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openDb, type Db } from "../database.ts";
import { claimDeliveries, type ClaimedAlert } from "./claim.ts";
import { recordAttempts } from "./record-attempts.ts";

const LEASE = { seconds: 45, holder: null };

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
afterAll(() => database.drop());

test("a recovery names the message by which the same channel got its incident, and no other's", async () => {
  const scene = await alertScene(db, { kind: "email", settings: { to: "anna@example.org" } });
  const down = await scene.down();
  const first = await claimAlert(down.deliveryId);
  expect(first.alert.sentBefore).toEqual([]);
  await finishAsSent(first);
  await finishAsSent(
    await claimAlert((await scene.down({ checkId: await scene.addCheck("other") })).deliveryId),
  );
  const up = await scene.up(down);
  expect((await claimAlert(up.deliveryId)).alert.sentBefore).toEqual([down.deliveryId]);
});

async function claimAlert(id: string): Promise<ClaimedAlert> {
  const [found] = await claimDeliveries(db, [id], LEASE);
  if (found === undefined) throw new Error("Nothing was claimed.");
  return found;
}

async function finishAsSent({ claim }: ClaimedAlert): Promise<void> {
  const finish = {
    state: "sent" as const,
    startedAt: new Date(),
    statusCode: 250,
    answer: "taken",
    providerRef: null,
    retryInMs: 0,
    uncertain: false,
    channelBrokenBecause: null,
  };
  await recordAttempts(db, [{ claim, finish }], { keyring: sceneKeyring, mail: true });
}
