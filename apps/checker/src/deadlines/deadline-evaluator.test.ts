import { randomUUID } from "node:crypto";

import { ALONE, type Pool, commitCheckpoint, listen, recordPings } from "@overdue/db";
import { aCheck, anArrival, testDatabase } from "@overdue/testkit";
import { pino } from "pino";
import { afterAll, afterEach, expect, test } from "vitest";

import { DeadlineEvaluator } from "./deadline-evaluator.ts";

const MINUTE = 60_000;
const log = pino({ level: "silent" });
const started: DeadlineEvaluator[] = [];
const ended: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(started.splice(0).map((evaluator) => evaluator.stop())));
afterAll(() => Promise.all(ended.map((end) => end())));

test("while no receiver proves that it receives, nothing is evaluated", async () => {
  const { pool } = await aDatabase();
  const check = await anOverdueCheck(pool);
  startDeadlineEvaluator(pool);
  await expect.poll(() => lastEvaluated(pool)).not.toBeNull();
  expect(await statusOf(pool, check)).toBe("up");
});

test("a deadline is evaluated as soon as a checkpoint proves that everything before it is known", async () => {
  const { pool, url } = await aDatabase();
  const check = await anOverdueCheck(pool);
  const evaluator = startDeadlineEvaluator(pool);
  const stopListening = listen({ url, handlers: { overdue_checkpoint_written: () => evaluator.wake() } });
  ended.unshift(stopListening);
  await expect.poll(() => lastEvaluated(pool)).not.toBeNull();
  const now = Date.now();
  // Not the first sign of life, which would make an outage of the time before it.
  await commitCheckpoint(pool, { receiverId: randomUUID(), startedAt: now, acceptedAt: now });
  await expect.poll(() => statusOf(pool, check)).toBe("down");
});

test("a deadline after the watermark waits, however long the wall clock has passed it", async () => {
  const { pool } = await aDatabase();
  const check = await anOverdueCheck(pool);
  const acceptedAt = Date.now() - 4_000;
  await pool.query("update checks set wake_at = $2 where id = $1", [check, new Date(acceptedAt + 1)]);
  await commitCheckpoint(pool, { receiverId: randomUUID(), startedAt: acceptedAt, acceptedAt });
  startDeadlineEvaluator(pool);
  await expect.poll(() => lastEvaluated(pool)).not.toBeNull();
  expect(await statusOf(pool, check)).toBe("up");
});

test("a deadline is never evaluated without the outage that was stored just before", async () => {
  const { pool } = await aDatabase();
  const receiver = { receiverId: randomUUID(), startedAt: 0 };
  const at = Date.now() - 30 * MINUTE;
  const check = await aCheck(pool, { at });
  await recordPings(pool, [anArrival(check, at)], ALONE);
  await pool.query("update checks set wake_at = now() + interval '1 hour' where id = $1", [check.id]);
  await commitCheckpoint(pool, { ...receiver, acceptedAt: Date.now() });
  const evaluator = startDeadlineEvaluator(pool);
  await expect.poll(() => lastEvaluated(pool)).not.toBeNull();
  // All receivers were silent since before the deadline.
  await pool.query("update receivers set checkpoint_at = $1, seen_at = $1", [new Date(at + MINUTE)]);
  await pool.query("update checks set wake_at = now() where id = $1", [check.id]);
  await commitCheckpoint(pool, { ...receiver, acceptedAt: Date.now() });
  evaluator.wake();
  await expect.poll(() => wakeAtOf(pool, check.id)).toBeGreaterThan(Date.now());
  expect(await statusOf(pool, check.id)).toBe("up");
});

test("an evaluator that was stopped lets go and says nothing more", async () => {
  const { pool } = await aDatabase();
  const evaluator = startDeadlineEvaluator(pool);
  await expect.poll(() => lastEvaluated(pool)).not.toBeNull();
  await evaluator.stop();
  const at = await lastEvaluated(pool);
  evaluator.wake();
  await evaluator.stop();
  expect(await lastEvaluated(pool)).toEqual(at);
});

async function aDatabase() {
  const database = await testDatabase();
  ended.push(database.drop);
  return database;
}

function startDeadlineEvaluator(pool: Pool): DeadlineEvaluator {
  const evaluator = new DeadlineEvaluator({ pool, checkerId: randomUUID(), startedAt: Date.now(), log });
  started.push(evaluator);
  evaluator.start();
  return evaluator;
}

async function anOverdueCheck(pool: Pool): Promise<string> {
  const at = Date.now() - 30 * MINUTE;
  const check = await aCheck(pool, { at });
  await recordPings(pool, [anArrival(check, at)], ALONE);
  return check.id;
}

async function statusOf(pool: Pool, check: string): Promise<string> {
  const rows = await pool.query<{ status: string }>("select status from checks where id = $1", [check]);
  return rows[0]?.status ?? "gone";
}

async function lastEvaluated(pool: Pool): Promise<Date | null> {
  const rows = await pool.query<{ at: Date | null }>("select max(evaluated_at) as at from checkers");
  return rows[0]?.at ?? null;
}

async function wakeAtOf(pool: Pool, check: string): Promise<number> {
  const rows = await pool.query<{ wake_at: Date | null }>("select wake_at from checks where id = $1", [
    check,
  ]);
  return rows[0]?.wake_at?.getTime() ?? 0;
}
