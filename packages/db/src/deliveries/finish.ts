import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { changeJson } from "./changes.ts";
import type { Claim } from "./claim.ts";

/** How an attempt ended. */
export type Finish = {
  state: "sent" | "retry" | "failed";
  startedAt: Date;
  statusCode: number | null;
  /** The provider's answer or our own words; no addresses, no tokens. */
  answer: string;
  providerRef: string | null;
  /** For a retry. */
  retryInMs: number;
  /** It may have arrived although it counts as not sent. */
  uncertain: boolean;
  /** Why the channel will never work as it is set; null: it works as far as known. */
  channelBrokenBecause: string | null;
};

/**
 * Records an attempt and what follows from it, in one statement that is committed at once: the fewer sends stand
 * unrecorded, the fewer repeat after a crash. False where another attempt has taken over since.
 */
export async function finishDelivery(db: Db, claim: Claim, finish: Finish): Promise<boolean> {
  const isOver = finish.state !== "retry";
  const { rows } = await db.execute(sql`
    with done as (
      update deliveries set state = ${finish.state}, lease_until = null,
        next_attempt_at = clock_timestamp() + ${finish.retryInMs} * interval '1 millisecond',
        finished_at = case when ${isOver} then clock_timestamp() end,
        uncertain = uncertain or ${finish.uncertain},
        provider_ref = ${finish.providerRef},
        last_error = ${finish.state === "sent" ? null : finish.answer}
      where project_id = ${claim.projectId} and id = ${claim.deliveryId}
        and attempt = ${claim.attempt} and state = 'sending'
      returning *
    ), tried as (
      insert into delivery_attempts
        (project_id, delivery_id, attempt, started_at, finished_at, outcome, status_code, answer)
      select project_id, id, attempt, ${finish.startedAt.toISOString()}::timestamptz, clock_timestamp(),
        ${finish.state}, ${finish.statusCode}, ${finish.answer}
      from done
    ), channel as (
      update channels c set
        last_sent_at = case when ${finish.state} = 'sent' then clock_timestamp() else c.last_sent_at end,
        broken_at = ${brokenAt(finish)}, broken_because = ${brokenBecause(finish)}
      from done
      where c.project_id = done.project_id and c.id = done.channel_id
        and (${finish.state} = 'sent' or ${finish.channelBrokenBecause}::text is not null)
    )
    select pg_notify('overdue_changes', ${changeJson(sql`done`)}),
      -- what waited for this one may go now
      (select pg_notify('overdue_deliveries', '') from deliveries d
       where d.check_id = done.check_id and d.channel_id = done.channel_id and d.state in ('pending', 'retry')
       limit 1)
    from done`);
  return rows.length === 1;
}

/** A message that arrives proves the channel; a permanent error breaks it; anything else leaves it as it is. */
function brokenAt({ state, channelBrokenBecause }: Finish) {
  if (state === "sent") return sql`null`;
  return channelBrokenBecause === null ? sql`c.broken_at` : sql`coalesce(c.broken_at, clock_timestamp())`;
}

function brokenBecause({ state, channelBrokenBecause }: Finish) {
  if (state === "sent") return sql`null`;
  return channelBrokenBecause === null ? sql`c.broken_because` : sql`${channelBrokenBecause}`;
}
