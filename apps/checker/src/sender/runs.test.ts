import { randomUUID } from "node:crypto";

import { RouteInput } from "@overdue/core";
import { ALONE, createRoute, type Db, openDb, recordPings, schema } from "@overdue/db";
import {
  aCheck,
  alertScene,
  anArrival,
  type AlertScene,
  type FakeSlack,
  type FakeSmtp,
  type FakeTelegram,
  type FakeWebhook,
  redisMissing,
  type SceneCheck,
  startFakeSlack,
  startFakeSmtp,
  startFakeTelegram,
  startFakeWebhook,
  type TestDatabase,
  testDatabase,
  testRedis,
  type TestRedis,
} from "@overdue/testkit";
import { and, eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { startTestDelivery } from "../../test/start-test-delivery.ts";

const PUBLIC_URL = "https://overdue.example.org";
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const NIGHT = Date.parse("2026-11-20T03:00:00Z");

let database: TestDatabase;
let redis: TestRedis | null;
let db: Db;
let telegram: FakeTelegram;
let slack: FakeSlack;
let smtp: FakeSmtp;
let webhook: FakeWebhook;
let scene: AlertScene;
let check: SceneCheck;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  db = openDb(database.pool);
});
beforeEach(async () => {
  [telegram, slack, smtp, webhook] = await Promise.all([
    startFakeTelegram(),
    startFakeSlack(),
    startFakeSmtp(),
    startFakeWebhook(),
  ]);
  scene = await alertScene(db, { kind: "webhook", settings: { url: webhook.url, secret: SECRET } });
  const { projectId } = scene;
  check = await aCheck(database.pool, { projectId, at: NIGHT - 1, details: { name: "nightly *backup*" } });
  await database.pool.query("delete from check_channels where project_id = $1", [projectId]);
  return async () => {
    await Promise.all([telegram.close(), slack.close(), smtp.close(), webhook.close()]);
  };
});
afterAll(async () => {
  await redis?.stop();
  await database.drop();
});

test.each(["PostgreSQL", "Redis"])(
  "a run is one quiet line in each kind of channel, by %s",
  async (store) => {
    if (store === "Redis" && redisMissing !== null) return;
    const channelIds = [
      scene.channelId,
      await scene.addChannel("telegram", { chat: "1" }),
      await scene.addChannel("slack", { url: slack.hookUrl }),
      await scene.addChannel("email", { to: "anna@example.org" }),
    ];
    await notifyOn({ changes: false, runs: true }, channelIds);
    const stop = await deliver(store === "Redis" ? (redis?.url ?? null) : null);
    await ping(NIGHT, "start");
    await ping(NIGHT + 4 * 60_000, "success");
    const [line] = await telegram.waitForCount(1);
    expect(line?.text).toBe(
      `✓ nightly *backup* ran 2026-11-20 03:00–03:04 UTC, 4 min\n\n${PUBLIC_URL}/projects/${scene.projectId}/checks/${check.id}`,
    );
    expect(JSON.parse(telegram.requests.received[0]?.body ?? "{}")).toMatchObject({
      disable_notification: true,
    });
    const [said] = await slack.waitForCount(1);
    expect(said?.payload).toMatchObject({
      text: "nightly *backup* ran 2026-11-20 03:00–03:04 UTC, 4 min",
      blocks: [
        { type: "header", text: { text: "✓ nightly *backup* ran 2026-11-20 03:00–03:04 UTC, 4 min" } },
        { type: "section", text: { type: "mrkdwn" } },
      ],
    });
    const [mail] = await smtp.waitForCount(1);
    expect(mail?.mail.subject).toBe("nightly *backup* ran 2026-11-20 03:00–03:04 UTC, 4 min");
    const [called] = await webhook.waitForCount(1);
    expect(JSON.parse(called?.body ?? "{}")).toMatchObject({
      type: "check.run",
      data: {
        status: null,
        check: { id: check.id },
        run: {
          outcome: "success",
          started_at: "2026-11-20T03:00:00.000Z",
          ended_at: "2026-11-20T03:04:00.000Z",
          duration_seconds: 240,
          exit_status: null,
        },
      },
    });
    await stop();
  },
);

test("a failure makes a sound, and what was sent as down is not sent again", async () => {
  const chat = await scene.addChannel("telegram", { chat: "1" });
  await notifyOn({ changes: true, failures: true, runs: true }, [chat]);
  const stop = await deliver(null);
  await ping(NIGHT, "success");
  await telegram.waitForCount(1);
  await ping(NIGHT + 1, "fail", 137);
  await telegram.waitForCount(2);
  await ping(NIGHT + 2, "fail", 137);
  const messages = await telegram.waitForCount(3);
  expect(messages.map(({ text }) => text.split("\n")[0])).toEqual([
    "✓ nightly *backup* ran 2026-11-20 03:00 UTC",
    "🔴 nightly *backup* is down: failed",
    "✗ nightly *backup* failed 2026-11-20 03:00 UTC, exit status 137, killed (SIGKILL)",
  ]);
  const last: unknown = JSON.parse(telegram.requests.received.at(-1)?.body ?? "{}");
  expect(last).not.toHaveProperty("disable_notification");
  expect(last).not.toHaveProperty("reply_markup");
  await stop();
});

test("many runs that come together are one message that counts, each with a delivery of its own", async () => {
  const chat = await scene.addChannel("telegram", { chat: "1" });
  await notifyOn({ changes: false, runs: true }, [chat]);
  const other = await aCheck(database.pool, {
    projectId: scene.projectId,
    at: NIGHT,
    details: { name: "other" },
  });
  await database.pool.query("delete from check_channels where check_id = $1", [other.id]);
  const arrivals = Array.from({ length: 40 }, (_, i) =>
    anArrival(check, NIGHT + i * 1_000, { digest: `run ${i}` }),
  );
  await recordPings(database.pool, [...arrivals, anArrival(other, NIGHT, { kind: "fail" })], ALONE);
  const stop = await deliver(null);
  const [message] = await telegram.waitForCount(1);
  expect(message?.text.split("\n\n").slice(0, 2)).toEqual([
    "✗ 41 runs, 1 failed, of 2 checks",
    ["other: ✗ 2026-11-20 03:00 UTC", "nightly *backup*: ✓ 40 runs, the last 2026-11-20 03:00 UTC"].join(
      "\n",
    ),
  ]);
  await stop();
  const rows = await db
    .select({ state: schema.deliveries.state, leaderId: schema.deliveries.leaderId })
    .from(schema.deliveries)
    .where(and(eq(schema.deliveries.channelId, chat), inArray(schema.deliveries.kind, ["run"])));
  expect(rows).toHaveLength(41);
  expect(rows.map(({ state }) => state)).toEqual(Array.from({ length: 41 }, () => "sent"));
  expect(rows.filter(({ leaderId }) => leaderId === null)).toHaveLength(1);
});

function notifyOn(what: object, channelIds: readonly string[]) {
  const targets = channelIds.map((channelId) => ({ kind: "channel", channelId }));
  const input = { name: "runs", notifyOn: what, steps: [{ afterMinutes: 0, targets }] };
  return createRoute(db, scene.projectId, RouteInput.parse(input));
}

async function ping(at: number, kind: "start" | "success" | "fail", exitStatus: number | null = null) {
  const arrival = anArrival(check, at, { kind, digest: randomUUID() });
  await recordPings(database.pool, [{ ...arrival, record: { ...arrival.record, exitStatus } }], ALONE);
}

/** @returns how to stop it, once what is under way has ended. */
async function deliver(redisUrl: string | null): Promise<() => Promise<void>> {
  const { stop } = await startTestDelivery({
    db,
    databaseUrl: database.url,
    redisUrl,
    smtpUrl: smtp.url,
    mail: false,
    operator: {
      telegramApiRoot: telegram.root,
      telegramBotToken: telegram.token,
      slackApiUrl: slack.apiUrl,
    },
  });
  return stop;
}
