import type { MaintenanceWindow } from "@overdue/core";
import { DAY_MS, type Instant } from "@overdue/schedules";

import { STORED_CHECK, storedCheck, type StoredCheckRow } from "../checks/check-row.ts";
import { inTransaction, openDb, type Pool, type PoolClient } from "../database.ts";
import { readReception } from "../receivers/awaited.ts";
import { advance, applyOutages, type Change, changeOf } from "../transitions/change.ts";
import { writeChanges } from "../transitions/write.ts";
import { windowsByCheck } from "./windows.ts";

const CHECKS_AT_ONCE_MAX = 200;
const PROJECTS_AT_ONCE_MAX = 20;
const BEFORE_FIRST_ID = "00000000-0000-0000-0000-000000000000";
type Row = StoredCheckRow & { tags: string };

/**
 * Applies the windows of a project to its checks, some at a time so that no ping waits long. Deadlines before `at` are
 * evaluated by the earlier windows. Doing it twice changes nothing, so `applyPendingWindows` does it again after an interruption.
 */
export async function applyWindows(pool: Pool, projectId: string, at: Instant): Promise<void> {
  const version = await windowsVersion(pool, projectId);
  let after = BEFORE_FIRST_ID;
  for (let more = true; more;) {
    const batch = { projectId, after, at, limit: CHECKS_AT_ONCE_MAX, isFolded: true };
    const ids = await inTransaction(pool, (client) => applyBatch(client, batch)).catch(() =>
      applyOneByOne(pool, batch),
    );
    after = ids.at(-1) ?? after;
    more = ids.length === CHECKS_AT_ONCE_MAX;
  }
  // If the windows have changed meanwhile, some checks may lack that change; applying the newer version corrects them.
  await pool.query("update projects set windows_applied = greatest(windows_applied, $2) where id = $1", [
    projectId,
    version,
  ]);
}

/**
 * Applies the windows of projects where that was interrupted after a change. @returns how many projects those were
 */
export async function applyPendingWindows(pool: Pool, at: Instant): Promise<number> {
  const rows = await pool.query<{ id: string }>(
    `select id from projects where windows_version <> windows_applied and deleted_at is null limit ${PROJECTS_AT_ONCE_MAX}`,
  );
  for (const { id } of rows) await applyWindows(pool, id, at);
  return rows.length;
}

async function windowsVersion(pool: Pool, projectId: string): Promise<number> {
  const rows = await pool.query<{ version: number }>(
    "select windows_version as version from projects where id = $1",
    [projectId],
  );
  return rows[0]?.version ?? 0;
}

type Batch = { projectId: string; after: string; at: Instant; limit: number; isFolded: boolean };

/** Applies the windows check by check: one that cannot be folded must not stop the others, and gets them without being folded. */
async function applyOneByOne(pool: Pool, batch: Batch): Promise<string[]> {
  const done: string[] = [];
  for (let more = true; more && done.length < batch.limit;) {
    const one = { ...batch, after: done.at(-1) ?? batch.after, limit: 1 };
    const ids = await inTransaction(pool, (client) => applyBatch(client, one)).catch(() =>
      inTransaction(pool, (client) => applyBatch(client, { ...one, isFolded: false })),
    );
    done.push(...ids);
    more = ids.length > 0;
  }
  return done;
}

async function applyBatch(
  client: PoolClient,
  { projectId, after, at, limit, isFolded }: Batch,
): Promise<string[]> {
  const rows = await client.query<Row>(
    `select ${STORED_CHECK}, tags from checks
      where project_id = $1 and id > $2 and deleted_at is null order by id limit $3 for update`,
    [projectId, after, limit],
  );
  const windowsOf = await windowsByCheck(openDb(client), projectId);
  const changed = rows.flatMap((row) => {
    const windows = windowsOf(row).filter((window) => isStillNeeded(window, row, at));
    return isSame(row.maintenance ?? [], windows) ? [] : [{ row, windows }];
  });
  if (changed.length > 0 && isFolded) await write(client, changed, at);
  if (changed.length > 0) await storeWindows(client, changed);
  return rows.map(({ id }) => id);
}

type ChangedCheck = { row: Row; windows: readonly MaintenanceWindow[] };

async function write(client: PoolClient, changed: readonly ChangedCheck[], at: Instant): Promise<void> {
  const { watermark, outages, now } = await readReception(client);
  // As after any act of a person, deadlines beyond the watermark are not evaluated: pings before them may be under way.
  const knownUntil = watermark ?? 0;
  const changes = changed.map(({ row, windows }): Change => {
    const change = changeOf(storedCheck(row));
    applyOutages(change, outages, now);
    advance(change, { kind: "maintenance", at, windows, knownUntil });
    return change;
  });
  await writeChanges(client, changes);
}

/** Copies the windows to each check. */
async function storeWindows(client: PoolClient, changed: readonly ChangedCheck[]): Promise<void> {
  const rows = changed.map(({ row, windows }) => ({
    id: row.id,
    windows: windows.length === 0 ? null : windows,
  }));
  await client.query(
    `update checks c set maintenance = nullif(x.windows, 'null'::jsonb)
       from json_to_recordset($1::json) as x(id uuid, windows jsonb) where c.id = x.id`,
    [JSON.stringify(rows)],
  );
}

/** A window that has ended stays with a check for as long as a deadline that was due in it may still lie ahead. */
function isStillNeeded({ rule }: MaintenanceWindow, row: Row, at: Instant): boolean {
  if (rule.kind !== "once") return true;
  const waitsMs = (row.graceSeconds + row.jitterSeconds) * 1000 + DAY_MS;
  return rule.until + waitsMs > at;
}

function isSame(one: readonly MaintenanceWindow[], other: readonly MaintenanceWindow[]): boolean {
  const texts = [one, other].map((windows) => windows.map(textOf).toSorted().join("\n"));
  return texts[0] === texts[1];
}

/** Text to compare windows by, with sorted keys: the database stores keys in an order of its own. */
function textOf({ rule, stoppedAt }: MaintenanceWindow): string {
  return JSON.stringify([Object.entries(rule).toSorted(([a], [b]) => (a < b ? -1 : 1)), stoppedAt]);
}
