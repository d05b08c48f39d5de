import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { setImmediate } from "node:timers/promises";

import { serve } from "@hono/node-server";
import {
  ALONE,
  commitCheckpoint,
  listen,
  newPingKey,
  notReadyBecause,
  openPool,
  type Pool,
  readWatermark,
  recordPings,
} from "@overdue/db";
import { aCheck, anArrival, testDatabase } from "@overdue/testkit";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";

import { pingsOf as storedPings, receiverOn as receiverWith } from "../../test/receiver.ts";
import { createClock } from "./clock.ts";
import { Ingest } from "./ingest.ts";
import { HEARTBEAT_PATH } from "./receiver.ts";

const LIMIT = 1_000;
const RID = "123e4567-e89b-12d3-a456-426614174000";
const database = await testDatabase();
const { pool } = database;
const receiverOn = (on: Pool) => receiverWith(on, LIMIT);
const { app } = receiverOn(pool);
afterAll(database.drop);

test.each(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])("%s is a ping", async (method) => {
  const check = await aCheck(pool);
  const response = await app.request(`/ping/${check.pingUuid}`, { method });
  expect(response.status).toBe(200);
  expect(await pingsOf(check)).toMatchObject([{ number: 1, kind: "success", method }]);
});

test("a real CORS preflight records nothing", async () => {
  const check = await aCheck(pool);
  const headers = { "Access-Control-Request-Method": "POST" };
  const response = await app.request(`/ping/${check.pingUuid}`, { method: "OPTIONS", headers });
  expect(response.status).toBe(204);
  expect(await pingsOf(check)).toEqual([]);
});

test("an accepted ping answers OK, may be read by any page, is never cached and names the body's limit", async () => {
  const check = await aCheck(pool);
  const response = await app.request(`/ping/${check.pingUuid}`);
  expect(await response.text()).toBe("OK");
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "access-control-allow-origin": "*",
    "ping-body-limit": "1000",
    "cache-control": expect.stringContaining("no-store"),
    "content-type": "text/plain; charset=utf-8",
  });
});

test.each([
  ["an unknown uuid", `/ping/${randomUUID()}`, 404, "not found"],
  ["an unknown key", "/ping/nobody/backup", 404, "not found"],
  ["an unknown uuid with an impossible exit status", `/ping/${randomUUID()}/256`, 404, "not found"],
  ["a slug in capitals", "/ping/nobody/Backup", 400, "invalid url format"],
  ["something that is no ping URL", "/ping/what/is/this/now", 404, "not found"],
])("%s is refused and stores nothing", async (_, path, status, body) => {
  const before = await countPings();
  const response = await app.request(path);
  expect([response.status, await response.text()]).toEqual([status, body]);
  expect(await countPings()).toBe(before);
});

test.each([
  ["an exit status past 255", "/256", "invalid url format"],
  ["a malformed run id", "?rid=42", "invalid uuid format"],
])("%s is refused with a sentence, and the check is left alone", async (_, suffix, body) => {
  const check = await aCheck(pool);
  const response = await app.request(`/ping/${check.pingUuid}${suffix}`);
  expect([response.status, await response.text()]).toEqual([400, body]);
  expect(await pingsOf(check)).toEqual([]);
});

test("kind, exit status, run id, body, address and program are kept", async () => {
  const check = await aCheck(pool);
  await app.request(`/ping/${check.pingUuid}/3?rid=${RID}`, {
    method: "POST",
    body: "disk full",
    headers: { "User-Agent": `curl/8.5.0 ${"x".repeat(300)}` },
  });
  const [ping] = await pingsOf(check);
  expect(ping).toMatchObject({ kind: "fail", exit_status: 3, rid: RID, remote_address: "203.0.113.7" });
  expect(ping?.user_agent).toHaveLength(200);
  expect(ping?.body?.toString()).toBe("disk full");
});

test("a body over the limit is accepted, cut, and known to be cut", async () => {
  const check = await aCheck(pool);
  const response = await app.request(`/ping/${check.pingUuid}`, {
    method: "POST",
    body: "x".repeat(LIMIT * 3),
  });
  expect(response.status).toBe(200);
  const [ping] = await pingsOf(check);
  expect([ping?.body?.length, ping?.body_bytes]).toEqual([LIMIT * 2, LIMIT * 3]);
});

test("a link preview gets an answer and changes nothing", async () => {
  const check = await aCheck(pool);
  const headers = { "User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)" };
  expect((await app.request(`/ping/${check.pingUuid}/fail`, { headers })).status).toBe(200);
  expect(await pingsOf(check)).toMatchObject([{ kind: "ignored", note: "link-preview" }]);
});

test("what is posted is no look at a link, whatever its sender calls itself", async () => {
  const check = await aCheck(pool);
  const headers = { "User-Agent": "LinkedInBot/1.0" };
  await app.request(`/ping/${check.pingUuid}/fail`, { method: "POST", headers });
  expect(await pingsOf(check)).toMatchObject([{ kind: "fail", note: null }]);
});

test("create=1 makes the check and says so once", async () => {
  const pingKey = newPingKey();
  await pool.query("insert into projects (name, ping_key, badge_key) values ('p', $1, $1)", [pingKey]);
  const first = await app.request(`/ping/${pingKey}/nightly?create=1`);
  const second = await app.request(`/ping/${pingKey}/nightly?create=1`);
  expect([first.status, await first.text()]).toEqual([201, "Created"]);
  expect([second.status, await second.text()]).toEqual([200, "OK"]);
});

test("a rejected ping creates no check", async () => {
  const pingKey = newPingKey();
  await pool.query("insert into projects (name, ping_key, badge_key) values ('p', $1, $1)", [pingKey]);
  await app.request(`/ping/${pingKey}/nightly/300?create=1`);
  const { count } = await pool.query(
    "select 1 from checks where slug = 'nightly' and name = 'nightly' and project_id = (select id from projects where ping_key = $1)",
    [pingKey],
  );
  expect(count).toBe(0);
});

test("sixty pings at once are all stored, numbered without a gap", async () => {
  const check = await aCheck(pool);
  const responses = await Promise.all(
    Array.from({ length: 60 }, async () => app.request(`/ping/${check.pingUuid}`)),
  );
  expect(responses.every(({ status }) => status === 200)).toBe(true);
  expect((await pingsOf(check)).map(({ number }) => number)).toEqual(
    Array.from({ length: 60 }, (_, i) => i + 1),
  );
});

test("two receivers that hear the same ten checks at once answer and number every ping", async () => {
  const tenChecks = await Promise.all(Array.from({ length: 10 }, () => aCheck(pool)));
  const apps = [app, receiverOn(pool).app];
  const ping = async (turn: number) => {
    const check = tenChecks[turn % tenChecks.length];
    const path = `/ping/${check?.pingUuid}/log`;
    return (await apps[turn % 3 === 0 ? 1 : 0]?.request(path))?.status;
  };
  const statuses = await Promise.all(Array.from({ length: 300 }, (_, turn) => ping(turn)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  for (const check of tenChecks)
    expect((await pingsOf(check)).map(({ number }) => number)).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
});

test("a storm on one check shares rows, but every ping is answered and counted, and a fail counts at once", async () => {
  const check = await aCheck(pool);
  const storm = async (count: number, suffix = "") => {
    const path = `/ping/${check.pingUuid}${suffix}`;
    const answers = await Promise.all(Array.from({ length: count }, async () => app.request(path)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  };
  await storm(300);
  await storm(1, "/fail");
  expect(await statusOf(check)).toBe("down");
  await storm(100, "/log");
  await storm(1);
  expect(await statusOf(check)).toBe("up");
  await storm(100);
  await storm(1, "/start");
  await storm(1, "/0");
  const pings = await pingsOf(check);
  expect(pings.length).toBeLessThan(140); // the minute may have turned once
  expect(pings.reduce((sum, ping) => sum + 1 + ping.repeats, 0)).toBe(504);
  expect(pings.at(-1)?.number).toBe(504);
  const rows = await pool.query("select ping_count from checks where id = $1", [check.id]);
  expect(rows).toEqual([{ ping_count: 504 }]);
  const runs = await pool.query<{ id: string; started: boolean }>(
    "select id, started_at is not null as started from runs where check_id = $1",
    [check.id],
  );
  expect(runs.filter((run) => run.started)).toHaveLength(1);
  expect(runs.length).toBeLessThan(140);
  const flips = await pool.query("select 1 from flips where check_id = $1", [check.id]);
  expect(flips.count).toBe(3);
});

test("without a database a ping is asked to come again, and never said to be stored", async () => {
  const nowhere = openPool({
    url: `postgres://a:b@127.0.0.1:${await closedPort()}/c`,
    max: 1,
    name: "nowhere",
  });
  const response = await receiverOn(nowhere).app.request(`/ping/${randomUUID()}`);
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  await nowhere.end();
});

test("a check that is locked holds up its own pings and the heartbeat, and no later ping of another check", async () => {
  const own = await testDatabase();
  const { receiver } = receiverOn(own.pool);
  const [locked, other] = [await aCheck(own.pool), await aCheck(own.pool)];
  await receiver.ingest.heartbeat();
  const watermark = await readWatermark(own.pool);
  const session = await own.pool.connect();
  await session.query("begin");
  await session.query("select 1 from checks where id = $1 for update", [locked.id]);
  const held = [1, 2, 3].map((second) =>
    receiver.ingest.record(anArrival(locked, Date.now(), { digest: String(second) })),
  );
  const heartbeat = receiver.ingest.heartbeat();
  // The turn in which their transaction begins.
  await setImmediate();
  await receiver.ingest.record(anArrival(other, Date.now()));
  await receiver.ingest.record(anArrival(other, Date.now(), { digest: "again" }));
  expect(await storedPings(own.pool, locked)).toEqual([]);
  expect(await readWatermark(own.pool)).toBe(watermark);
  await session.query("commit");
  session.release();
  await Promise.all([...held, heartbeat]);
  expect((await storedPings(own.pool, locked)).map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(await readWatermark(own.pool)).toBeGreaterThan(watermark ?? 0);
  await own.drop();
});

test("the heartbeat through the public address moves the watermark, and a stranger cannot send one", async () => {
  const own = await testDatabase();
  const { app: heartbeatApp, receiver } = receiverOn(own.pool);
  const heard = Promise.withResolvers<void>();
  const stopListening = listen({
    url: own.url,
    handlers: { overdue_checkpoint_written: () => heard.resolve() },
  });
  expect(await readWatermark(own.pool)).toBeNull();
  expect((await heartbeatApp.request(HEARTBEAT_PATH, { method: "POST" })).status).toBe(404);
  const before = Date.now();
  const server = serve({ fetch: heartbeatApp.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
    receiver.start({ host: "127.0.0.1", port }),
  );
  await heard.promise;
  expect(await readWatermark(own.pool)).toBeGreaterThanOrEqual(before);
  expect(await notReadyBecause(own.pool)).toMatch(/^No checker has evaluated deadlines yet/);
  await receiver.stop();
  expect(await readWatermark(own.pool)).toBeNull();
  await new Promise((closed) => server.close(closed));
  await stopListening();
  await own.drop();
});

test("the first heartbeat after a silence stores the outage, once, whichever receiver comes back first", async () => {
  const own = await testDatabase();
  const heartbeat = (acceptedAt: number) =>
    commitCheckpoint(own.pool, { receiverId: randomUUID(), startedAt: acceptedAt, acceptedAt });
  const now = Date.now();
  await heartbeat(now - 60_000);
  const marks = await Promise.all([heartbeat(now), heartbeat(now + 3), heartbeat(now + 5)]);
  expect(marks.filter(({ endedOutage }) => endedOutage)).toHaveLength(1);
  const rows = await own.pool.query<{ started_at: Date; ended_at: Date }>(
    "select started_at, ended_at from outages",
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.started_at.getTime()).toBe(now - 60_000);
  await own.drop();
});

test.each([
  ["the receiver was busy", "busy", "busy", 0],
  ["the receiver was given no processor time", "paused", "paused", 0],
  ["the receiver does not know why", null, null, 0],
  ["another receiver runs since", "busy", "restart", 60_000],
] as const)("an outage is on record with its cause: %s", async (_, cause, stored, startedLater) => {
  const own = await testDatabase();
  const now = Date.now();
  const [from, until] = [now - 60_000, now];
  const first = { receiverId: randomUUID(), startedAt: from, acceptedAt: from };
  await commitCheckpoint(own.pool, first);
  await commitCheckpoint(own.pool, { ...first, startedAt: from + startedLater, acceptedAt: until, cause });
  const rows = await own.pool.query("select cause from outages");
  expect(rows).toEqual([{ cause: stored }]);
  await own.drop();
});

test("a receiver that could answer nobody says so of the outage that it ends", async () => {
  const own = await testDatabase();
  // Both marks lie in the past: none lies ahead of the database's clock.
  let now = Date.now() - 20_000;
  const moving = createClock(() => now);
  const stalls = { causeWithin: (ms: number) => (ms === 20_000 ? ("busy" as const) : null) };
  const stalled = new Ingest({
    pool: own.pool,
    receiverId: randomUUID(),
    clock: moving,
    log: pino({ level: "silent" }),
    stalls,
  });
  await stalled.heartbeat();
  now += 20_000;
  await stalled.heartbeat();
  const rows = await own.pool.query("select cause from outages");
  expect(rows).toEqual([{ cause: "busy" }]);
  await own.drop();
});

test.each([
  ["fell into an outage", 600_000, { outages: 1, downs: 0 }],
  ["was missed while we listened", null, { outages: 0, downs: 1 }],
])("a late ping whose deadline %s", async (_, silentForMs, expected) => {
  const own = await testDatabase();
  const now = Date.now();
  const heartbeatAt = now - (silentForMs ?? 1_000);
  await commitCheckpoint(own.pool, {
    receiverId: randomUUID(),
    startedAt: heartbeatAt,
    acceptedAt: heartbeatAt,
  });
  const check = await aCheck(own.pool, { at: now - 900_000 });
  await recordPings(own.pool, [anArrival(check, now - 610_000)], ALONE);
  expect((await receiverOn(own.pool).app.request(`/ping/${check.pingUuid}`)).status).toBe(200);
  const outages = await own.pool.query("select 1 from outages");
  const downs = await own.pool.query("select 1 from flips where to_status = 'down'");
  expect({ outages: outages.count, downs: downs.count }).toEqual(expected);
  await own.drop();
});

async function statusOf(check: { id: string }): Promise<string | undefined> {
  const rows = await pool.query<{ status: string }>("select status from checks where id = $1", [check.id]);
  return rows[0]?.status;
}

const pingsOf = (check: { id: string }) => storedPings(pool, check);

async function countPings(): Promise<number> {
  const rows = await pool.query<{ count: number }>("select count(*) as count from pings");
  return rows[0]?.count ?? 0;
}

function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
