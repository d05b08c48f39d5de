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

/** One attempt with its end. */
export type Ended = { claim: Claim; finish: Finish };

/**
 * Records attempts and what follows from them, in one statement that is committed at once: the fewer sends stand
 * unrecorded, the fewer repeat after a crash. Answers the ids of those it recorded; of the others another attempt has
 * taken over since.
 */
export async function finishDeliveries(db: Db, endings: readonly Ended[]): Promise<Set<string>> {
  const given = JSON.stringify(endings.map(givenRow));
  const { rows } = await db.execute<{ id: string }>(sql`
    with given as (
      select * from json_to_recordset(${given}::json) as x(project_id uuid, id uuid, attempt int,
        state delivery_state, started_at timestamptz, status_code int, answer text, provider_ref text,
        retry_in_ms float8, uncertain boolean, broken_because text)
    ), done as (
      update deliveries d set state = g.state, lease_until = null,
        next_attempt_at = clock_timestamp() + g.retry_in_ms * interval '1 millisecond',
        finished_at = case when g.state <> 'retry' then clock_timestamp() end,
        uncertain = d.uncertain or g.uncertain,
        provider_ref = g.provider_ref,
        last_error = case when g.state <> 'sent' then g.answer end
      from given g
      where d.project_id = g.project_id and d.id = g.id and d.attempt = g.attempt and d.state = 'sending'
      returning d.id, d.project_id, d.check_id, d.channel_id, d.attempt, d.state, g.started_at, g.status_code,
        g.answer, g.broken_because
    ), tried as (
      insert into delivery_attempts
        (project_id, delivery_id, attempt, started_at, finished_at, outcome, status_code, answer)
      select project_id, id, attempt, started_at, clock_timestamp(), state, status_code, answer from done
    ), heard as (
      select project_id, channel_id, bool_or(state = 'sent') as sent, min(broken_because) as broken_because
      from done group by project_id, channel_id
    ), channel as (
      -- a message that arrives proves the channel; a permanent error breaks it; anything else leaves it as it is
      update channels c set
        last_sent_at = case when h.sent then clock_timestamp() else c.last_sent_at end,
        broken_at = case when h.sent then null when h.broken_because is null then c.broken_at
          else coalesce(c.broken_at, clock_timestamp()) end,
        broken_because = case when h.sent then null else coalesce(h.broken_because, c.broken_because) end
      from heard h
      where c.project_id = h.project_id and c.id = h.channel_id
        and (h.broken_because is not null or (h.sent and (c.broken_at is not null or c.last_sent_at is null
          or c.last_sent_at < clock_timestamp() - interval '1 second')))
    )
    select done.id, pg_notify('overdue_changes', ${changeJson(sql`done`)}),
      -- what waited for this one may go now
      (select pg_notify('overdue_deliveries', '') from deliveries d
       where d.check_id = done.check_id and d.channel_id = done.channel_id and d.state in ('pending', 'retry')
       limit 1)
    from done`);
  return new Set(rows.map(({ id }) => id));
}

function givenRow({ claim, finish }: Ended) {
  return {
    project_id: claim.projectId,
    id: claim.deliveryId,
    attempt: claim.attempt,
    state: finish.state,
    started_at: finish.startedAt.toISOString(),
    status_code: finish.statusCode,
    answer: finish.answer,
    provider_ref: finish.providerRef,
    retry_in_ms: finish.retryInMs,
    uncertain: finish.uncertain,
    broken_because: finish.channelBrokenBecause,
  };
}
