import { randomUUID } from "node:crypto";

import { defaultSettings, fold, newCheck } from "@overdue/core";
import { sql } from "drizzle-orm";

import { insertCheck } from "../checks/insert-check.ts";
import type { Db, Tx } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import type { SelfTestCheck } from "./self-test.ts";

/** The instance fact with the check's id. */
const CHECK = "backup-check";
/** The instance fact with the time of day that the check expects, and since when it knows it. */
const TIME = "backup-time";
/** The instance fact with the end of the newest backup; its value is a `BackupEnd`. */
const END = "backup-end";
/** The instance fact that a backup was begun. */
const BEGUN = "backup-begun";

/** A backup may begin late on a machine that was off, and a large one takes its time. */
const GRACE_SECONDS = 2 * 3_600;

/**
 * Finds the check that the daily backup pings, or creates it in the project of the self-test; `time`: `HH:MM` in UTC. A check
 * for another time is replaced.
 */
export async function ensureBackupCheck(
  db: Db,
  { projectId }: Pick<SelfTestCheck, "projectId">,
  time: string,
): Promise<SelfTestCheck> {
  return db.transaction(async (tx) => {
    await tx.execute(lockUntilCommit("selfTest"));
    const known = await findBackupCheck(tx, time);
    if (known !== null) return known;
    await deleteCheck(tx);
    const [hour, minute] = time.split(":").map(Number);
    const settings = {
      ...defaultSettings,
      schedule: {
        kind: "cron" as const,
        expression: `${minute} ${hour} * * *`,
        scheduler: "overdue" as const,
        timezone: "UTC",
      },
      graceSeconds: GRACE_SECONDS,
    };
    const now = Date.now();
    const { check, nextAt } = fold(newCheck(randomUUID(), now, settings), { kind: "time", now });
    const row = await insertCheck(tx, {
      projectId,
      check,
      details: { name: "backup" },
      nextAt,
      channelIds: [],
    });
    await storeFact(tx, CHECK, row.id);
    await storeFact(tx, TIME, time);
    return { projectId, checkId: row.id, pingUuid: row.pingUuid };
  });
}

async function findBackupCheck(tx: Tx, time: string): Promise<SelfTestCheck | null> {
  const rows = await tx.execute<SelfTestCheck>(sql`
    select k.project_id as "projectId", k.id as "checkId", k.ping_uuid as "pingUuid"
    from instance_facts f join checks k on k.id = f.value::uuid and k.deleted_at is null
    where f.name = ${CHECK} and exists (select from instance_facts where name = ${TIME} and value = ${time})`);
  return rows[0] ?? null;
}

/** Backups are not made by Overdue itself any more, so that none is missed. */
export async function forgetBackupCheck(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(lockUntilCommit("selfTest"));
    await deleteCheck(tx);
    await tx.execute(sql`delete from instance_facts where name in (${CHECK}, ${TIME}, ${END}, ${BEGUN})`);
  });
}

async function deleteCheck(tx: Tx): Promise<void> {
  await tx.execute(sql`
    update checks set deleted_at = now(), wake_at = null
    where deleted_at is null and id = (select value::uuid from instance_facts where name = ${CHECK})`);
}

async function storeFact(tx: Tx | Db, name: string, value: string): Promise<void> {
  await tx.execute(sql`
    insert into instance_facts (name, value, created_at) values (${name}, ${value}, clock_timestamp())
    on conflict (name) do update set value = excluded.value, created_at = excluded.created_at`);
}

/** Claims the backup that was due at `dueAt`, unless one was begun since. @returns whether the caller is to make it */
export async function claimBackup(db: Db, dueAt: Date): Promise<boolean> {
  const rows = await db.execute(sql`
    insert into instance_facts as f (name, value, created_at) values (${BEGUN}, '', clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at
      where f.created_at < ${dueAt.toISOString()}::timestamptz
    returning name`);
  return rows.length > 0;
}

/** `text`: where it is and how large, or why it failed, in a sentence. */
export type BackupEnd = { ok: boolean; text: string };

/** Stores how the newest backup ended, for the operator's page. */
export async function noteBackupEnd(db: Db, end: BackupEnd): Promise<void> {
  await storeFact(db, END, JSON.stringify(end));
}

/** What is wrong with the daily backup, as one sentence; empty while nothing is, or where none is made. */
export async function backupProblems(db: Db): Promise<string[]> {
  const rows = await db.execute<{ isDown: boolean; end: string | null; at: string | null }>(sql`
    select k.status = 'down' as "isDown", e.value as end,
      to_char(e.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at
    from instance_facts f join checks k on k.id = f.value::uuid and k.deleted_at is null
    left join instance_facts e on e.name = ${END}
    where f.name = ${CHECK}`);
  const [row] = rows;
  if (row === undefined) return [];
  const end = row.end === null ? null : (JSON.parse(row.end) as BackupEnd); // `noteBackupEnd` wrote it
  if (end?.ok === false) return [`The backup of ${row.at} UTC failed: ${end.text}`];
  if (!row.isDown) return [];
  const last = end === null ? "none was made yet" : `the newest is that of ${row.at} UTC`;
  return [`The daily backup is missing: ${last}. Look at BACKUP_DIR and at the log of the checker.`];
}
