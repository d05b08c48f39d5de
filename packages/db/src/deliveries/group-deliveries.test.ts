import { PROGRAM_KINDS, RouteInput } from "@overdue/core";
import { aCheck, anArrival, aProject, type SceneCheck, sceneKeyring, testDatabase } from "@overdue/testkit";
import { eq } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";

import { createRoute } from "../alert-routes/route-rows.ts";
import { createChannel } from "../channels/write-channel.ts";
import { openDb } from "../database.ts";
import { channels } from "../schema/index.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { claimDeliveries } from "./claim.ts";
import { dueDeliveries } from "./due.ts";

const LEASE = { seconds: 45, holder: null, ungroupedKinds: ["webhook"] };
const MINUTE = 60_000;
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(() => database.drop());

test("a channel that collects gets all of ten minutes in one message, whatever it shares", async () => {
  const { projectId, check } = await collecting(10);
  const [one, two] = [await check("one"), await check("two")];
  await ping(one, "fail");
  await ping(two, "fail");
  expect(await sendDue(projectId)).toEqual([]);
  await pass(projectId, 10 * MINUTE);
  expect(await sendDue(projectId)).toEqual([{ kind: "down", counts: [["down", 2]] }]);
});

test("what came back meanwhile is sent once, as back", async () => {
  const { projectId, check } = await collecting(10);
  const [one, two] = [await check("one"), await check("two")];
  for (const each of [one, two]) await ping(each, "fail");
  await ping(two, "success");
  await pass(projectId, 10 * MINUTE);
  const [digest, ...others] = await sendDue(projectId);
  expect(others).toEqual([]);
  expect(digest?.counts?.toSorted()).toEqual([
    ["down", 1],
    ["up", 1],
  ]);
});

test("a critical check is never collected, nor is its return", async () => {
  const { projectId, check } = await collecting(10);
  const [critical, usual] = [await check("vault", "critical"), await check("usual")];
  for (const each of [critical, usual]) await ping(each, "fail");
  expect(await sendDue(projectId)).toEqual([{ kind: "down", counts: null }]);
  await ping(critical, "success");
  expect(await sendDue(projectId)).toEqual([{ kind: "up", counts: null }]);
  await pass(projectId, 10 * MINUTE);
  expect(await sendDue(projectId)).toEqual([{ kind: "down", counts: null }]);
});

test.each(PROGRAM_KINDS)(
  "%s is sent each alert by itself and at once, whatever it collects",
  async (kind) => {
    const { projectId, check } = await collecting(10, kind);
    const checks = [await check("a", "critical"), await check("b"), await check("c")];
    for (const each of checks) await ping(each, "fail");
    expect(await sendDue(projectId)).toEqual(checks.map(() => ({ kind: "down", counts: null })));
    for (const each of checks) await ping(each, "success");
    expect(await sendDue(projectId)).toEqual(checks.map(() => ({ kind: "up", counts: null })));
  },
);

test("collected runs and notices of a program go one by one and at once too", async () => {
  const { projectId, channelId, check } = await collecting(10, "webhook");
  const notifyOn = { changes: false, runs: true };
  const steps = [{ afterMinutes: 0, targets: [{ kind: "channel", channelId }] }];
  await createRoute(db, projectId, RouteInput.parse({ name: "runs", notifyOn, steps }));
  for (const name of ["a", "b"]) await ping(await check(name), "success");
  expect(await sendDue(projectId)).toEqual([
    { kind: "run", counts: null },
    { kind: "run", counts: null },
  ]);
});

test.each([
  ["slack", null, [[["down", 2]]]],
  ["slack", false, [null, null]],
  ["webhook", null, [null, null]],
  ["webhook", true, [null, null]],
  ["pagerduty", true, [null, null]],
] as const)("a storm of two on %s with groups %s", async (kind, groups, messages) => {
  const { projectId, channelId, check } = await collecting(0, kind);
  await db.update(channels).set({ groups }).where(eq(channels.id, channelId));
  for (const name of ["a", "b"]) await ping(await check(name), "fail");
  expect((await sendDue(projectId)).map(({ counts }) => counts)).toEqual(messages);
});

test("checks that came back while their alert was held are one message, and nothing of the alert is left", async () => {
  const { projectId, check } = await collecting(0);
  const first = await check("first");
  await ping(first, "fail");
  expect(await sendDue(projectId)).toHaveLength(1);
  const others = [await check("a"), await check("b"), await check("c")];
  for (const each of others) await ping(each, "fail");
  expect(await sendDue(projectId)).toEqual([]);
  for (const each of others) await ping(each, "success");
  await pass(projectId, 10_000);
  expect(await sendDue(projectId)).toEqual([{ kind: "up", counts: [["up", 3]] }]);
  await pass(projectId, 60 * MINUTE);
  expect(await sendDue(projectId)).toEqual([]);
});

async function collecting(collectMinutes: number, kind = "slack") {
  const { projectId } = await aProject(pool);
  const input = { projectId, kind, settings: {}, name: kind, hint: "…", checkIds: [] };
  const { id: channelId } = await createChannel(db, sceneKeyring, input);
  await db.update(channels).set({ collectMinutes }).where(eq(channels.id, channelId));
  const check = (name: string, severity: "warning" | "critical" = "warning") =>
    aCheck(pool, { projectId, details: { name, severity } });
  return { projectId, channelId, check };
}

async function ping(check: SceneCheck, kind: "success" | "fail"): Promise<void> {
  await recordPings(pool, [anArrival(check, Date.now(), { kind })], ALONE);
}

/** What goes out now, asked for one by one: a message each, with what it tells by kind; null: of one alone. */
async function sendDue(projectId: string) {
  const messages: { kind: string; counts: (readonly [string, number])[] | null }[] = [];
  for (let id = await firstDue(projectId); id !== undefined; id = await firstDue(projectId)) {
    const claimed = await claimDeliveries(db, [id], LEASE);
    // As if its provider had taken it.
    await pool.query(
      `update deliveries set state = 'sent', finished_at = clock_timestamp()
        where project_id = $1 and state = 'sending'`,
      [projectId],
    );
    messages.push(
      ...claimed.map(({ alert }) => ({
        kind: alert.kind,
        counts: alert.group?.counts.map(({ kind, count }) => [kind, count] as const) ?? null,
      })),
    );
  }
  return messages;
}

async function firstDue(projectId: string): Promise<string | undefined> {
  const due = await dueDeliveries(db, { limit: 100, aheadMs: 0, here: [], enqueued: [] });
  return due.find((one) => one.projectId === projectId)?.deliveryId;
}

/** Moves all that was written into the past by so much. */
async function pass(projectId: string, ms: number): Promise<void> {
  await pool.query(
    `update deliveries set next_attempt_at = next_attempt_at - $2 * interval '1 millisecond',
       finished_at = finished_at - $2 * interval '1 millisecond' where project_id = $1`,
    [projectId, ms],
  );
}
