import { ALONE, createChannel, evaluateDue, openDb, recordPings } from "@overdue/db";
import {
  aCheck,
  anArrival,
  aProject,
  askedStormSize,
  sceneKeyring,
  type SceneCheck,
  startFakeSlack,
  startFakeTelegram,
  startFakeWebhook,
  testDatabase,
} from "@overdue/testkit";
import { afterAll, afterEach, expect, test } from "vitest";

import { startTestDelivery } from "../../test/start-test-delivery.ts";

const MINUTE = 60_000;
/** "npm run proof:storm" asks for 500, and lets their messages be held for as long as they are. */
const PROOF = askedStormSize();
const MANY = PROOF ?? 100;
const EVALUATED_AT_ONCE = MANY * 0.4;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
// A message about the same storm may be held for a minute.
const WAITING = { timeout: 130_000, interval: 50 };
const database = await testDatabase();
const { pool } = database;
const [telegram, slack, webhook] = await Promise.all([
  startFakeTelegram(),
  startFakeSlack(),
  startFakeWebhook(),
]);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await Promise.all([telegram.close(), slack.close(), webhook.close()]);
  await database.drop();
});

test(`${MANY} checks lost at once on one host are few messages, and so is their return; each record stays exact`, async () => {
  const { projectId } = await aProject(pool);
  await addChannel(projectId, "telegram", { chat: "-1001" });
  await addChannel(projectId, "slack", { url: slack.hookUrl });
  await addChannel(projectId, "webhook", { url: webhook.url, secret: SECRET });
  const checks = await manyChecks(projectId, Date.now() - 20 * MINUTE);
  await ping(checks, Date.now() - 10 * MINUTE);
  await startDelivery();
  const lostAt = Date.now();
  await evaluate(lostAt);
  await waitUntilAllIsSent();
  expect(receivedSince(telegram, lostAt).length).toBeLessThanOrEqual(3);
  expect(receivedSince(slack, lostAt).length).toBeLessThanOrEqual(3);
  expect(receivedSince(webhook, lostAt)).toHaveLength(MANY);
  const downs = await outcomes(projectId, "down");
  expect(downs.map(({ channel, state, count }) => [channel, state, count])).toEqual([
    ["slack", "sent", MANY],
    ["telegram", "sent", MANY],
    ["webhook", "sent", MANY],
  ]);
  expect(await storms(projectId)).toEqual([
    { shared: expect.stringContaining("203.0.113.7"), incidents: MANY },
  ]);

  const returnedAt = Date.now();
  for (let from = 0; from < MANY; from += 50) await ping(checks.slice(from, from + 50), Date.now());
  await waitUntilAllIsSent();
  const ups = receivedSince(telegram, returnedAt);
  expect(ups.length).toBeLessThanOrEqual(3);
  expect(ups.map(({ text }) => text).join("\n")).toMatch(/checks are up again/);
  expect((await outcomes(projectId, "up")).map(({ count }) => count)).toEqual([MANY, MANY, MANY]);
}, 200_000);

test("one that shares nothing with a storm is sent at once in the midst of it", async () => {
  const { projectId } = await aProject(pool);
  await addChannel(projectId, "telegram", { chat: "-1002" });
  const storm = [await aCheck(pool, { projectId }), await aCheck(pool, { projectId })];
  const lone = await aCheck(pool, { projectId, details: { name: "lone" } });
  await startDelivery();
  for (const check of storm) await ping([check], Date.now(), "fail");
  await expect.poll(() => inChat("-1002").length, WAITING).toBe(1);
  const arrival = anArrival(lone, Date.now(), { kind: "fail" });
  const elsewhere = {
    ...arrival,
    host: "other",
    record: { ...arrival.record, remoteAddress: "198.51.100.9" },
  };
  await recordPings(pool, [elsewhere], ALONE);
  await expect.poll(() => inChat("-1002").length, WAITING).toBe(2);
  expect(inChat("-1002")[1]?.text).toContain("lone is down");
  await waitUntilAllIsSent();
  // The two of the storm came alone, or together where the second was there before the first was sent.
  expect([2, 3]).toContain(inChat("-1002").length);
});

function receivedSince<Entry extends { receivedAt: number }>(
  fake: { received: readonly Entry[] },
  at: number,
): Entry[] {
  return fake.received.filter(({ receivedAt }) => receivedAt >= at);
}

function inChat(chat: string) {
  return telegram.received.filter((message) => message.chat === chat);
}

/** What delivers, for as long as the test runs. */
async function startDelivery(): Promise<void> {
  const { egress, stop } = await startTestDelivery({
    db: openDb(pool),
    databaseUrl: database.url,
    operator: {
      telegramApiRoot: telegram.root,
      telegramBotToken: telegram.token,
      slackApiUrl: slack.apiUrl,
    },
  });
  closers.push(async () => {
    await egress.close();
    await stop();
  });
}

async function addChannel(projectId: string, kind: string, settings: Record<string, unknown>): Promise<void> {
  const input = { projectId, kind, settings, name: kind, hint: "…", checkIds: [] };
  await createChannel(openDb(pool), sceneKeyring, input);
}

/** Checks on one host, that ran well a while ago. */
async function manyChecks(projectId: string, at: number): Promise<SceneCheck[]> {
  const checks: SceneCheck[] = [];
  for (let made = 0; made < MANY; made += 1) {
    checks.push(await aCheck(pool, { projectId, at, details: { name: `job ${made}` } }));
  }
  return checks;
}

async function ping(checks: readonly SceneCheck[], at: number, kind: "success" | "fail" = "success") {
  const arrivals = checks.map((check) => anArrival(check, at, { kind }));
  await recordPings(pool, arrivals, ALONE);
}

async function evaluate(watermark: number): Promise<void> {
  const rethrow = (_: string, error: unknown) => {
    throw error;
  };
  while (
    (await evaluateDue(pool, { watermark, outages: [], limit: EVALUATED_AT_ONCE }, rethrow)).evaluated > 0
  );
}

/** Everything is sent. What is held for more to come is held no longer, but in the proof. */
async function waitUntilAllIsSent(): Promise<void> {
  const countLeft = async () => {
    if (PROOF === null) await letTimePass();
    return countUnfinished();
  };
  await expect.poll(countLeft, WAITING).toBe(0);
}

/** Where all that is left is held, the clock goes on to the first that is held no longer. */
async function letTimePass(): Promise<void> {
  await pool.query(`
    with held as (
      select min(next_attempt_at) - clock_timestamp() as for from deliveries
      where state in ('pending', 'retry', 'sending')
      having bool_and(state = 'pending') and min(next_attempt_at) > clock_timestamp()
    )
    update deliveries d set next_attempt_at = d.next_attempt_at - held.for, finished_at = d.finished_at - held.for
    from held`);
  await pool.query("select pg_notify('overdue_deliveries', '')");
}

async function countUnfinished(): Promise<number> {
  const rows = await pool.query<{ count: number }>(
    `select count(*)::int as count from deliveries d left join deliveries l on l.id = d.leader_id
      where coalesce(l.state, d.state) in ('pending', 'retry', 'sending')`,
  );
  return rows[0]?.count ?? 0;
}

async function outcomes(projectId: string, kind: string) {
  const rows = await pool.query(
    `select c.kind as channel, d.state, count(*)::int as count, count(*) filter (where d.leader_id is null)::int as messages
       from deliveries d join channels c on c.id = d.channel_id
      where d.project_id = $1 and d.kind = $2 group by c.kind, d.state order by c.kind`,
    [projectId, kind],
  );
  return rows;
}

async function storms(projectId: string) {
  const rows = await pool.query(
    `select s.shared, count(*)::int as incidents from storms s join incidents i on i.storm_id = s.id
      where s.project_id = $1 group by s.id`,
    [projectId],
  );
  return rows;
}
