import type { Instant } from "@overdue/schedules";

import { STORED_CHECK, storedCheck, type StoredCheckRow } from "../checks/check-row.ts";
import { inTransaction, type Pool, type PoolClient } from "../database.ts";
import type { Outage } from "../receivers/outages.ts";
import { quarantine } from "../quarantine/quarantine.ts";
import { epochMs } from "../sql-fragments.ts";
import { advance, applyOutages, type Change, changeOf } from "./change.ts";
import { writeChanges } from "./write.ts";

/** `now`: the database's clock, by which it is known that it was set back; left out: the watermark. */
export type Evaluation = {
  watermark: Instant;
  now?: Instant;
  outages: readonly Outage[];
  limit: number;
};

/** `evaluated`: how many checks were due. `changed`: those that changed, for the pages that show them. */
export type Evaluated = { evaluated: number; changed: { projectId: string; checkId: string }[] };

/**
 * Evaluates the checks that are due up to the watermark; several checkers may do so at once. If one check cannot be
 * evaluated, the batch is tried check by check, and only that check is put aside; `onPoison` is called for it.
 */
export async function evaluateDue(
  pool: Pool,
  evaluation: Evaluation,
  onPoison: (checkId: string, error: unknown) => void,
): Promise<Evaluated> {
  try {
    return await inTransaction(pool, async (client) =>
      evaluateRows(client, evaluation, await lockDue(client, evaluation)),
    );
  } catch {
    return evaluateOneByOne(pool, evaluation, onPoison);
  }
}

async function lockDue(client: PoolClient, { watermark, limit }: Evaluation): Promise<StoredCheckRow[]> {
  const rows = await client.query<StoredCheckRow>(
    `select ${STORED_CHECK} from checks
            where wake_at <= to_timestamp($1::float8 / 1000) and deleted_at is null
            order by wake_at limit $2 for update skip locked`,
    [watermark, limit],
  );
  return rows;
}

async function evaluateRows(
  client: PoolClient,
  evaluation: Evaluation,
  rows: StoredCheckRow[],
): Promise<Evaluated> {
  const changes = rows.map((row) => evaluate(row, evaluation));
  await writeChanges(client, changes);
  const changed = changes.filter((change) => change.effects.length > 0);
  return {
    evaluated: rows.length,
    changed: changed.map(({ stored, check }) => ({ projectId: stored.projectId, checkId: check.id })),
  };
}

function evaluate(row: StoredCheckRow, { watermark, outages, now = watermark }: Evaluation): Change {
  const change = changeOf(storedCheck(row));
  applyOutages(change, outages, now);
  advance(change, { kind: "time", now: watermark });
  return change;
}

async function evaluateOneByOne(
  pool: Pool,
  evaluation: Evaluation,
  onPoison: (checkId: string, error: unknown) => void,
): Promise<Evaluated> {
  const rows = await pool.query<{ id: string }>(
    `select id from checks where wake_at <= to_timestamp($1::float8 / 1000) and deleted_at is null
      order by wake_at limit $2`,
    [evaluation.watermark, evaluation.limit],
  );
  const all: Evaluated = { evaluated: 0, changed: [] };
  for (const { id } of rows) {
    const one = await evaluateOne(pool, evaluation, id).catch(async (error: unknown) => {
      await quarantine(pool, { kind: "check", id }, error);
      onPoison(id, error);
      return { evaluated: 1, changed: [] };
    });
    all.evaluated += one.evaluated;
    all.changed.push(...one.changed);
  }
  return all;
}

function evaluateOne(pool: Pool, evaluation: Evaluation, id: string): Promise<Evaluated> {
  return inTransaction(pool, async (client) => {
    const rows = await client.query<StoredCheckRow>(
      `select ${STORED_CHECK} from checks where id = $1 and deleted_at is null for update skip locked`,
      [id],
    );
    return evaluateRows(client, evaluation, rows);
  });
}

/** The next instant at which any check must be evaluated; null when none waits. */
export async function nextWakeAt(pool: Pool): Promise<Instant | null> {
  const rows = await pool.query<{ at: Instant | null }>(
    `select ${epochMs("min(wake_at)")} as at from checks
            where wake_at is not null and deleted_at is null`,
    [],
  );
  return rows[0]?.at ?? null;
}
