import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { changeJson } from "./changes.ts";
import type { Claim } from "./claim.ts";
import { fallBack } from "./fall-back.ts";
import { type Blame, clearRefusals, noteRefusals, weighRefusals } from "./refusals.ts";
import { standIn } from "./stand-in.ts";
import { tellOwners, type OwnersWay, type Word } from "./tell-owners.ts";

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
  /** Although it is tried again, another channel is told meanwhile. */
  standIn?: boolean;
  /**
   * The provider limits us: its channel takes nothing until the retry. "named": the provider said until when; "unnamed": it
   * did not, so each rest in a row is longer.
   */
  limit?: "named" | "unnamed" | null;
  /** Who else than the channel is at fault, perhaps. */
  blames?: Blame | null;
  /** It is no sign that the channel fails, however often it happens. */
  isBlameless?: boolean;
};

/** 429: a wait that a provider asks for is no failure. */
const LIMITED = 429;

/** One attempt with its end. */
export type Ended = { claim: Claim; finish: Finish };

/** So many errors in a row that may pass open a channel's circuit … */
const CIRCUIT_FAILURES = 5;
/** … for so long at first, doubled each time, and never longer than the last. */
const OPEN_SECONDS = 10;
const OPEN_SECONDS_MAX = 300;

/** What became of a channel by these endings. */
type Turn = { projectId: string; channelId: string; name: string; because: string | null };
type Written = { recorded: Set<string>; broke: Turn[]; mended: Turn[] };

/**
 * Records attempts and what follows from them, committed at once: the fewer sends stand unrecorded, the fewer repeat
 * after a crash. What failed goes to the fall-back, and owners hear of a channel that broke, in the same transaction.
 * Answers the ids of those it recorded; of the others another attempt has taken over since.
 */
export async function finishDeliveries(
  db: Db,
  endings: readonly Ended[],
  way: OwnersWay,
): Promise<Set<string>> {
  if (!endings.some(({ finish }) => isTrouble(finish))) {
    const { recorded, mended } = await write(db, endings);
    await clearRefusals(db, endings);
    // A notice that is lost in a crash is no alert that is: it may stand outside.
    if (mended.length > 0) await db.transaction((tx) => tellAll(tx, way, mended.map(mendedWord)));
    return recorded;
  }
  return db.transaction(async (tx) => {
    const weighed = await weighRefusals(tx, endings);
    const { recorded, broke, mended } = await write(tx, weighed);
    await clearRefusals(tx, weighed);
    await noteRefusals(tx, weighed);
    const idsOf = (which: (finish: Finish) => boolean) =>
      weighed
        .filter(({ finish }) => which(finish))
        .map(({ claim }) => claim.deliveryId)
        .filter((id) => recorded.has(id));
    await fallBack(
      tx,
      idsOf(({ state }) => state === "failed"),
    );
    await standIn(
      tx,
      way,
      idsOf(({ state, standIn: meanwhile }) => state === "retry" && meanwhile === true),
    );
    await tellAll(tx, way, [...broke.map(brokenWord), ...mended.map(mendedWord)]);
    return recorded;
  });
}

/** More follows from it than what one statement writes. */
function isTrouble({ state, standIn: meanwhile, blames }: Finish): boolean {
  return state === "failed" || meanwhile === true || (blames ?? null) !== null;
}

async function tellAll(tx: Tx, way: OwnersWay, words: readonly Word[]): Promise<void> {
  for (const word of words) await tellOwners(tx, way, word);
}

function brokenWord({ projectId, channelId, name, because }: Turn): Word {
  return {
    projectId,
    notVia: channelId,
    title: `Channel “${name}” does not work any more`,
    sentence: `It answered: ${because ?? "nothing"}. Nothing more is sent there but a try each hour, by which it is found when it works again. Mend it, then send a test.`,
  };
}

function mendedWord({ projectId, channelId, name }: Turn): Word {
  return {
    projectId,
    notVia: channelId,
    title: `Channel “${name}” works again`,
    sentence: "A test arrived there; alerts go there again.",
  };
}

/** One statement: a transaction's round trips would be paid by every alert. */
async function write(db: Db | Tx, endings: readonly Ended[]): Promise<Written> {
  const given = JSON.stringify(endings.map(givenRow));
  const { rows } = await db.execute<{ id: string; turn: "broke" | "mended" | null } & Turn>(sql`
    with given as (
      select * from json_to_recordset(${given}::json) as x(project_id uuid, id uuid, attempt int,
        state delivery_state, started_at timestamptz, status_code int, answer text, provider_ref text,
        retry_in_ms float8, uncertain boolean, broken_because text, is_probe boolean, rests text, counts boolean)
    ), done as (
      update deliveries d set state = g.state, lease_until = null, holder = null,
        next_attempt_at = clock_timestamp() + g.retry_in_ms * interval '1 millisecond',
        finished_at = case when g.state <> 'retry' then clock_timestamp() end,
        uncertain = d.uncertain or g.uncertain,
        provider_ref = g.provider_ref,
        last_error = case when g.state <> 'sent' then g.answer end,
        latency_ms = case when g.state = 'sent' then ${latencyMs} end
      from given g
      where d.project_id = g.project_id and d.id = g.id and d.attempt = g.attempt and d.state = 'sending'
      returning d.id, d.project_id, d.check_id, d.channel_id, d.kind, d.instead_of, d.attempt, d.state, g.started_at,
        g.status_code, g.answer, g.broken_because, g.is_probe, g.rests, g.counts, g.retry_in_ms
    ), tried as (
      insert into delivery_attempts
        (project_id, delivery_id, attempt, started_at, finished_at, outcome, status_code, answer)
      select project_id, id, attempt, started_at, clock_timestamp(), state, status_code, answer from done
    ), led as (${led}), replaced as (
      update deliveries d set dealt_with_at = clock_timestamp() from done
      where done.state = 'sent' and d.project_id = done.project_id
        and (d.id = done.instead_of or d.lead_id = done.instead_of)
    ), heard as (${heard}), channel as (${channelHeard}), released as (
      -- the circuit closed: what waited for it goes now, but for what the provider itself postponed
      update deliveries d set next_attempt_at = clock_timestamp() from channel
      where channel.closes and d.channel_id = channel.id and d.state in ('pending', 'retry')
        and d.next_attempt_at > clock_timestamp()
        and not exists (select from delivery_attempts a
          where a.delivery_id = d.id and a.attempt = d.attempt and a.status_code = 429)
      returning d.id
    )
    select done.id, channel.turn, done.project_id as "projectId", done.channel_id as "channelId", channel.name,
      channel.broken_because as "because", pg_notify('overdue_changes', ${changeJson(sql`done`)}),
      -- what waited for this one may go now
      (select pg_notify('overdue_deliveries', '') from deliveries d
       where d.check_id = done.check_id and d.channel_id = done.channel_id and d.state in ('pending', 'retry')
       limit 1),
      (select pg_notify('overdue_deliveries', '') from released limit 1)
    from done left join channel on channel.id = done.channel_id`);
  const turned = (how: "broke" | "mended") => [
    ...new Map(rows.filter(({ turn }) => turn === how).map((row) => [row.channelId, row])).values(),
  ];
  return {
    recorded: new Set(rows.map(({ id }) => id)),
    broke: turned("broke"),
    mended: turned("mended"),
  };
}

/** A flip is told from the deadline on; all else from when it was written. */
const latencyMs = sql`least(2147483647, extract(epoch from clock_timestamp() -
  coalesce((select f.at from flips f where f.id = d.flip_id), d.created_at)) * 1000)::int`;

/** What became of each channel's attempts, taken together. */
const heard = sql`
  select project_id, channel_id, bool_or(state = 'sent') as sent, min(broken_because) as broken_because,
        bool_or(is_probe) as is_probe, bool_or(state = 'sent' and kind = 'test') as tested,
        -- until when its provider limits it; a test is a person's own try, and shows no limit to alerts
        max(retry_in_ms) filter (where rests is not null and state = 'retry' and kind <> 'test') as limit_ms,
        bool_or(rests = 'unnamed') as limited,
        -- what is quiet must not make alerts wait
        count(*) filter (where state <> 'sent' and counts and kind not in ('run', 'notice')) as failures
      from done group by project_id, channel_id`;

/** What the same message told ended with it; a retry tells it again. */
const led = sql`
  update deliveries m set state = done.state, finished_at = clock_timestamp(), provider_ref = g.provider_ref,
    last_error = case when done.state <> 'sent' then g.answer end,
    latency_ms = case when done.state = 'sent' then least(2147483647, extract(epoch from clock_timestamp() -
      coalesce((select f.at from flips f where f.id = m.flip_id), m.created_at)) * 1000)::int end
  from done join given g on g.id = done.id
  where done.state in ('sent', 'failed') and m.lead_id = done.id`;

/** Whether a limit of the provider lets it rest longer, since nobody knows for how long the limit lasts. */
const limits = sql`(not h.sent and h.broken_because is null and h.limit_ms is not null and h.limited)`;

/** Whether this opens the circuit: too many errors in a row, or the attempt that was to find out failed too. */
const opens = sql`(not h.sent and h.broken_because is null and h.failures > 0
  and (h.is_probe or (c.circuit_step = 0 and c.circuit_failures + h.failures >= ${CIRCUIT_FAILURES})))`;

/** What was under way when its reader unsubscribed, or when mail came back, proves nothing; a person's test does. */
const mends = sql`(h.sent and (c.broken_by is null or (c.broken_by = 'bounce' and h.tested)))`;

/** A message that arrives proves its channel; a permanent error breaks it; errors in a row let it rest. */
const channelHeard = sql`
  update channels c set
    last_sent_at = case when h.sent then clock_timestamp() else c.last_sent_at end,
    broken_at = case when ${mends} then null when h.broken_because is null then c.broken_at
      else coalesce(c.broken_at, clock_timestamp()) end,
    broken_because = case when ${mends} then null when c.broken_by is not null then c.broken_because
      else coalesce(h.broken_because, c.broken_because) end,
    broken_by = case when ${mends} then null else c.broken_by end,
    circuit_failures = case when h.sent or h.broken_because is not null then 0
      else c.circuit_failures + h.failures end,
    circuit_step = case when h.sent or h.broken_because is not null then 0
      else c.circuit_step + (${opens} or ${limits})::int end,
    circuit_until = case when h.broken_because is not null or (h.sent and c.circuit_step > 0) then null
      -- what was on its way already says nothing about a limit that its provider named
      when h.sent and h.limit_ms is null then c.circuit_until
      when h.limit_ms is not null then clock_timestamp() + h.limit_ms * interval '1 millisecond'
      when ${opens} then clock_timestamp()
        + least(${OPEN_SECONDS} * power(2, least(c.circuit_step, 10)), ${OPEN_SECONDS_MAX}) * interval '1 second'
      else c.circuit_until end
  from heard h
  where c.project_id = h.project_id and c.id = h.channel_id
    and (h.broken_because is not null or h.failures > 0 or h.limit_ms is not null or (h.sent and (c.broken_at is not null
      or c.circuit_failures > 0 or c.circuit_step > 0 or c.last_sent_at is null
      or c.last_sent_at < clock_timestamp() - interval '1 second')))
  returning c.id, c.name, c.broken_because, h.sent and old.circuit_step > 0 as closes,
    case when old.broken_at is null and new.broken_at is not null then 'broke'
      when old.broken_at is not null and new.broken_at is null then 'mended' end as turn`;

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
    is_probe: claim.isProbe,
    rests: finish.limit ?? null,
    counts: finish.statusCode !== LIMITED && finish.isBlameless !== true,
  };
}
