import { randomUUID } from "node:crypto";

import { defaultSettings, newCheck, nextAt } from "@overdue/core";
import { createCheck, createProject, type Db, findUserByEmail, type Pool } from "@overdue/db";

const SLOTS = 30;

/** Creates a project of this account with `count` hourly checks, each with its last slots. @returns the project's id */
export async function fillProject(
  { db, pool }: { db: Db; pool: Pool },
  { email, count }: { email: string; count: number },
): Promise<string> {
  const owner = await findUserByEmail(db, email);
  const { id } = await createProject(db, { name: `${count} checks`, ownerId: owner?.id ?? null });
  for (let number = 0; number < count; number += 1) await createOne(db, id, number);
  await fillSlots(pool, id);
  return id;
}

async function createOne(db: Db, projectId: string, number: number): Promise<void> {
  const schedule = { kind: "cron", expression: `${number % 60} * * * *`, timezone: "UTC" } as const;
  const check = newCheck(randomUUID(), Date.now(), { ...defaultSettings, schedule });
  const details = { name: `job number ${number}`, tags: `host${number % 40} nightly` };
  await createCheck(db, { projectId, details, check, nextAt: nextAt(check), channelIds: "all" });
}

/** Thirty slots with their runs for each check, one in twenty late, one in fifty missed. */
async function fillSlots(pool: Pool, projectId: string): Promise<void> {
  await pool.query(
    `insert into runs (project_id, check_id, id, started_at, ended_at, heard_at, outcome, duration_ms, exit_status)
     select c.project_id, c.id, gen_random_uuid(), due, due + interval '1 minute', due + interval '1 minute', 'success',
            (40000 + random() * 30000)::int, 0
       from checks c, generate_series(date_trunc('hour', now()) - interval '${SLOTS} hours', now(), '1 hour') due
      where c.project_id = $1`,
    [projectId],
  );
  await pool.query(
    `insert into slots (project_id, check_id, due_at, outcome, decided_at, late_ms, run_id)
     select project_id, check_id, started_at,
            case when random() < 0.02 then 'missed' when random() < 0.05 then 'late' else 'on-time' end,
            started_at, 900, id from runs where project_id = $1`,
    [projectId],
  );
  await pool.query(
    `update checks set last_ping_at = now() - random() * interval '1 hour' where project_id = $1`,
    [projectId],
  );
  await pool.query("analyze slots, runs, checks", []);
}
