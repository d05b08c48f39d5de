import { type CheckSettings, type Instant, fold, newCheck } from "@overdue/core";
import type { PoolClient } from "pg";

/** What a new check is given besides its settings. */
export type NewCheck = {
  projectId: string;
  name: string;
  slug: string;
  settings: CheckSettings;
  at: Instant;
};

/** Inserts a check that has not been heard of, with the first instant at which time matters for it. Answers its id. */
export async function insertCheck(client: PoolClient, given: NewCheck): Promise<string> {
  const { check, nextAt } = fold(newCheck("", given.at, given.settings), { kind: "time", now: given.at });
  const { settings, state } = check;
  const { rows } = await client.query<{ id: string }>(
    `insert into checks (project_id, name, slug, created_at, schedule, grace_seconds, manual_resume,
                         early_margin_seconds, jitter_seconds, max_runtime_seconds, min_runtime_seconds,
                         progress_extends, overlap, host_duplicates, too_often, tolerance, recover_after,
                         alert_before_first_ping, status, deadline_seq, expected_at, deadline_at, memory, wake_at)
     values ($1, $2, $3, to_timestamp($4::float8 / 1000), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             $18, $19, $20, to_timestamp($21::float8 / 1000), to_timestamp($22::float8 / 1000), $23,
             to_timestamp($24::float8 / 1000))
     returning id`,
    [
      given.projectId,
      given.name,
      given.slug,
      given.at,
      json(settings.schedule),
      settings.graceSeconds,
      settings.manualResume,
      settings.earlyMarginSeconds,
      settings.jitterSeconds,
      settings.maxRuntimeSeconds,
      settings.minRuntimeSeconds,
      settings.progressExtends,
      settings.overlap,
      settings.hostDuplicates,
      json(settings.tooOften),
      json(settings.tolerance),
      settings.recoverAfter,
      settings.alertBeforeFirstPing,
      state.status,
      state.deadlineSeq,
      state.expectedAt,
      state.deadlineAt,
      json(state.memory),
      nextAt,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("The check was not inserted.");
  return row.id;
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
