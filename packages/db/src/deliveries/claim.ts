import {
  type ClaimDecision,
  type DeliveryKind,
  planClaims,
  postponedUntil,
  PROGRAM_KINDS,
} from "@overdue/core";
import { sql } from "drizzle-orm";

import { notifyDeliveryChanges, notifySenders } from "../changes.ts";
import type { Db, Tx } from "../database.ts";
import { WAITING } from "../schema/delivery-lists.ts";
import { epochMs, NOW, uuidArray } from "../sql-fragments.ts";
import { fallBack, fallbackForUnconfirmed } from "./fallback.ts";
import { groupDeliveries } from "./group-deliveries.ts";
import { dropOutdatedGrouped, failGrouped, releaseGrouped, ungroup } from "./grouped-deliveries.ts";
import { type AlertRecord, loadGroups, loadUngrouped, withGroups } from "./load-alert.ts";
import { type LockedDelivery, lockSequences } from "./lock-sequences.ts";
import type { OwnerContact } from "./notify-owners.ts";
import { applyRateLimits, type RateLimits } from "./rate-limits.ts";

/** The right to make one attempt. The attempt's number is a fencing token: only the claim with the newest one may record its end. */
export type Claim = {
  deliveryId: string;
  projectId: string;
  channelId: string;
  checkId: string | null;
  kind: DeliveryKind;
  attempt: number;
  /** Attempts that ended in an error, except those that a provider only postponed. */
  failures: number;
  /** Since the alert was written. */
  ageMs: number;
  /** Whether the attempt tests if its channel's circuit may close. */
  isProbe: boolean;
  /** Whether others were grouped with it; its message contains those that are not outdated. */
  isGroupLeader: boolean;
  /** Whether it replaces a delivery that another channel did not take. */
  isFallback: boolean;
  channelKind: string;
  /** How often in a row its channel's circuit has opened. */
  circuitStep: number;
  /** Whether its channel is not broken, and the last message to it arrived. */
  isChannelSound: boolean;
};

/** How deliveries are claimed. `holder`: the sender's id; its leases end when its connection does. Null: they end by time alone. */
export type Lease = {
  seconds: number;
  holder: string | null;
  /** Kinds of channel that get each alert by itself; if left out, all do. */
  ungroupedKinds?: readonly string[];
  /** How owners are notified of alerts to an address that nobody has confirmed; if left out, they are not. */
  owners?: OwnerContact;
  /** The rate limits that all senders share; if left out, there are none. */
  rateLimits?: RateLimits;
};

export type ClaimedAlert = { claim: Claim; alert: AlertRecord };

/**
 * Claims the deliveries among these that may be attempted now, and loads their alerts. The others are closed if they are out
 * of date or their channel is gone, postponed if their channel's circuit is open, and else left alone.
 */
export async function claimDeliveries(db: Db, ids: readonly string[], lease: Lease): Promise<ClaimedAlert[]> {
  const ungroupedKinds = lease.ungroupedKinds ?? null;
  const { claimed, resting } = await db.transaction(async (tx) => {
    const candidates = await lockSequences(tx, ids, ungroupedKinds);
    const decisions = planClaims(candidates, ids);
    await closeOthers(tx, decisions, lease.owners ?? null);
    await postpone(tx, candidates, decisions);
    const writeTurns = await applyRateLimits(tx, { candidates, decisions, rates: lease.rateLimits });
    const probes = idsWith(decisions, "probe");
    const claimable = idsWith(decisions, "claim");
    const channelIds = groupingChannels(candidates, claimable);
    const claimed = [
      ...(await groupDeliveries(tx, claimable, { channelIds, ungroupedKinds: ungroupedKinds ?? [] })),
      ...probes,
    ];
    await writeTurns(claimed);
    const alerts = await takeAndLoad(tx, claimed, { ...lease, probes });
    return { claimed: alerts, resting: idsWith(decisions, "postpone") };
  });
  await releaseOvertaken(db, resting);
  return claimed;
}

/**
 * Makes deliveries due again whose channel's circuit closed while they were being postponed: they were locked, so the closing
 * could not release them. "for share" waits for a circuit that is just closing.
 */
async function releaseOvertaken(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { count } = await db.execute(sql`
    with own as (
      select c.id, c.circuit_until is null and c.circuit_step = 0 as works from channels c
      where c.id in (select d.channel_id from deliveries d where d.id = any(${uuidArray(ids)})) for share
    )
    update deliveries d set next_attempt_at = ${NOW} from own
    where d.id = any(${uuidArray(ids)}) and d.channel_id = own.id and own.works
      and d.state in ${WAITING} and d.next_attempt_at > clock_timestamp()`);
  if (count > 0) await notifySenders(db);
}

/** The channels that may report several of these deliveries in one message, in the order in which they are locked. */
function groupingChannels(candidates: readonly LockedDelivery[], ids: readonly string[]): string[] {
  const wanted = new Set(ids);
  const own = candidates.filter(({ id, isGroupable }) => isGroupable && wanted.has(id));
  return [...new Set(own.map(({ channelId }) => channelId))].toSorted();
}

async function takeAndLoad(
  tx: Tx,
  ids: readonly string[],
  lease: Lease & { probes: readonly string[] },
): Promise<ClaimedAlert[]> {
  // Both are sent at once, and the server runs them in this order.
  const [claims, ungrouped] = await Promise.all([take(tx, ids, lease), loadUngrouped(tx, ids)]);
  const grouped = claims
    .filter(({ isGroupLeader, isFallback }) => isGroupLeader || isFallback)
    .map(({ deliveryId }) => deliveryId);
  await dropOutdatedGrouped(tx, grouped);
  const loaded = withGroups(ungrouped, await loadGroups(tx, grouped));
  const ready = await ungroupForPrograms(tx, loaded, lease.ungroupedKinds ?? []);
  const alerts = new Map(ready.map((alert) => [alert.deliveryId, alert]));
  return claims.flatMap((claim) => {
    const alert = alerts.get(claim.deliveryId);
    return alert === undefined ? [] : [{ claim, alert }];
  });
}

/**
 * Splits groups that would go to a program: those of a fallback in another kind of channel, or of an earlier version. The
 * program gets the leader's own alert, and the other members get deliveries of their own.
 */
async function ungroupForPrograms(
  tx: Tx,
  alerts: readonly AlertRecord[],
  ungroupedKinds: readonly string[],
): Promise<AlertRecord[]> {
  const alone = new Set([...ungroupedKinds, ...PROGRAM_KINDS]);
  const isWrong = ({ group, channelKind }: AlertRecord) => group !== null && alone.has(channelKind);
  const wrong = alerts.filter(isWrong).map(({ deliveryId }) => deliveryId);
  await ungroup(tx, wrong);
  return alerts.map((alert) => (isWrong(alert) ? { ...alert, group: null } : alert));
}

async function take(
  tx: Tx,
  ids: readonly string[],
  { seconds, holder, probes }: Lease & { probes: readonly string[] },
): Promise<Claim[]> {
  if (ids.length === 0) return [];
  const until = sql`clock_timestamp() + ${seconds} * interval '1 second'`;
  const rows = await tx.execute<Claim>(sql`
    with resting as (
      update channels c set circuit_until = ${until} from deliveries d
      where d.id = any(${uuidArray(probes)}) and c.project_id = d.project_id and c.id = d.channel_id
    )
    update deliveries d
    set state = 'sending', attempt = d.attempt + 1, lease_until = ${until}, holder = ${holder},
        -- the attempt before died with its lease
        uncertain = d.uncertain or d.state = 'sending', poison_attempts = d.poison_attempts + (d.state = 'sending')::int
    from channels c
    where d.id = any(${uuidArray(ids)}) and c.project_id = d.project_id and c.id = d.channel_id
    returning d.id as "deliveryId", d.project_id as "projectId", d.channel_id as "channelId", d.check_id as "checkId",
      d.kind, d.attempt, ${epochMs("clock_timestamp() - d.created_at")} as "ageMs",
      d.id = any(${uuidArray(probes)}) as "isProbe", c.kind as "channelKind", c.circuit_step as "circuitStep",
      c.broken_at is null and c.circuit_failures = 0 and c.circuit_step = 0 as "isChannelSound",
      d.fallback_for is not null as "isFallback",
      exists (select from deliveries m where m.leader_id = d.id) as "isGroupLeader",
      (select count(*) from delivery_attempts a
       where a.delivery_id = d.id and a.status_code is distinct from 429)::int as failures`);
  return rows;
}

/** Postpones deliveries whose channel's circuit is open, and for an hour those during whose attempts processes died. */
async function postpone(
  tx: Tx,
  candidates: readonly LockedDelivery[],
  decisions: ReadonlyMap<string, ClaimDecision>,
): Promise<void> {
  const postponed = candidates.flatMap(({ id, kind, health, now, poisonAttempts }) => {
    const decision = decisions.get(id);
    if (decision !== "postpone" && decision !== "set-aside") return [];
    const because =
      decision === "set-aside"
        ? `The process that sent it died ${poisonAttempts + 1} times; it was put aside for an hour.`
        : null;
    return [{ id, because, until: postponedUntil(decision, { kind, circuit: health, now }) }];
  });
  if (postponed.length === 0) return;
  await tx.execute(sql`
    update deliveries d
    set next_attempt_at = to_timestamp(x.until / 1000),
        poison_attempts = poison_attempts + (d.state = 'sending')::int, uncertain = uncertain or d.state = 'sending',
        state = 'retry', lease_until = null,
        last_error = coalesce(x.because, d.last_error,
          'The channel has not worked lately; this waits until an attempt there succeeds.')
    from json_to_recordset(${JSON.stringify(postponed)}::json) as x(id uuid, until float8, because text)
    where d.id = x.id`);
  await notifyDeliveryChanges(tx, idsWith(decisions, "set-aside"));
}

/** Closes the deliveries that are not sent at all; those that failed go to the fallback. */
async function closeOthers(
  tx: Tx,
  decisions: ReadonlyMap<string, ClaimDecision>,
  owners: OwnerContact | null,
): Promise<void> {
  const unconfirmed = idsWith(decisions, "refuse-unconfirmed");
  const [broken, expired] = [idsWith(decisions, "refuse-broken"), idsWith(decisions, "expire")];
  const outdated = idsWith(decisions, "supersede");
  await close(tx, outdated, { state: "superseded", because: "A newer message took its place." });
  await releaseGrouped(tx, outdated);
  await close(tx, broken, { state: "failed", because: "The channel is broken." });
  await close(tx, expired, {
    state: "failed",
    because: "The channel did not work until this was too old to be sent.",
  });
  await close(tx, unconfirmed, { state: "failed", because: "Nobody has confirmed this address yet." });
  const failed = [...broken, ...expired, ...unconfirmed];
  if (failed.length > 0) await failGrouped(tx, failed);
  await fallBack(tx, failed);
  await fallbackForUnconfirmed(tx, owners, unconfirmed);
}

async function close(
  tx: Tx,
  ids: readonly string[],
  end: { state: "superseded" | "failed"; because: string },
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.execute<{ id: string }>(sql`
    update deliveries set state = ${end.state}, finished_at = clock_timestamp(), lease_until = null,
      last_error = ${end.because}
    where id = any(${uuidArray(ids)}) returning id`);
  await notifyDeliveryChanges(
    tx,
    rows.map(({ id }) => id),
  );
}

function idsWith(decisions: ReadonlyMap<string, ClaimDecision>, wanted: ClaimDecision): string[] {
  return [...decisions].filter(([, decision]) => decision === wanted).map(([id]) => id);
}
