import { randomUUID } from "node:crypto";

import { RouteInput, defaultSettings, newCheck, nextAt } from "@overdue/core";
import { type Db, type Pool, createCheck, createProject, createRoute } from "@overdue/db";

const EVERY_SECONDS = 3_600;
const GRACE_SECONDS = 600;

/** Makes a project of `count` checks that are due hourly; answers the secrets of their ping URLs. */
export async function makeChecks(
  db: Db,
  pool: Pool,
  count: number,
): Promise<{ projectId: string; pingUuids: string[] }> {
  const { id: projectId } = await createProject(db, { name: "bench", ownerId: null });
  const schedule = { kind: "interval", everySeconds: EVERY_SECONDS } as const;
  const settings = { ...defaultSettings, schedule, graceSeconds: GRACE_SECONDS };
  for (let number = 0; number < count; number += 1) {
    const check = newCheck(randomUUID(), Date.now(), settings);
    const details = { name: `bench ${number}` };
    await createCheck(db, { projectId, details, check, nextAt: nextAt(check), channelIds: [] });
  }
  const rows = await pool.query<{ id: string }>("select ping_uuid as id from checks where project_id = $1", [
    projectId,
  ]);
  return { projectId, pingUuids: rows.map(({ id }) => id) };
}

/** Fills the ping log of each check with `perCheck` pings of the last days, and the runs and slots that they made. */
export async function fillLogs(superuser: Pool, projectId: string, perCheck: number): Promise<void> {
  // Copied rows point at checks that exist: without the triggers of foreign keys this takes a third of the time.
  await superuser.query("set session_replication_role = replica");
  await superuser.query(
    `insert into pings (project_id, check_id, number, id, kind, received_at, scheme, method, remote_address, user_agent)
     select project_id, id, number, gen_random_uuid(), 'success',
            now() - ($2::int + 1 - number) * interval '1 hour', 'http', 'GET', '203.0.113.7', 'curl/8.5.0'
       from checks, generate_series(1, $2::int) number where project_id = $1`,
    [projectId, perCheck],
  );
  await superuser.query(
    `insert into runs (project_id, check_id, id, ended_at, heard_at, outcome, host)
     select project_id, check_id, id, received_at, received_at, 'success', '203.0.113.7'
       from pings where project_id = $1`,
    [projectId],
  );
  await superuser.query(
    `insert into slots (project_id, check_id, due_at, outcome, decided_at, late_ms, run_id)
     select project_id, check_id, received_at, 'on-time', received_at, 0, id from pings where project_id = $1`,
    [projectId],
  );
  await superuser.query("update checks set ping_count = $2::int where project_id = $1", [
    projectId,
    perCheck,
  ]);
  await superuser.query("vacuum analyze pings, runs, slots, checks");
  await superuser.query("checkpoint");
}

/** A route that notifies of each run, with a target that nobody is behind. */
export async function addListeningRoute(db: Db, projectId: string, personId: string): Promise<void> {
  const notifyOn = { changes: false, failures: false, runs: true, notices: false };
  const steps = [{ afterMinutes: 0, targets: [{ kind: "person", personId }] }];
  await createRoute(db, projectId, RouteInput.parse({ name: "runs", notifyOn, steps }));
}
