import { alertScene, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { claimDeliveries } from "./claim.ts";

const database = await testDatabase();
const db = openDb(database.pool);
afterAll(database.drop);

const CHAT = { perSecond: 1, perSecondInAll: 30 };
const limitOf = (kind: string) => (kind === "slack" ? CHAT : null);
test("of two senders that ask at the same moment, one sends and the other waits", async () => {
  const scene = await alertScene(db, {
    kind: "slack",
    settings: { url: "https://hooks.slack.com/services/a/b/c" },
  });
  const first = await scene.down();
  const second = await scene.down({ checkId: await scene.addCheck("other") });
  const waits: number[] = [];
  const lease = {
    seconds: 45,
    holder: null,
    rateLimits: { limitOf, later: (_: string, ms: number) => void waits.push(ms), taken: () => undefined },
  };
  const claim = ({ deliveryId }: { deliveryId: string }) => claimDeliveries(db, [deliveryId], lease);
  const claimed = await Promise.all([claim(first), claim(second)]);
  expect(claimed.flat()).toHaveLength(1);
  expect(waits).toEqual([expect.closeTo(1_000, -3)]);
  await database.pool.query("update rate_limits set free_at = clock_timestamp()");
  expect((await Promise.all([claim(first), claim(second)])).flat()).toHaveLength(1);
});
