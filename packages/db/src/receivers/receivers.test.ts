import { randomUUID } from "node:crypto";

import { AWAITED_MS, RECEIVER_DOWN_AFTER_MS } from "@overdue/core";
import { aCheck, alertScene, anArrival, testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { noteProblem, noteRestart, readProblems } from "../instance/problems.ts";
import { countCheckers, endChecker, forgetOldProcesses, recordEvaluation } from "./checkers.ts";
import { evaluateDue } from "../transitions/evaluate-due.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { announceReceivers, readReception, readWatermark } from "./awaited.ts";
import { commitCheckpoint, endReceiver } from "./checkpoint.ts";
import { recentOutages } from "./outages.ts";
import { notReadyBecause, readVitalSigns } from "./vital-signs.ts";

// Receivers and checkers belong to no project: each test begins without any.
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);
beforeEach(() =>
  pool.query("truncate receivers, checkers, outages, instance_facts, deliveries, checks cascade"),
);

const NOTHING = { host: "one", bytes: 0, since: null };
type Of = {
  receiverId?: string;
  startedAt?: number;
  noSilenceSince?: number;
  kept?: typeof NOTHING;
  owners?: string[];
};
const checkpoint = (acceptedAt: number, of: Of = {}) =>
  commitCheckpoint(pool, { receiverId: randomUUID(), startedAt: acceptedAt, acceptedAt, ...of });

/** As if receivers had stored nothing for so long; `of`: this one alone. */
const age = (ms: number, of: string | null = null) =>
  pool.query(
    `update receivers set checkpoint_at = checkpoint_at - $1::float8 * interval '1 millisecond',
            seen_at = seen_at - $1::float8 * interval '1 millisecond' where $2::uuid is null or id = $2`,
    [ms, of],
  );

const findReceiver = (id: string) =>
  pool.query(
    `select ended_at is not null as ended, given_up_at is not null as "givenUp" from receivers where id = $1`,
    [id],
  );

describe("the watermark", () => {
  test("is unknown while no receiver commits", async () => {
    expect(await readWatermark(pool)).toBeNull();
    await checkpoint(Date.now());
    await age(RECEIVER_DOWN_AFTER_MS);
    expect(await readWatermark(pool)).toBeNull();
  });

  test("is that of the slowest receiver, until it stops or falls silent", async () => {
    const [slow, fast] = [Date.now() - 2_000, Date.now() - 100];
    const receiverId = randomUUID();
    await checkpoint(slow, { receiverId });
    expect((await checkpoint(fast)).othersAt).toBe(slow);
    expect(await readWatermark(pool)).toBe(slow);
    await endReceiver(pool, receiverId);
    expect(await readWatermark(pool)).toBe(fast);
  });

  test("never goes back, and never lies ahead of the database's clock", async () => {
    const receiverId = randomUUID();
    const at = Date.now() - 1_000;
    await checkpoint(at, { receiverId });
    await checkpoint(at - 500, { receiverId });
    expect(await readWatermark(pool)).toBe(at);
    const { databaseAt } = await checkpoint(Date.now() + 60_000, { receiverId });
    expect(await readWatermark(pool)).toBeLessThanOrEqual(databaseAt);
  });
});

test("after the clock was set back a check takes pings as before, since every instant is in whole milliseconds", async () => {
  const check = await aCheck(pool);
  const ahead = Date.now() + 600_000;
  await recordPings(pool, [anArrival(check, ahead, {})], ALONE);
  await pool.query("update checks set wake_at = now() where id = $1", [check.id]);
  await pool.query(
    `insert into outages (started_at, ended_at, cause, set_back_ms) values (now(), now(), 'clock-set-back', 600000)`,
  );
  await checkpoint(Date.now());
  const { watermark, ...reception } = await readReception(pool);
  expect(Number.isInteger(reception.now)).toBe(true);
  const poisoned: unknown[] = [];
  const evaluation = { ...reception, watermark: watermark ?? 0, limit: 10 };
  await evaluateDue(pool, evaluation, (_, error) => poisoned.push(error));
  expect(poisoned).toEqual([]);
  const [recorded] = await recordPings(pool, [anArrival(check, Date.now(), {})], ALONE);
  expect(recorded?.kind).toBe("recorded");
});

describe("a receiver that may have kept pings", () => {
  test("holds the watermark back while it is silent, and when it stores what it kept, for as long as that takes", async () => {
    const [receiverId, other] = [randomUUID(), randomUUID()];
    const before = Date.now() - 900_000;
    await checkpoint(before, { receiverId, kept: NOTHING });
    await age(20_000, receiverId);
    expect(await checkpoint(Date.now(), { receiverId: other })).toMatchObject({ othersAt: before - 20_000 });
    expect(await readWatermark(pool)).toBe(before - 20_000);
    await checkpoint(before, { receiverId, kept: NOTHING });
    await checkpoint(Date.now(), { receiverId: other });
    expect(await readWatermark(pool)).toBe(before);
    await endReceiver(pool, receiverId);
    expect(Date.now() - ((await readWatermark(pool)) ?? 0)).toBeLessThan(5_000);
  });

  test("is given up after two minutes beside others, with an outage since then, and is waited for again when it is back", async () => {
    const [receiverId, other] = [randomUUID(), randomUUID()];
    await checkpoint(Date.now(), { receiverId, kept: NOTHING });
    await checkpoint(Date.now(), { receiverId: other });
    await age(AWAITED_MS + 1_000, receiverId);
    const [{ from } = { from: 0 }] = await pool.query<{ from: number }>(
      `select (extract(epoch from checkpoint_at) * 1000)::float8 as "from" from receivers where id = $1`,
      [receiverId],
    );
    expect(await readWatermark(pool)).toBe(from);
    const { othersAt, databaseAt } = await checkpoint(Date.now(), { receiverId: other });
    expect(othersAt).toBeNull();
    expect(await findReceiver(receiverId)).toEqual([{ ended: false, givenUp: true }]);
    const [outage] = await pool.query<{ cause: string; from: number; until: number }>(
      `select cause, (extract(epoch from started_at) * 1000)::float8 as "from",
              (extract(epoch from ended_at) * 1000)::float8 as until from outages`,
    );
    expect(outage).toMatchObject({ cause: "receiver-gone", from });
    expect(Math.abs((outage?.until ?? 0) - databaseAt)).toBeLessThan(2_000);
    expect((await readProblems(pool)).warnings).toEqual([
      expect.stringMatching(/^The receiver on one has stored nothing since .* start it again/),
    ]);
    await announceReceivers(pool, { owners: [{ id: receiverId, startedAt: 0 }], kept: NOTHING });
    expect(await readWatermark(pool)).toBe(from);
    expect((await readProblems(pool)).warnings).toEqual([]);
  });

  test("is not given up while the process that has taken over its disk stores the pings of another one", async () => {
    const [first, second, now] = [randomUUID(), randomUUID(), Date.now()];
    for (const receiverId of [first, second]) await checkpoint(now - 300_000, { receiverId, kept: NOTHING });
    await age(AWAITED_MS);
    await checkpoint(now - 299_000, { receiverId: first, kept: NOTHING, owners: [first, second] });
    await checkpoint(now);
    for (const id of [first, second])
      expect(await findReceiver(id)).toEqual([{ ended: false, givenUp: false }]);
  });

  test("is not given up for the time in which no receiver could store anything", async () => {
    const [receiverId, other] = [randomUUID(), randomUUID()];
    await checkpoint(Date.now(), { receiverId, kept: NOTHING });
    await checkpoint(Date.now(), { receiverId: other });
    await age(AWAITED_MS * 10);
    await checkpoint(Date.now(), { receiverId: other });
    expect(await findReceiver(receiverId)).toEqual([{ ended: false, givenUp: false }]);
    await age(AWAITED_MS, receiverId);
    await checkpoint(Date.now(), { receiverId: other });
    expect(await findReceiver(receiverId)).toEqual([{ ended: false, givenUp: true }]);
  });

  test("that is new says by its announcement no more than is known, so that its first heartbeat ends the outage before it", async () => {
    const [before, first] = [randomUUID(), randomUUID()];
    const at = Date.now() - 60_000;
    await checkpoint(at, { receiverId: before, kept: NOTHING });
    const startedAt = Date.now();
    const owners = [
      { id: first, startedAt },
      { id: before, startedAt: at },
    ];
    await announceReceivers(pool, { owners, kept: { host: "one", bytes: 512, since: at } });
    expect(await readWatermark(pool)).toBe(at);
    await checkpoint(at + 4_000, { receiverId: before, kept: NOTHING });
    await endReceiver(pool, before);
    expect(await readWatermark(pool)).toBe(at);
    await checkpoint(startedAt, { receiverId: first, startedAt, kept: NOTHING });
    expect(await recentOutages(pool)).toEqual([{ from: at + 4_000, until: startedAt, setBackMs: null }]);
  });
});

describe("an outage", () => {
  test("ends where the heartbeats go on again, though only the last of them is stored", async () => {
    const [receiverId, now] = [randomUUID(), Date.now()];
    const [stopped, again] = [now - 100_000, now - 60_000];
    await checkpoint(stopped, { receiverId });
    await checkpoint(now - 30_000, { receiverId, noSilenceSince: again });
    expect(await recentOutages(pool)).toMatchObject([{ from: stopped, until: again }]);
    await checkpoint(now, { receiverId, noSilenceSince: now - 27_500 });
    expect(await recentOutages(pool)).toHaveLength(1);
  });

  test("is none where a receiver was silent for less than five seconds", async () => {
    await checkpoint(Date.now());
    await age(RECEIVER_DOWN_AFTER_MS - 1_000);
    expect(await checkpoint(Date.now())).toMatchObject({ endedOutage: false });
    expect(await recentOutages(pool)).toEqual([]);
  });

  test("lasts from the last heartbeat of any receiver to the next, and is written once by two that come back", async () => {
    const began = Date.now() - 60_000;
    const startedAt = began - 1_000;
    await checkpoint(began, { startedAt });
    const ended = Date.now();
    const back = await Promise.all([checkpoint(ended, { startedAt }), checkpoint(ended, { startedAt })]);
    expect(back.filter(({ endedOutage }) => endedOutage)).toHaveLength(1);
    expect(await recentOutages(pool)).toEqual([{ from: began, until: ended, setBackMs: null }]);
  });

  test("of a receiver that was started since is a restart, whatever it says itself", async () => {
    const receiverId = randomUUID();
    await checkpoint(Date.now() - 60_000, { receiverId });
    const now = Date.now();
    await commitCheckpoint(pool, { receiverId, startedAt: now, acceptedAt: now, cause: "database" });
    expect([...(await pool.query("select cause from outages"))]).toEqual([{ cause: "restart" }]);
  });
});

describe("checkers", () => {
  const evaluate = (id: string, watermark: number | null) =>
    recordEvaluation(pool, { id, startedAt: Date.now(), watermark });

  test("share the work as long as they evaluate, and there is always one", async () => {
    expect(await countCheckers(db)).toBe(1);
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of ids) await evaluate(id, Date.now());
    expect(await countCheckers(db)).toBe(3);
    await endChecker(pool, ids[0] ?? "");
    await pool.query("update checkers set evaluated_at = now() - interval '6 seconds' where id = $1", [
      ids[1],
    ]);
    expect(await countCheckers(db)).toBe(1);
  });

  test("that must wait keep the watermark that they had", async () => {
    const [id, watermark] = [randomUUID(), Date.now() - 500];
    await evaluate(id, watermark);
    await evaluate(id, null);
    const rows = await pool.query("select watermark_at from checkers");
    expect([...rows]).toEqual([{ watermark_at: new Date(watermark) }]);
  });

  test("of yesterday are forgotten, and receivers but for the newest", async () => {
    for (const days of [2, 3]) {
      await checkpoint(Date.now());
      await age(days * 86_400_000);
    }
    await evaluate(randomUUID(), null);
    await pool.query("update checkers set evaluated_at = now() - interval '2 days'");
    await forgetOldProcesses(pool);
    const [left] = await pool.query(
      "select (select count(*) from receivers) as receivers, (select count(*) from checkers) as checkers",
    );
    expect(left).toEqual({ receivers: 1, checkers: 0 });
  });
});

describe("the instance is ready", () => {
  test("once a receiver commits and a checker evaluates, and says else which of them does not", async () => {
    expect(await notReadyBecause(pool)).toMatch(/^No receiver .* yet; at most 5 s are normal/);
    await checkpoint(Date.now());
    expect(await notReadyBecause(pool)).toMatch(/^No checker .* yet; at most 15 s are normal/);
    await recordEvaluation(pool, { id: randomUUID(), startedAt: 0, watermark: null });
    expect(await notReadyBecause(pool)).toBeNull();
    await pool.query("update checkers set evaluated_at = now() - interval '42 seconds'");
    expect(await notReadyBecause(pool)).toMatch(/^No checker has evaluated deadlines for 4[23] s/);
  });
});

describe("vital signs", () => {
  test("are unknown where nothing has happened yet, and nothing waits then", async () => {
    expect(await readVitalSigns(pool)).toEqual({
      heartbeatAge: null,
      watermarkLag: null,
      evaluatedAge: null,
      deadlineWait: 0,
      deliveryWait: 0,
      deliveriesFailed: 0,
      outages: 0,
      deadLetters: 0,
      selfP50: null,
      selfP99: null,
      selfAge: null,
    });
  });

  test("say for how long the oldest deadline and the oldest delivery have waited", async () => {
    const check = await aCheck(pool);
    await pool.query("update checks set wake_at = now() - interval '30 seconds' where id = $1", [check.id]);
    const scene = await alertScene(db, { kind: "webhook", settings: {} });
    const { deliveryId } = await scene.down();
    await pool.query("update deliveries set next_attempt_at = now() - interval '20 seconds' where id = $1", [
      deliveryId,
    ]);
    await checkpoint(Date.now());
    const signs = await readVitalSigns(pool);
    expect(Math.round(signs.deadlineWait ?? 0)).toBe(30);
    expect(Math.round(signs.deliveryWait ?? 0)).toBe(20);
  });

  test("count a dead letter until somebody deals with it, and no test among them", async () => {
    const scene = await alertScene(db, { kind: "webhook", settings: {} });
    const [one, other] = [await scene.down(), await scene.down()];
    await pool.query("update deliveries set state = 'failed', finished_at = now()");
    await pool.query("update deliveries set kind = 'test' where id = $1", [other.deliveryId]);
    expect(await readVitalSigns(pool)).toMatchObject({ deliveriesFailed: 2, deadLetters: 1 });
    await pool.query("update deliveries set dealt_with_at = now() where id = $1", [one.deliveryId]);
    expect(await readVitalSigns(pool)).toMatchObject({ deliveriesFailed: 2, deadLetters: 0 });
  });
});

describe("the operator's warnings", () => {
  const warnings = async () => (await readProblems(pool)).warnings;

  test("name each part that does not work, with its newest sentence, until it works", async () => {
    await noteProblem(db, "telegram", "Telegram does not answer.");
    await noteProblem(db, "telegram", "Telegram refuses the token.");
    await noteProblem(db, "mail", "SMTP_URL does not answer.");
    expect((await warnings()).toSorted()).toEqual([
      "SMTP_URL does not answer.",
      "Telegram refuses the token.",
    ]);
    await noteProblem(db, "telegram", null);
    expect(await warnings()).toEqual(["SMTP_URL does not answer."]);
  });

  test("count the restarts of a program, anew after an hour without one", async () => {
    const restart = () => noteRestart(db, { program: "api", why: "no answer for 10 s" });
    await restart();
    await restart();
    expect(await warnings()).toEqual([
      expect.stringMatching(/^The api was started again 2 times lately.*no answer for 10 s\.$/),
    ]);
    await pool.query("update instance_facts set created_at = now() - interval '61 minutes'");
    expect(await warnings()).toEqual([]);
    await restart();
    expect(await warnings()).toEqual([expect.stringMatching(/^The api was started again once lately/)]);
  });

  test("count what could not be delivered within a day as the list of dead letters does", async () => {
    const scene = await alertScene(db, { kind: "webhook", settings: {} });
    await scene.down();
    const [test, run] = [await scene.down(), await scene.down()];
    await pool.query("update deliveries set state = 'failed', finished_at = now()");
    await pool.query("update deliveries set kind = 'test' where id = $1", [test.deliveryId]);
    await pool.query("update deliveries set kind = 'run' where id = $1", [run.deliveryId]);
    expect(await warnings()).toEqual([expect.stringMatching(/^1 alert of 1 project could not be delivered/)]);
    await pool.query("update deliveries set finished_at = now() - interval '25 hours'");
    expect(await warnings()).toEqual([]);
  });
});
