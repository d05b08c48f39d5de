import { alertScene, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { claimDeliveries } from "./claim.ts";
import { takeTurns, type Turn } from "./keep-pace.ts";

const database = await testDatabase();
const db = openDb(database.pool);
afterAll(database.drop);

const CHAT = { perSecond: 1, perSecondInAll: 30 };
const paceOf = (kind: string) => (kind === "chat" || kind === "slack" ? CHAT : null);
const turn = (id: string, channelId: string, channelKind = "chat"): Turn => ({ id, channelId, channelKind });

test.each([
  ["one of a channel goes, the next waits", [turn("1", "a"), turn("2", "a")], { 2: 1_000 }],
  ["others of its kind wait for all of a kind", [turn("1", "a"), turn("2", "b")], { 2: 1_000 / 30 }],
  ["who is not to be spared never waits", [turn("1", "h", "hook"), turn("2", "h", "hook")], {}],
])("%s", (_, turns, expected) => {
  const tooSoon = () => undefined;
  expect(Object.fromEntries(takeTurns(turns, new Map(), { paceOf, tooSoon }))).toEqual(expected);
});

test("what another checker was first with waits, although it asks at the same moment", async () => {
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
    pacing: { paceOf, tooSoon: (_: string, ms: number) => void waits.push(ms) },
  };
  const claim = ({ deliveryId }: { deliveryId: string }) => claimDeliveries(db, [deliveryId], lease);
  const claimed = await Promise.all([claim(first), claim(second)]);
  expect(claimed.flat()).toHaveLength(1);
  expect(waits).toEqual([expect.closeTo(1_000, -3)]);
  await database.pool.query("update paces set free_at = clock_timestamp()");
  expect((await Promise.all([claim(first), claim(second)])).flat()).toHaveLength(1);
});
