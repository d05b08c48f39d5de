import { type Candidate, type ChannelHealth, channelState, isLate } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { STATE_KINDS, UNFINISHED } from "../schema/delivery-lists.ts";
import { epochMs, uuidArray } from "../sql-fragments.ts";
import { deliveriesOfCheck, healthColumns, pickHealth, type HealthRow } from "./fragments.ts";
import { groupableSql } from "./group-deliveries.ts";

/** A locked delivery, with everything that decides whether it may be attempted. */
export type LockedDelivery = Candidate & {
  channelKind: string;
  health: ChannelHealth;
  /** Whether it was never attempted, and its channel may report it in one message with others. */
  isGroupable: boolean;
  /** By the database's clock. */
  now: Instant;
};

/** Only deliveries written within this time can belong to a group that is being sent. */
const GROUPED_WITHIN = "24 hours";

/**
 * SQL: whether it resolves a provider's incident with the channel's former settings. A newer alert uses the new settings, so
 * it does not supersede this one.
 */
const USES_OLD_SETTINGS = sql.raw("coalesce(d.payload ? 'sealedSettings', false)");

/**
 * Locks every unfinished delivery of the sequences that these deliveries belong to (a sequence: the state
 * alerts of one check to one channel), in one order for all senders. Not `skip
 * locked`: a decision about a sequence needs all of it, and these locks last for three short statements. `ungroupedKinds`:
 * kinds of channel that get each alert by itself; null: all do.
 */
export async function lockSequences(
  tx: Tx,
  ids: readonly string[],
  ungroupedKinds: readonly string[] | null,
): Promise<LockedDelivery[]> {
  const rows = await tx.execute<LockedRow>(sql`
    with asked as (
      select id, check_id, channel_id from deliveries where id = any(${uuidArray(ids)})
    ), wanted as (
      select id from asked
      union
      select d.id from asked join deliveries d on d.check_id = asked.check_id and d.channel_id = asked.channel_id
      where d.state in ${UNFINISHED}
      union
      -- deliveries whose group leader is being sent
      select m.id from asked cross join lateral ${deliveriesOfCheck(sql`asked.check_id`, GROUPED_WITHIN)} m
      join deliveries l on l.id = m.leader_id
      where m.channel_id = asked.channel_id and l.state = 'sending'
    )
    select d.id, case when d.kind in ${STATE_KINDS} and not ${USES_OLD_SETTINGS} then d.check_id || '/' || d.channel_id end as sequence, d.kind,
           coalesce(l.state, d.state) as state,
           case coalesce(l.state, d.state) when 'sending' then coalesce(l.lease_until, d.lease_until)
             else d.next_attempt_at end <= clock_timestamp() as due,
           d.poison_attempts as "poisonAttempts", ${epochMs("clock_timestamp()")} as now,
           ${epochMs("d.created_at")} as "writtenAt",
           c.id as "channelId", c.kind as "channelKind", c.broken_by as "brokenBy",
           (c.deleted_at is not null or k.deleted_at is not null or p.deleted_at is not null)
             and not coalesce(d.payload ? 'endedBy', false) as "isDeleted",
           c.unconfirmed_since is not null as "isUnconfirmed",
           ${ungroupedKinds === null ? sql`false` : groupableSql(ungroupedKinds)} as "isGroupable",
           ${healthColumns("c")}
    from wanted
    join deliveries d on d.id = wanted.id
    join channels c on c.project_id = d.project_id and c.id = d.channel_id
    join projects p on p.id = d.project_id
    left join checks k on k.project_id = d.project_id and k.id = d.check_id
    left join flips f on f.project_id = d.project_id and f.id = d.flip_id
    left join deliveries l on l.id = d.leader_id and l.state = 'sending'
    where d.state in ${UNFINISHED} or l.id is not null
    order by coalesce(f.deadline_seq, 0), d.id
    for update of d`);
  return rows.map(toLocked);
}

type LockedRow = Omit<LockedDelivery, "channel" | "health" | "late"> &
  HealthRow & { writtenAt: Instant; isDeleted: boolean; isUnconfirmed: boolean };

function toLocked(row: LockedRow): LockedDelivery {
  const health = pickHealth(row);
  const { isDeleted, isUnconfirmed, now, kind, writtenAt } = row;
  return {
    ...row,
    health,
    channel: channelState({ health, isDeleted, isUnconfirmed }, now),
    late: isLate({ kind, ageMs: now - writtenAt }),
  };
}
