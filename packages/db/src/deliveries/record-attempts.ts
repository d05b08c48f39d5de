import { decideChannelHealth, type HealthChange, type NextStep } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import { changeJson, notifySenders } from "../changes.ts";
import type { Db, Tx } from "../database.ts";
import { WAITING } from "../schema/delivery-lists.ts";
import { NOW, epochMs, uuidArray } from "../sql-fragments.ts";
import type { Claim } from "./claim.ts";
import { fallBack, fallBackForWaiting } from "./fallback.ts";
import { healthColumns, pickHealth, type HealthRow } from "./fragments.ts";
import { notifyOwners, type OwnerContact, type OwnerNotice } from "./notify-owners.ts";
import { clearRefusals, noteRefusals, weighRefusals } from "./refusals.ts";

/** How an attempt ended, and what follows from that. The provider's answer in it contains no addresses and no tokens. */
export type AttemptRecord = NextStep & { startedAt: Date };

/** One attempt with its end. */
export type Attempted = { claim: Claim; finish: AttemptRecord };

/** A channel that broke, or works again, as these attempts show. */
type ChangedChannel = { projectId: string; channelId: string; name: string; because: string | null };

/**
 * Records attempts and what follows from them, and commits at once: the fewer sent messages are unrecorded, the fewer are
 * repeated after a crash. In the same transaction failed deliveries go to the fallback, and owners are notified of a channel
 * that broke. @returns the ids of the recorded deliveries; another attempt has taken over the others since
 */
export async function recordAttempts(
  db: Db,
  endings: readonly Attempted[],
  ownerContact: OwnerContact,
): Promise<Set<string>> {
  const isUsual = ({ claim, finish }: Attempted) => finish.state === "sent" && claim.isChannelSound;
  if (endings.every(isUsual)) return recordUsual(db, endings, ownerContact);
  return db.transaction(async (tx) => {
    const weighed = await weighRefusals(tx, endings);
    const recorded = await write(tx, weighed);
    await clearRefusals(tx, weighed);
    await noteRefusals(tx, weighed);
    const idsOf = (which: (finish: AttemptRecord) => boolean) =>
      recorded.filter(({ finish }) => which(finish)).map(({ claim }) => claim.deliveryId);
    await fallBack(
      tx,
      idsOf(({ state }) => state === "failed"),
    );
    await fallBackForWaiting(
      tx,
      ownerContact,
      idsOf(({ state, needsFallback }) => state === "retry" && needsFallback === true),
    );
    await writeHealth(tx, recorded, ownerContact);
    return new Set(recorded.map(({ claim }) => claim.deliveryId));
  });
}

/**
 * Records messages that arrived in channels where the last one arrived too, in one statement. That those channels still work
 * is written a moment later: if the process dies in between, the next message shows it.
 */
async function recordUsual(
  db: Db,
  endings: readonly Attempted[],
  ownerContact: OwnerContact,
): Promise<Set<string>> {
  const [recorded, channels] = await Promise.all([write(db, endings), readHealth(db, channelIdsOf(endings))]);
  if (healthChanges(recorded, channels).length > 0)
    await db.transaction((tx) => writeHealth(tx, recorded, ownerContact));
  await clearRefusals(db, recorded);
  return new Set(recorded.map(({ claim }) => claim.deliveryId));
}

/** Writes the ends of attempts. The parts for group leaders and fallbacks are left out where there are none, as for nearly all. */
async function write(db: Db | Tx, endings: readonly Attempted[]): Promise<Attempted[]> {
  const withGroups = endings.some(({ claim }) => claim.isGroupLeader);
  const withFallbacks = endings.some(({ claim }) => claim.isFallback);
  const rows = JSON.stringify(endings.map(givenRow));
  const written = await db.execute<{ id: string }>(sql`
    with given as (
      select * from json_to_recordset(${rows}::json) as x(project_id uuid, id uuid, attempt int,
        state delivery_state, started_at timestamptz, status_code int, answer text, provider_ref text,
        retry_in_ms float8, uncertain boolean)
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
      returning d.id, d.project_id, d.check_id, d.channel_id, d.kind, d.fallback_for, d.attempt, d.state, g.started_at,
        g.status_code, g.answer
    ), tried as (
      insert into delivery_attempts
        (project_id, delivery_id, attempt, started_at, finished_at, outcome, status_code, answer)
      select project_id, id, attempt, started_at, clock_timestamp(), state, status_code, answer from done
    ) ${withGroups ? endMembers : sql``} ${withFallbacks ? endReplaced : sql``}
    select done.id, pg_notify('overdue_changes', ${changeJson(sql`done`)}),
      -- deliveries that waited for this one may be sent now
      (select pg_notify('overdue_deliveries', '') from deliveries d
       where d.check_id = done.check_id and d.channel_id = done.channel_id and d.state in ${WAITING}
       limit 1)
    from done`);
  const ids = new Set(written.map(({ id }) => id));
  return endings.filter(({ claim }) => ids.has(claim.deliveryId));
}

/** SQL: the time since the flip, or since the delivery was written if it reports none. */
const latencyMs = sql`least(2147483647, extract(epoch from clock_timestamp() -
  coalesce((select f.at from flips f where f.id = d.flip_id), d.created_at)) * 1000)::int`;

/** SQL: ends the members of a group with its leader; a retry sends them again. */
const endMembers = sql`, led as (
  update deliveries m set state = done.state, finished_at = clock_timestamp(), provider_ref = g.provider_ref,
    last_error = case when done.state <> 'sent' then g.answer end,
    latency_ms = case when done.state = 'sent' then least(2147483647, extract(epoch from clock_timestamp() -
      coalesce((select f.at from flips f where f.id = m.flip_id), m.created_at)) * 1000)::int end
  from done join given g on g.id = done.id
  where done.state in ('sent', 'failed') and m.leader_id = done.id
)`;

/** SQL: once a fallback has arrived, the delivery that it replaces is dealt with, and so are that delivery's members. */
const endReplaced = sql`, in_place_of as (
  select fallback_for as id from done where state = 'sent' and fallback_for is not null
), replaced as (
  update deliveries d set dealt_with_at = clock_timestamp()
  where d.id in (select id from in_place_of
    union select m.id from in_place_of join deliveries m on m.leader_id = in_place_of.id)
)`;

function givenRow({ claim, finish }: Attempted) {
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
  };
}

type HealthOfChannel = HealthRow & { id: string; projectId: string; name: string; now: Instant };
type ChannelChange = { channel: HealthOfChannel; change: HealthChange };

async function readHealth(
  db: Db | Tx,
  channelIds: readonly string[],
  lock = sql``,
): Promise<HealthOfChannel[]> {
  const rows = await db.execute<HealthOfChannel>(sql`
    select c.id, c.project_id as "projectId", c.name, ${epochMs("clock_timestamp()")} as now,
      ${healthColumns("c")}
    from channels c where c.id = any(${uuidArray(channelIds)}) order by c.id ${lock}`);
  return rows;
}

function healthChanges(
  recorded: readonly Attempted[],
  channels: readonly HealthOfChannel[],
): ChannelChange[] {
  const signs = Map.groupBy(recorded, ({ claim }) => claim.channelId);
  return channels.flatMap((channel) => {
    const own = (signs.get(channel.id) ?? []).map(({ claim, finish }) => ({
      kind: claim.kind,
      isProbe: claim.isProbe,
      step: finish,
    }));
    const change = decideChannelHealth(pickHealth(channel), own, channel.now);
    return change === null ? [] : [{ channel, change }];
  });
}

/** Writes what the attempts show about their channels, and notifies the owners of those that broke or work again. */
async function writeHealth(
  tx: Tx,
  recorded: readonly Attempted[],
  ownerContact: OwnerContact,
): Promise<void> {
  const changes = healthChanges(recorded, await readHealth(tx, channelIdsOf(recorded), sql`for update`));
  if (changes.length === 0) return;
  const rows = changes.map(({ channel, change }) => ({ id: channel.id, ...change.health }));
  await tx.execute(sql`
    update channels c set broken_at = to_timestamp(x."brokenAt" / 1000), broken_because = x."brokenBecause",
      broken_by = x."brokenBy", circuit_failures = x."circuitFailures", circuit_step = x."circuitStep",
      circuit_until = to_timestamp(x."circuitUntil" / 1000), last_sent_at = to_timestamp(x."lastSentAt" / 1000)
    from json_to_recordset(${JSON.stringify(rows)}::json) as x(id uuid, "brokenAt" float8, "brokenBecause" text,
      "brokenBy" text, "circuitFailures" int, "circuitStep" int, "circuitUntil" float8, "lastSentAt" float8)
    where c.id = x.id`);
  await releaseWaiting(
    tx,
    changes.filter(({ change }) => change.isCircuitClosed).map(({ channel }) => channel.id),
  );
  for (const { channel, change } of changes) {
    const { id: channelId, projectId, name } = channel;
    const changed = { projectId, channelId, name, because: change.health.brokenBecause };
    if (change.turn === "broke") await notifyOwners(tx, ownerContact, brokenNotice(changed));
    if (change.turn === "mended") await notifyOwners(tx, ownerContact, mendedNotice(changed));
  }
}

/** Makes deliveries due that waited for a circuit that has closed, except those that the provider itself postponed. */
async function releaseWaiting(tx: Tx, channelIds: readonly string[]): Promise<void> {
  if (channelIds.length === 0) return;
  const { count } = await tx.execute(sql`
    update deliveries d set next_attempt_at = ${NOW}
    where d.channel_id = any(${uuidArray(channelIds)}) and d.state in ${WAITING}
      and d.next_attempt_at > clock_timestamp()
      and not exists (select from delivery_attempts a
        where a.delivery_id = d.id and a.attempt = d.attempt and a.status_code = 429)`);
  if (count > 0) await notifySenders(tx);
}

function channelIdsOf(recorded: readonly Attempted[]): string[] {
  return [...new Set(recorded.map(({ claim }) => claim.channelId))];
}

function brokenNotice({ projectId, channelId, name, because }: ChangedChannel): OwnerNotice {
  return {
    projectId,
    notVia: channelId,
    title: `Channel “${name}” does not work any more`,
    sentence: `It answered: ${because ?? "nothing"}. Overdue sends nothing more there, except a test about every hour to find out whether it works again. Correct the channel, then send a test.`,
  };
}

function mendedNotice({ projectId, channelId, name }: ChangedChannel): OwnerNotice {
  return {
    projectId,
    notVia: channelId,
    title: `Channel “${name}” works again`,
    sentence: "A test arrived there; alerts go there again.",
  };
}
