import { sql } from "drizzle-orm";

import { lockUntilCommit } from "../advisory-locks.ts";
import type { Db, Tx } from "../database.ts";
import { uuidArray } from "./due.ts";
import { fallBack } from "./fallback.ts";
import { isRefused } from "./refusals.ts";
import { type OwnerContact, notifyOwners } from "./notify-owners.ts";

/** An alert that its channel has not taken for so long goes to another one, too. */
const WAITED = "5 minutes";
/** Between two messages about one channel. */
const AGAIN_AFTER = "6 hours";

type Waiting = {
  id: string;
  channelId: string;
  projectId: string;
  name: string;
  because: string;
  /** Only the operator can mend it. */
  refused: boolean;
  isSentElsewhere: boolean;
};

/** Tells other channels of what waits in channels that rest or fail. @returns how many alerts were written */
export async function fallBackForLongWaiting(db: Db, way: OwnerContact, limit: number): Promise<number> {
  return db.transaction(async (tx) => {
    // Two checkers at once must not both tell.
    await tx.execute(lockUntilCommit("fallbackForWaiting"));
    const rows = await tx.execute<{ id: string }>(sql`
      select d.id from deliveries d
      where d.state = 'retry' and d.kind not in ('test', 'confirm', 'run', 'notice') and d.fallback_for is null
        and d.leader_id is null and d.created_at < clock_timestamp() - ${WAITED}::interval
        and d.dealt_with_at is null
      order by d.id limit ${limit}`);
    return await fallBackForWaiting(
      tx,
      way,
      rows.map(({ id }) => id),
    );
  });
}

/**
 * Lets the fall-back tell what its own channel does not take for now, and tells the owners why, once while it lasts. Where
 * only the operator can mend it, and no fall-back is named, another channel of the project does. `ids`: deliveries that are
 * tried again. @returns how many alerts were written
 */
export async function fallBackForWaiting(tx: Tx, way: OwnerContact, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const written = await fallBack(tx, ids);
  const rows = await tx.execute<Waiting>(sql`
    select distinct on (c.id) d.id, c.id as "channelId", c.project_id as "projectId", c.name,
      coalesce(d.last_error, '') as because, ${isRefused(sql`c`)} as refused,
      d.id = any(${uuidArray(written)}) or exists (select from deliveries o where o.flip_id = d.flip_id
        and o.channel_id <> d.channel_id and o.state <> 'failed') as "isSentElsewhere"
    from deliveries d join channels c on c.project_id = d.project_id and c.id = d.channel_id
    left join instance_facts f on f.name = 'channel waits ' || c.id
    where d.id = any(${uuidArray(ids)}) and d.kind not in ('test', 'confirm', 'run', 'notice') and not c.internal
      and (f.name is null or (f.created_at < c.last_sent_at
        and f.created_at < clock_timestamp() - ${AGAIN_AFTER}::interval))
    order by c.id, d.id desc`);
  for (const waiting of rows) await tellOf(tx, way, waiting);
  return written.length;
}

async function tellOf(tx: Tx, way: OwnerContact, waiting: Waiting) {
  const { channelId, projectId, name, because, refused, isSentElsewhere } = waiting;
  await tx.execute(sql`
    insert into instance_facts (name, value, created_at)
    values ('channel waits ' || ${channelId}::text, '', clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at`);
  const whose = refused
    ? "This is for the operator of Overdue to mend; the channel itself is as it was."
    : "If this lasts, look whether the channel is set right.";
  const where = isSentElsewhere
    ? "Another channel gets them, too."
    : "No other channel gets them in its place: name one as the fall-back.";
  await notifyOwners(tx, way, {
    projectId,
    notVia: channelId,
    title: `Alerts wait for channel “${name}”`,
    sentence: `It does not take them for now: ${ended(because)} They are tried again for a day. ${where} ${whose}`,
  });
}

function ended(sentence: string): string {
  return /[.!?)]$/.test(sentence) ? sentence : `${sentence}.`;
}
