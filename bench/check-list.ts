import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

import { defaultSettings, newCheck, nextAt } from "@overdue/core";
import { createCheck, createProject, deleteProject, listOverviews, type Pool } from "@overdue/db";

import { overviewView } from "../apps/api/src/checks/overview-routes.ts";
import { withInstance } from "../apps/supervisor/src/admin/instance.ts";

/**
 * "npm run bench:check-list": how long the list of a project's checks takes to read, and how large it is when packed.
 * Fails where the list of 1,000 checks is larger than 60 kB. Works on the instance that the environment names, in a project of its own.
 */
const { values } = parseArgs({ options: { checks: { type: "string", default: "1000" } } });
const COUNT = Number(values.checks);
const SLOTS = 30;
const ROUNDS = 7;
const PACKED_BYTES_MAX = 60_000 * (COUNT / 1_000);

await withInstance(process.env, async ({ db, pool }) => {
  const { id: projectId } = await createProject(db, { name: "bench", ownerId: null });
  try {
    for (let number = 0; number < COUNT; number += 1) await createOne(number);
    await fillSlots(pool, projectId);
    const times: number[] = [];
    let packed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now();
      const overviews = await listOverviews({ db, pool }, { projectId, ids: null }, SLOTS);
      const read = performance.now();
      const text = JSON.stringify({ items: overviews.map((one) => overviewView(one, Date.now())) });
      times.push(read - start);
      packed = gzipSync(text, { level: 5 }).length;
      process.stdout.write(
        `read ${Math.round(read - start)} ms, made ${Math.round(performance.now() - read)} ms, ${text.length} bytes, packed ${packed}\n`,
      );
    }
    const median = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
    process.stdout.write(`${COUNT} checks: read in ${Math.round(median)} ms, packed ${packed} bytes\n`);
    if (packed > PACKED_BYTES_MAX) process.exitCode = 1;
  } finally {
    await deleteProject(db, projectId);
  }

  async function createOne(number: number): Promise<void> {
    const schedule = { kind: "cron", expression: `${number % 60} * * * *`, timezone: "UTC" } as const;
    const check = newCheck(randomUUID(), Date.now(), { ...defaultSettings, schedule });
    const details = { name: `job number ${number}`, tags: `host${number % 40} nightly` };
    await createCheck(db, { projectId, details, check, nextAt: nextAt(check), channelIds: "all" });
  }
});

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
  await pool.query("analyze slots, runs", []);
}
