import { randomUUID } from "node:crypto";

import {
  ALONE,
  commitCheckpoint,
  evaluateDue,
  readProblems,
  readWatermark,
  recentOutages,
  recordPings,
} from "@overdue/db";
import { aCheck, anArrival, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

const MINUTE = 60_000;
const AHEAD = 90 * MINUTE;
const database = await testDatabase();
const { pool } = database;
afterAll(database.drop);

// The database's own clock cannot be set here: what lies ahead of it was stamped before it was set back.
test("after the clock was set back, what lies ahead is drawn back, once and on record", async () => {
  const wrong = Date.now() + AHEAD;
  const receiverId = randomUUID();
  const { projectId } = await aProject(pool);
  const settings = { schedule: { kind: "interval", everySeconds: 120 }, graceSeconds: 60 } as const;
  const check = await aCheck(pool, { projectId, at: wrong - 60 * MINUTE, settings });
  await recordPings(pool, [anArrival(check, wrong)], ALONE);
  await pool.query("insert into receivers (id, started_at, checkpoint_at) values ($1, now(), $2)", [
    receiverId,
    new Date(wrong),
  ]);
  await pool.query("insert into checkers (id, started_at, evaluated_at) values ($1, now(), $2)", [
    randomUUID(),
    new Date(wrong),
  ]);
  await pool.query("insert into rate_limits (name, free_at) values ('telegram', $1)", [
    new Date(wrong + MINUTE),
  ]);

  const heartbeat = { receiverId, startedAt: wrong - AHEAD };
  // The receiver itself still goes by the old time when it marks for the first time.
  expect(await commitCheckpoint(pool, { ...heartbeat, acceptedAt: wrong + 1_000 })).toMatchObject({
    wasSetBack: true,
    endedOutage: false,
  });
  expect(await commitCheckpoint(pool, { ...heartbeat, acceptedAt: Date.now() })).toMatchObject({
    wasSetBack: false,
    endedOutage: false,
  });
  const outages = await recentOutages(pool);
  expect(outages).toMatchObject([{ setBackMs: expect.any(Number) }]);
  expect(Math.abs((outages[0]?.setBackMs ?? 0) - AHEAD)).toBeLessThan(MINUTE);
  const ahead = await pool.query(
    `select 1 from receivers where checkpoint_at > clock_timestamp()
      union all select 1 from checkers where evaluated_at > clock_timestamp()
      union all select 1 from rate_limits where free_at > clock_timestamp() + interval '2 minutes'`,
  );
  expect(ahead).toEqual([]);

  const { warnings } = await readProblems(pool);
  expect(warnings).toEqual([expect.stringMatching(/clock was set back by 90 min at .* UTC/)]);

  const watermark = (await readWatermark(pool)) ?? 0;
  await evaluateDue(pool, { watermark, outages, limit: 10 }, fail);
  const rows = await pool.query<{ deadline: number; status: string }>(
    "select (extract(epoch from deadline_at) * 1000)::float8 as deadline, status from checks where id = $1",
    [check.id],
  );
  expect(rows).toEqual([{ deadline: watermark + 3 * MINUTE, status: "up" }]);
  await pool.query("update checks set wake_at = to_timestamp($1::float8 / 1000) where id = $2", [
    watermark,
    check.id,
  ]);
  await evaluateDue(pool, { watermark: watermark + 4 * MINUTE, outages, limit: 10 }, fail);
  const flips = await pool.query("select reason from flips where check_id = $1 and to_status = 'down'", [
    check.id,
  ]);
  expect(flips).toEqual([{ reason: "missed" }]);
});

function fail(_: string, error: unknown): void {
  throw error;
}
