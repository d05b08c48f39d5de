import { RouteInput } from "@overdue/core";
import { aCheck, testDatabase } from "@overdue/testkit";
import { DAY_MS } from "@overdue/schedules";
import { afterAll, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { notifyFindings } from "./notify-check-events.ts";
import { createRoute } from "./route-rows.ts";

const database = await testDatabase();
const { pool } = database;
afterAll(database.drop);

const NOW = Date.parse("2026-11-20T00:30:00Z");

test("a job that runs in another zone than its schedule names is notified once, in the hour of its turn", async () => {
  const schedule = { kind: "cron" as const, expression: "30 2 * * *", timezone: "Asia/Tokyo" };
  const check = await aCheck(pool, { settings: { schedule } });
  const chat = await addChannel(check.projectId);
  await createRoute(
    openDb(pool),
    check.projectId,
    RouteInput.parse({
      name: "doctor",
      notifyOn: { changes: false, notices: true },
      steps: [{ afterMinutes: 0, targets: [{ kind: "channel", channelId: chat }] }],
    }),
  );
  await pool.query(
    `insert into runs (project_id, check_id, id, ended_at, heard_at, outcome, overlong, guessed)
     select $1, $2, gen_random_uuid(), at, at, 'success', false, false
       from generate_series('2026-10-20 02:30:00Z'::timestamptz, '2026-11-19 02:30:00Z'::timestamptz, '1 day') at`,
    [check.projectId, check.id],
  );
  let looked = 0;
  for (let hour = 0; hour < 24; hour += 1) looked += await notifyFindings(pool, NOW + (hour * DAY_MS) / 24);
  expect(looked).toBe(1);
  const twice = Array.from({ length: 24 }, (_, hour) => notifyFindings(pool, NOW + (hour * DAY_MS) / 24));
  await Promise.all(twice);
  const rows = await pool.query(
    "select channel_id, kind, payload ->> 'finding' as finding from deliveries where check_id = $1",
    [check.id],
  );
  expect(rows).toEqual([{ channel_id: chat, kind: "notice", finding: "wrong-time-zone" }]);
});

async function addChannel(projectId: string): Promise<string> {
  const rows = await pool.query<{ id: string }>(
    "insert into channels (project_id, kind, name, settings, hint) values ($1, 'webhook', 'chat', 'x', 'x') returning id",
    [projectId],
  );
  return rows[0]?.id ?? "";
}
