import type { MaintenanceWindow } from "@overdue/core";
import { DAY_MS, type Instant } from "@overdue/schedules";

import { STORED_CHECK, storedCheck, type StoredCheckRow } from "../checks/check-row.ts";
import { inTransaction, openDb, type Pool, type PoolClient } from "../database.ts";
import { readWatermark, recentOutages } from "../receivers/checkpoint.ts";
import { advance, applyOutages, type Change, changeOf } from "../transitions/change.ts";
import { writeChanges } from "../transitions/write.ts";
import { windowsByCheck } from "./windows.ts";

const CHECKS_AT_ONCE = 200;
const PROJECTS_AT_ONCE = 20;
const FIRST = "00000000-0000-0000-0000-000000000000";
/** A window that ended stays on its checks for as long as something due in it may still be waited for. */
type Row = StoredCheckRow & { tags: string };

/**
 * Lets the checks of a project know which windows hold for them now, some at a time so that no ping waits long. Deadlines
 * before `at` are evaluated by the windows of before. Doing it again changes nothing, so what breaks off is done again by
 * `applyLeftWindows`.
 */
export async function applyWindows(pool: Pool, projectId: string, at: Instant): Promise<void> {
  const version = await windowsVersion(pool, projectId);
  let after = FIRST;
  for (let more = true; more;) {
    const some = { projectId, after, at, limit: CHECKS_AT_ONCE, isFolded: true };
    const ids = await inTransaction(pool, (client) => applySome(client, some)).catch(() =>
      applyOneByOne(pool, some),
    );
    after = ids.at(-1) ?? after;
    more = ids.length === CHECKS_AT_ONCE;
  }
  // A later change of the windows may be missing in checks that were written meanwhile; applying that change mends it.
  await pool.query("update projects set windows_applied = greatest(windows_applied, $2) where id = $1", [
    projectId,
    version,
  ]);
}

/**
 * Tells the checks of projects whose windows were changed by somebody who did not come to tell them. Answers how many
 * projects those were.
 */
export async function applyLeftWindows(pool: Pool, at: Instant): Promise<number> {
  const rows = await pool.query<{ id: string }>(
    `select id from projects where windows_version <> windows_applied and deleted_at is null limit ${PROJECTS_AT_ONCE}`,
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

type Some = { projectId: string; after: string; at: Instant; limit: number; isFolded: boolean };

/** A check that cannot be folded must not stop the others: it gets the windows without being folded. */
async function applyOneByOne(pool: Pool, some: Some): Promise<string[]> {
  const done: string[] = [];
  for (let more = true; more && done.length < some.limit;) {
    const one = { ...some, after: done.at(-1) ?? some.after, limit: 1 };
    const ids = await inTransaction(pool, (client) => applySome(client, one)).catch(() =>
      inTransaction(pool, (client) => applySome(client, { ...one, isFolded: false })),
    );
    done.push(...ids);
    more = ids.length > 0;
  }
  return done;
}

async function applySome(
  client: PoolClient,
  { projectId, after, at, limit, isFolded }: Some,
): Promise<string[]> {
  const rows = await client.query<Row>(
    `select ${STORED_CHECK}, tags from checks
      where project_id = $1 and id > $2 and deleted_at is null order by id limit $3 for update`,
    [projectId, after, limit],
  );
  const windowsOf = await windowsByCheck(openDb(client), projectId);
  const changed = rows.flatMap((row) => {
    const windows = windowsOf(row).filter((window) => matters(window, row, at));
    return isSame(row.maintenance ?? [], windows) ? [] : [{ row, windows }];
  });
  if (changed.length > 0 && isFolded) await write(client, changed, at);
  if (changed.length > 0) await storeWindows(client, changed);
  return rows.map(({ id }) => id);
}

type Changed = { row: Row; windows: readonly MaintenanceWindow[] };

async function write(client: PoolClient, changed: readonly Changed[], at: Instant): Promise<void> {
  const outages = await recentOutages(client);
  // As for any act of a person: pings before a deadline may be under way.
  const watermark = await readWatermark(client);
  const knownUntil = watermark ?? 0;
  const changes = changed.map(({ row, windows }): Change => {
    const change = changeOf(storedCheck(row));
    applyOutages(change, outages, watermark ?? Infinity);
    advance(change, { kind: "maintenance", at, windows, knownUntil });
    return change;
  });
  await writeChanges(client, changes);
}

/** Keeps the windows with each check. */
async function storeWindows(client: PoolClient, changed: readonly Changed[]): Promise<void> {
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

function matters({ rule }: MaintenanceWindow, row: Row, at: Instant): boolean {
  if (rule.kind !== "once") return true;
  const waitsMs = (row.graceSeconds + row.jitterSeconds) * 1000 + DAY_MS;
  return rule.until + waitsMs > at;
}

function isSame(one: readonly MaintenanceWindow[], other: readonly MaintenanceWindow[]): boolean {
  const texts = [one, other].map((windows) => windows.map(textOf).toSorted().join("\n"));
  return texts[0] === texts[1];
}

/** Whatever order the keys stand in: the database keeps its own. */
function textOf({ rule, stoppedAt }: MaintenanceWindow): string {
  return JSON.stringify([Object.entries(rule).toSorted(([a], [b]) => (a < b ? -1 : 1)), stoppedAt]);
}
