import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { notifyChanges } from "./changes.ts";
import { decideClaims, type Candidate, type Decision } from "./decide-claims.ts";
import { uuids } from "./due.ts";
import { loadAlerts, type AlertRecord } from "./load-alert.ts";

/** The right to make one attempt. The attempt's number is the fence: only its holder may finish it. */
export type Claim = {
  deliveryId: string;
  projectId: string;
  channelId: string;
  checkId: string | null;
  attempt: number;
  /** Attempts that ended in an error, not counting those that a provider only postponed. */
  failures: number;
  /** Since the alert was written. */
  ageMs: number;
};

export type ClaimedAlert = { claim: Claim; alert: AlertRecord };

/**
 * Claims those of these deliveries that may be attempted now, each for `leaseSeconds`, with what they have to tell.
 * Others are left alone, or closed where they are out of date or their channel is gone.
 */
export function claimDeliveries(
  db: Db,
  ids: readonly string[],
  leaseSeconds: number,
): Promise<ClaimedAlert[]> {
  return db.transaction(async (tx) => {
    const decisions = decideClaims(await lockLanes(tx, ids), ids);
    await close(tx, having(decisions, "supersede"), {
      state: "superseded",
      because: "Newer news took its place.",
    });
    await close(tx, having(decisions, "refuse-broken"), {
      state: "failed",
      because: "The channel is broken.",
    });
    const claims = await lease(tx, having(decisions, "claim"), leaseSeconds);
    const alerts = await loadAlerts(tx, having(decisions, "claim"));
    return claims.flatMap((claim) =>
      alerts.filter(({ deliveryId }) => deliveryId === claim.deliveryId).map((alert) => ({ claim, alert })),
    );
  });
}

/**
 * Locks every unfinished delivery of the lanes concerned, in one order for all. Not `skip locked`: whoever decides about
 * a lane must see all of it, and these locks last for three short statements.
 */
async function lockLanes(tx: Tx, ids: readonly string[]): Promise<Candidate[]> {
  const { rows } = await tx.execute<Candidate>(sql`
    with asked as (
      select id, check_id, channel_id from deliveries where id = any(${uuids(ids)})
    ), wanted as (
      select id from asked
      union
      select d.id from asked join deliveries d on d.check_id = asked.check_id and d.channel_id = asked.channel_id
      where d.state in ('pending', 'retry', 'sending')
    )
    select d.id, d.check_id || '/' || d.channel_id as lane, d.kind, d.state,
           case d.state when 'sending' then d.lease_until else d.next_attempt_at end <= clock_timestamp() as due,
           case when c.deleted_at is not null then 'deleted'
                when c.broken_at is not null then 'broken' else 'working' end as channel
    from wanted
    join deliveries d on d.id = wanted.id
    join channels c on c.project_id = d.project_id and c.id = d.channel_id
    left join flips f on f.project_id = d.project_id and f.id = d.flip_id
    where d.state in ('pending', 'retry', 'sending')
    order by coalesce(f.deadline_seq, 0), d.id
    for update of d`);
  return rows;
}

async function lease(tx: Tx, ids: readonly string[], seconds: number): Promise<Claim[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.execute<Claim>(sql`
    update deliveries d
    set state = 'sending', attempt = attempt + 1, lease_until = clock_timestamp() + ${seconds} * interval '1 second',
        uncertain = uncertain or state = 'sending' -- the attempt before died with its lease
    where id = any(${uuids(ids)})
    returning id as "deliveryId", project_id as "projectId", channel_id as "channelId", check_id as "checkId", attempt,
      (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as "ageMs",
      (select count(*) from delivery_attempts a
       where a.delivery_id = d.id and a.status_code is distinct from 429)::int as failures`);
  return rows;
}

async function close(
  tx: Tx,
  ids: readonly string[],
  end: { state: "superseded" | "failed"; because: string },
): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await tx.execute<{ id: string }>(sql`
    update deliveries set state = ${end.state}, finished_at = clock_timestamp(), lease_until = null,
      last_error = ${end.because}
    where id = any(${uuids(ids)}) returning id`);
  await notifyChanges(
    tx,
    rows.map(({ id }) => id),
  );
}

function having(decisions: ReadonlyMap<string, Decision>, wanted: Decision): string[] {
  return [...decisions].filter(([, decision]) => decision === wanted).map(([id]) => id);
}
