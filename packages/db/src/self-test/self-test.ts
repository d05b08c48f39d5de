import { randomUUID, randomUUIDv7 } from "node:crypto";

import { defaultSettings, fold, newCheck } from "@overdue/core";
import { sql } from "drizzle-orm";

import { sealSettings } from "../channels/settings.ts";
import { insertCheck } from "../checks/insert-check.ts";
import type { Db, Tx } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import { createProject } from "../projects/projects.ts";
import { WAITING } from "../schema/delivery-lists.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { SELF_TEST_FACT } from "../sql-fragments.ts";

/** The self-test's check, in a project without members. */
export type SelfTestCheck = { projectId: string; checkId: string; pingUuid: string };

/** The kind of the channel whose messages the checker itself takes. */
export const SELF_TEST_KIND = "self-test";

/** The check is due 60 s after a ping; the checker pings it only every five minutes, so that it misses its deadline. */
const EVERY_SECONDS = 60;
const GRACE_SECONDS = 30;

/** Finds the self-test's check, or creates it with its project and channel. */
export async function ensureSelfTest(db: Db, keyring: Keyring, now: number): Promise<SelfTestCheck> {
  return db.transaction(async (tx) => {
    await tx.execute(lockUntilCommit("selfTest"));
    return (await findSelfTest(tx)) ?? (await createSelfTest(tx, keyring, now));
  });
}

/** The self-test's check; null before a checker has created it. */
export async function findSelfTest(db: Db | Tx): Promise<SelfTestCheck | null> {
  const rows = await db.execute<SelfTestCheck>(sql`
    select k.project_id as "projectId", k.id as "checkId", k.ping_uuid as "pingUuid"
    from instance_facts f join checks k on k.id = f.value::uuid and k.deleted_at is null
    where f.name = ${SELF_TEST_FACT}`);
  return rows[0] ?? null;
}

async function createSelfTest(tx: Tx, keyring: Keyring, now: number): Promise<SelfTestCheck> {
  const { id: projectId } = await createProject(tx, { name: "Overdue watches itself", ownerId: null });
  const settings = {
    ...defaultSettings,
    schedule: { kind: "interval" as const, everySeconds: EVERY_SECONDS },
    graceSeconds: GRACE_SECONDS,
  };
  const { check, nextAt } = fold(newCheck(randomUUID(), now, settings), { kind: "time", now });
  const details = { name: "self-test" };
  const row = await insertCheck(tx, { projectId, check, details, nextAt, channelIds: [] });
  await createSelfTestChannel(tx, keyring, { projectId, checkId: row.id });
  await tx.execute(sql`
    insert into instance_facts (name, value) values (${SELF_TEST_FACT}, ${row.id})
    on conflict (name) do update set value = excluded.value`);
  return { projectId, checkId: row.id, pingUuid: row.pingUuid };
}

async function createSelfTestChannel(
  tx: Tx,
  keyring: Keyring,
  { projectId, checkId }: { projectId: string; checkId: string },
): Promise<void> {
  const channelId = randomUUIDv7();
  const settings = sealSettings(keyring, { projectId, channelId }, {});
  await tx.execute(sql`
    insert into channels (id, project_id, kind, name, settings, hint, internal)
    values (${channelId}, ${projectId}, ${SELF_TEST_KIND}, 'The checker itself', ${settings}, '', true)`);
  await tx.execute(sql`
    insert into check_channels (project_id, check_id, channel_id) values (${projectId}, ${checkId}, ${channelId})`);
}

/** How well alerts get from a missed deadline to their channel. */
export type SelfTestState = {
  /** Seconds since the newest self-test alert arrived; null: none has arrived yet. */
  arrivedAgoSeconds: number | null;
  /** Seconds since the self-test's check was created. */
  knownForSeconds: number;
  /** Seconds that the oldest due delivery of any project has waited; 0 if none is due. */
  deliveryWaitSeconds: number;
};

/** Whether it is time to ping the check, so that it can miss its deadline again. */
export async function isDueToPing(
  db: Db,
  { checkId }: SelfTestCheck,
  everySeconds: number,
): Promise<boolean> {
  const rows = await db.execute<{ due: boolean }>(sql`
    select coalesce(last_ping_at < clock_timestamp() - ${everySeconds} * interval '1 second', true) as due
    from checks where id = ${checkId}`);
  return rows[0]?.due ?? false;
}

export async function readSelfTest(db: Db, { projectId, checkId }: SelfTestCheck): Promise<SelfTestState> {
  const rows = await db.execute<SelfTestState>(sql`
    select
      (select extract(epoch from clock_timestamp() - max(finished_at))::float8 from deliveries
        where project_id = ${projectId} and check_id = ${checkId} and kind = 'down' and state = 'sent')
        as "arrivedAgoSeconds",
      (select extract(epoch from clock_timestamp() - created_at)::float8 from checks where id = ${checkId})
        as "knownForSeconds",
      coalesce((select extract(epoch from clock_timestamp() - min(d.next_attempt_at))::float8 from deliveries d
        join channels c on c.id = d.channel_id and c.circuit_step = 0 and c.deleted_at is null
        where d.state in ${WAITING} and d.next_attempt_at < clock_timestamp()), 0)
        as "deliveryWaitSeconds"`);
  const [row] = rows;
  if (row === undefined) throw new Error("The query returned no row.");
  return row;
}

/** Two missed deadlines of the self-test, and the time to deliver their alerts. */
const ARRIVES_WITHIN_SECONDS = 660;
const DELIVERY_WAIT_SECONDS_MAX = 120;

/** What hinders alerts, as one sentence; null while nothing does, or while nothing can be known yet. */
export function selfTestProblem({
  arrivedAgoSeconds,
  knownForSeconds,
  deliveryWaitSeconds,
}: SelfTestState): string | null {
  const silentFor = arrivedAgoSeconds ?? knownForSeconds;
  if (silentFor > ARRIVES_WITHIN_SECONDS) {
    return `No alert of the self-test has arrived for ${Math.round(silentFor)} s.`;
  }
  if (deliveryWaitSeconds > DELIVERY_WAIT_SECONDS_MAX) {
    return `A delivery has been due for ${Math.round(deliveryWaitSeconds)} s.`;
  }
  return null;
}
