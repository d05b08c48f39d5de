import { randomUUID } from "node:crypto";

import { type Check, RouteInput, defaultSettings, fold, newCheck, nextAt } from "@overdue/core";
import { type Db, type Pool, createCheck, createProject, createRoute, openDb } from "@overdue/db";

const EVERY_SECONDS = 3_600;
const GRACE_SECONDS = 600;

/**
 * Creates a project of `count` checks that are due hourly, and returns the UUIDs of their ping URLs. `deadlineInMs`: when all
 * their deadlines pass, in milliseconds from now; without it, the checks have never been pinged.
 */
export async function makeChecks(
  pool: Pool,
  count: number,
  { deadlineInMs }: { deadlineInMs?: number } = {},
): Promise<{ projectId: string; pingUuids: string[]; deadlineAt: number }> {
  const db = openDb(pool);
  const { id: projectId } = await createProject(db, { name: "bench", ownerId: null });
  const schedule = { kind: "interval", everySeconds: EVERY_SECONDS } as const;
  const settings = { ...defaultSettings, schedule, graceSeconds: GRACE_SECONDS };
  const deadlineAt = Date.now() + (deadlineInMs ?? 0);
  for (let number = 0; number < count; number += 1) {
    const made = newCheck(randomUUID(), deadlineAt - 2 * (EVERY_SECONDS + GRACE_SECONDS) * 1_000, settings);
    const check = deadlineInMs === undefined ? made : pingBefore(made, deadlineAt);
    const details = { name: `bench ${number}` };
    await createCheck(db, { projectId, details, check, nextAt: nextAt(check), channelIds: [] });
  }
  const rows = await pool.query<{ id: string }>("select ping_uuid as id from checks where project_id = $1", [
    projectId,
  ]);
  return { projectId, pingUuids: rows.map(({ id }) => id), deadlineAt };
}

/** Folds a success after which the deadline of the check is `deadlineAt`. */
function pingBefore(check: Check, deadlineAt: number): Check {
  const at = deadlineAt - (EVERY_SECONDS + GRACE_SECONDS) * 1_000;
  const ping = { id: randomUUID(), kind: "success", at, rid: null, exitStatus: null } as const;
  return fold(check, { kind: "ping", ping: { ...ping, host: null, digest: null } }).check;
}

/** Copies a check of the project, with its state, until there are `count` copies: `perProject` of them here and in each new project. */
export async function copyChecks(
  superuser: Pool,
  projectId: string,
  { count, perProject }: { count: number; perProject: number },
): Promise<void> {
  const projectIds = [projectId];
  while (projectIds.length * perProject < count)
    projectIds.push((await createProject(openDb(superuser), { name: "bench", ownerId: null })).id);
  await superuser.query(
    `insert into checks select copy.* from (select * from checks where project_id = ($1::uuid[])[1] limit 1) c,
       generate_series(1, $2::int) n,
       jsonb_populate_record(null::checks, to_jsonb(c) || jsonb_build_object(
         'project_id', ($1::uuid[])[1 + (n - 1) / $3::int], 'name', 'bench ' || n,
         'id', gen_random_uuid(), 'ping_uuid', gen_random_uuid(), 'badge_uuid', gen_random_uuid())) copy`,
    [projectIds, count, perProject],
  );
  await superuser.query("vacuum analyze checks");
}

/**
 * Fills the log of each check of a project with `perCheck` hourly pings up to now, and adds their runs and slots. Null: of all
 * projects, including the instance's own, whose check already has some.
 */
export async function fillLogs(superuser: Pool, projectId: string | null, perCheck: number): Promise<void> {
  await superuser.query(
    `insert into pings (project_id, check_id, number, id, kind, received_at, scheme, method, remote_address, user_agent)
     select project_id, id, number, gen_random_uuid(), 'success',
            now() - ($2::int + 1 - number) * interval '1 hour', 'http', 'GET', '203.0.113.7', 'curl/8.5.0'
       from checks, generate_series(1, $2::int) number where project_id = coalesce($1, project_id)
     on conflict do nothing`,
    [projectId, perCheck],
  );
  await superuser.query(
    `insert into runs (project_id, check_id, id, ended_at, heard_at, outcome, host)
     select project_id, check_id, id, received_at, received_at, 'success', '203.0.113.7'
       from pings where project_id = coalesce($1, project_id)
     on conflict do nothing`,
    [projectId],
  );
  await superuser.query(
    `insert into slots (project_id, check_id, due_at, outcome, decided_at, late_ms, run_id)
     select project_id, check_id, received_at, 'on-time', received_at, 0, id
       from pings where project_id = coalesce($1, project_id)
     on conflict do nothing`,
    [projectId],
  );
  await superuser.query(
    "update checks set ping_count = $2::int where project_id = coalesce($1, project_id) and ping_count <> $2::int",
    [projectId, perCheck],
  );
  await superuser.query("vacuum analyze pings, runs, slots, checks");
  await superuser.query("checkpoint");
}

/** Adds a route that notifies a person of each run. `personId`: a person without channels. */
export async function addListeningRoute(db: Db, projectId: string, personId: string): Promise<void> {
  const notifyOn = { changes: false, failures: false, runs: true, notices: false };
  const steps = [{ afterMinutes: 0, targets: [{ kind: "person", personId }] }];
  await createRoute(db, projectId, RouteInput.parse({ name: "runs", notifyOn, steps }));
}
