import {
  groupAlerts,
  groupInformational,
  type Grouping,
  isInformational,
  type StateDelivery,
  supersededDeliveries,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { Tx } from "../database.ts";
import { LOCK_SEEDS } from "../locks.ts";
import {
  GROUPABLE_KINDS,
  INFORMATIONAL,
  STATE_KINDS,
  UNFINISHED,
  WAITING,
} from "../schema/delivery-lists.ts";
import { epochMs, uuidArray } from "../sql-fragments.ts";
import { IS_PROGRAM } from "./fragments.ts";
import { type GroupableDelivery, groupKeys, nameStorms, type SentLately } from "./storms.ts";

const WAITING_MAX = 2_000;
/** A storm of which nothing was sent for this long is over: the next alert is sent at once again. */
const LATELY = "5 minutes";

/**
 * Groups deliveries that were claimed for sending (`ids`) with others that wait for the same channels and share something
 * with them; some are held a little for more to come. `channelIds`: the channels that group, in the order in which all
 * senders lock them. `ungroupedKinds`: kinds of channel that get each alert by itself unless their settings say otherwise;
 * programs always do. @returns the ids of `ids` that get a message of their own
 */
export async function groupDeliveries(
  tx: Tx,
  ids: readonly string[],
  { channelIds, ungroupedKinds }: { channelIds: readonly string[]; ungroupedKinds: readonly string[] },
): Promise<string[]> {
  if (channelIds.length === 0) return [...ids];
  for (const channelId of channelIds) {
    // Only one session at a time groups for a channel; one that holds this lock never waits for a row.
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${channelId}, ${LOCK_SEEDS.groupedChannel}))`,
    );
  }
  await dropOutdated(tx, channelIds, ids);
  const waiting = await findWaiting(tx, ids, { channelIds, ungroupedKinds });
  const sentLately = await findSentLately(tx, channelIds);
  const now = await clock(tx);
  const own = new Set(ids);
  for (const group of Map.groupBy(waiting, groupingClass).values()) {
    const before = sentOfOtherChecks(group, sentLately);
    const asked = group.map((one) => ({ ...one, keys: groupKeys(one), isAsked: own.has(one.id) }));
    const grouping = isInformationalGroup(group)
      ? groupInformational(asked, await informationalSentAt(tx, group), now)
      : groupAlerts(asked, toMessages(before), now);
    await write(tx, grouping);
    await nameStorms(tx, grouping.messages, { group, before });
    for (const { otherIds } of grouping.messages) for (const id of otherIds) own.delete(id);
    for (const { ids: held } of grouping.hold) for (const id of held) own.delete(id);
  }
  return ids.filter((id) => own.has(id));
}

/** Deliveries of the same class may share a message: alerts of one kind, informational messages, or all of a digest. */
function groupingClass({ channelId, kind, collects }: GroupableDelivery): string {
  return collects ? channelId : `${channelId} ${isInformational(kind) ? "informational" : kind}`;
}

function isInformationalGroup([first]: readonly GroupableDelivery[]): boolean {
  return first !== undefined && !first.collects && isInformational(first.kind);
}

/** The alerts of the group's class that were sent lately, except of its own checks: those hold nothing back. */
function sentOfOtherChecks(
  group: readonly GroupableDelivery[],
  sentLately: readonly SentLately[],
): SentLately[] {
  const [first] = group;
  if (first === undefined || first.collects || isInformational(first.kind)) return [];
  const checkIds = new Set(group.map(({ checkId }) => checkId));
  return sentLately.filter(
    (one) => groupingClass(one) === groupingClass(first) && !checkIds.has(one.checkId),
  );
}

function toMessages(sentLately: readonly SentLately[]) {
  return [...Map.groupBy(sentLately, ({ messageId }) => messageId).values()].map((sent) => ({
    at: Math.max(...sent.map(({ at }) => at)),
    keys: [...new Set(sent.flatMap(groupKeys))],
  }));
}

function sharesMessages(ungroupedKinds: readonly string[]) {
  return sql`(not ${IS_PROGRAM} and (${COLLECTED}
    or coalesce(c.groups, c.kind <> all(${`{${ungroupedKinds.join(",")}}`}::text[]))))`;
}

/** SQL: whether the delivery `d` about the check `k`, not yet attempted, may share a message with others in the channel `c`. */
export function groupableSql(ungroupedKinds: readonly string[]) {
  return sql`(d.attempt = 0 and d.kind in ${GROUPABLE_KINDS}
    and ${sharesMessages(ungroupedKinds)})`;
}

/** SQL: whether the delivery goes into a digest of its channel; alerts of critical checks never do. */
const COLLECTED = sql`(c.collect_minutes > 0
  and not (d.kind in ${STATE_KINDS} and k.severity is not distinct from 'critical'))`;

const GROUPABLE_COLUMNS = sql`
  d.id, d.project_id as "projectId", d.channel_id as "channelId", d.kind, d.check_id as "checkId",
  ${epochMs("d.created_at")} as since, d.incident_id as "incidentId", i.storm_id as "stormId", i.host, i.address, coalesce(k.tags, '') as tags,
  array(select n.depends_on_id from check_dependencies n where n.check_id = d.check_id) as "dependsOn",
  ${COLLECTED} as collects`;
const FROM = sql`
  from deliveries d
  join channels c on c.project_id = d.project_id and c.id = d.channel_id
  left join incidents i on i.project_id = d.project_id and i.id = d.incident_id
  left join checks k on k.project_id = d.project_id and k.id = d.check_id`;

/** The deliveries of these channels that are due and not yet attempted, except alerts that wait for another one of their check. */
async function findWaiting(
  tx: Tx,
  ids: readonly string[],
  { channelIds, ungroupedKinds }: { channelIds: readonly string[]; ungroupedKinds: readonly string[] },
): Promise<GroupableDelivery[]> {
  const rows = await tx.execute<GroupableDelivery>(sql`
    select ${GROUPABLE_COLUMNS} ${FROM}
    where d.channel_id = any(${uuidArray(channelIds)}) and d.attempt = 0 and d.state in ${WAITING}
      and d.next_attempt_at <= clock_timestamp() and d.kind in ${GROUPABLE_KINDS}
      and ${sharesMessages(ungroupedKinds)}
      and (d.kind in ${INFORMATIONAL} or not exists (
        select from deliveries e
        where e.check_id = d.check_id and e.channel_id = d.channel_id and e.id <> d.id
          and e.kind in ${STATE_KINDS} and e.state in ${UNFINISHED}))
    order by d.id = any(${uuidArray(ids)}) desc, d.id
    limit ${WAITING_MAX}
    for update of d skip locked`);
  return rows;
}

async function findSentLately(tx: Tx, channelIds: readonly string[]): Promise<SentLately[]> {
  const rows = await tx.execute<SentLately>(sql`
    select ${GROUPABLE_COLUMNS}, coalesce(d.leader_id, d.id) as "messageId",
      ${epochMs("coalesce(l.finished_at, clock_timestamp())")} as at
    ${FROM}
    join deliveries l on l.id = coalesce(d.leader_id, d.id)
    where d.channel_id = any(${uuidArray(channelIds)}) and d.kind in ${STATE_KINDS}
      and d.created_at > clock_timestamp() - 2 * ${LATELY}::interval
      and l.attempt > 0 and l.state not in ('superseded', 'failed')
      and coalesce(l.finished_at, clock_timestamp()) > clock_timestamp() - ${LATELY}::interval
    order by d.created_at desc
    limit ${WAITING_MAX}`);
  return rows;
}

/** When messages about runs and notices were sent to this channel within the last hour; one that is under way counts as sent now. */
async function informationalSentAt(tx: Tx, [first]: readonly GroupableDelivery[]): Promise<Instant[]> {
  if (first === undefined) return [];
  const rows = await tx.execute<{ at: Instant }>(sql`
    select ${epochMs("coalesce(finished_at, clock_timestamp())")} as at from deliveries
    where channel_id = ${first.channelId} and created_at > clock_timestamp() - interval '2 hours'
      and kind in ${INFORMATIONAL} and leader_id is null and attempt > 0 and state in ('sending', 'sent')
      and coalesce(finished_at, clock_timestamp()) > clock_timestamp() - interval '1 hour'`);
  return rows.map(({ at }) => at);
}

async function clock(tx: Tx): Promise<Instant> {
  const rows = await tx.execute<{ now: Instant }>(sql`select ${epochMs("clock_timestamp()")} as now`);
  return rows[0]?.now ?? 0;
}

async function write(tx: Tx, { messages, hold }: Grouping): Promise<void> {
  const led = messages.flatMap(({ leaderId, otherIds }) =>
    otherIds.map((id) => ({ id, leader_id: leaderId })),
  );
  if (led.length > 0) {
    await tx.execute(sql`
      update deliveries d set leader_id = x.leader_id, state = 'superseded', finished_at = clock_timestamp(),
        last_error = 'Sent in one message with others.'
      from json_to_recordset(${JSON.stringify(led)}::json) as x(id uuid, leader_id uuid) where d.id = x.id`);
  }
  if (hold.length > 0) {
    const held = hold.flatMap(({ ids, until }) => ids.map((id) => ({ id, until })));
    await tx.execute(sql`
      update deliveries d set next_attempt_at = to_timestamp(x.until / 1000)
      from json_to_recordset(${JSON.stringify(held)}::json) as x(id uuid, until float8) where d.id = x.id`);
    // The senders must wait until another time now.
    await notifySenders(tx);
  }
}

/**
 * Supersedes waiting deliveries of these channels that have a newer one of the same check: the alert of a check that
 * recovered while it was held is dropped, and its recovery shares a message with the other recoveries. `claimed` stay, since
 * they were the newest a moment ago.
 */
async function dropOutdated(
  tx: Tx,
  channelIds: readonly string[],
  claimed: readonly string[],
): Promise<void> {
  const waiting = await tx.execute<StateDelivery>(sql`
    select d.id, d.check_id as "checkId", d.channel_id as "channelId", coalesce(f.deadline_seq, 0)::float8 as "deadlineSeq",
      ${IS_UNTRIED} as "isUntried"
    from deliveries d left join flips f on f.project_id = d.project_id and f.id = d.flip_id
    where d.channel_id = any(${uuidArray(channelIds)}) and d.kind in ${STATE_KINDS}
      and d.state in ${UNFINISHED}`);
  const superseded = supersededDeliveries(waiting, claimed);
  if (superseded.length === 0) return;
  // Another session that has locked one of them decides about it.
  await tx.execute(sql`
    with outdated as (
      select d.id from deliveries d where d.id = any(${uuidArray(superseded)}) and ${IS_UNTRIED} for update skip locked
    )
    update deliveries d set state = 'superseded', finished_at = clock_timestamp(),
      last_error = 'A newer message took its place.'
    from outdated where d.id = outdated.id`);
}

const IS_UNTRIED = sql`(d.attempt = 0 and d.state in ${WAITING} and d.next_attempt_at <= clock_timestamp())`;
