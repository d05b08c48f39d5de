import { PROGRAM_KINDS } from "@overdue/core";
import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { notifyChanges } from "./changes.ts";
import { decideClaims, type Candidate, type Decision } from "./decide-claims.ts";
import { fallBack } from "./fall-back.ts";
import { uuids } from "./due.ts";
import { gather } from "./gather.ts";
import { insteadOfUnconfirmed } from "./instead-of-unconfirmed.ts";
import { lockPaces, type Pacing, takeTurns, writePaces } from "./keep-pace.ts";
import { loadAlerts, type AlertRecord } from "./load-alert.ts";
import { dropOutdatedMembers, failMembers, freeMembers, ungroup } from "./members.ts";
import type { OwnersWay } from "./tell-owners.ts";

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
  /** It finds out whether its channel's circuit may close. */
  isProbe: boolean;
  channelKind: string;
  /** How often in a row its channel began to rest. */
  rests: number;
};

/** Who claims, and for how long. `holder`: the courier's id, by which its lease ends with it; null: only by time. */
export type Lease = {
  seconds: number;
  holder: string | null;
  /** Kinds of channel that are told each alert by itself; without it all are. */
  apart?: readonly string[];
  /** How owners hear of what an address that nobody confirmed was not told. */
  owners?: OwnersWay;
  /** The pace that all checkers keep together; without it none is kept. */
  pacing?: Pacing;
};

type Locked = Candidate & { channelKind: string };

export type ClaimedAlert = { claim: Claim; alert: AlertRecord };

/** An alert is worth trying for a day, a line about a run for an hour. */
const LATE = "24 hours";
const LATE_QUIET = "1 hour";
const SET_ASIDE = "1 hour";

/**
 * Claims those of these deliveries that may be attempted now, with what they have to tell. Others are left alone, or
 * closed where they are out of date or their channel is gone, or wait where their channel rests.
 */
export function claimDeliveries(db: Db, ids: readonly string[], lease: Lease): Promise<ClaimedAlert[]> {
  return db.transaction(async (tx) => {
    const candidates = await lockLanes(tx, ids);
    const decisions = decideClaims(candidates, ids);
    await closeOthers(tx, decisions, lease.owners ?? null);
    await postpone(tx, decisions);
    const keepPace = await askForTurns(tx, { candidates, decisions, pacing: lease.pacing });
    const probes = having(decisions, "probe");
    const claimed = [...(await gather(tx, having(decisions, "claim"), lease.apart ?? null)), ...probes];
    await dropOutdatedMembers(tx, claimed);
    await keepPace(claimed);
    const claims = await take(tx, claimed, { ...lease, probes });
    const loaded = await ungroupForPrograms(tx, await loadAlerts(tx, claimed), lease.apart ?? []);
    const alerts = new Map(loaded.map((alert) => [alert.deliveryId, alert]));
    return claims.flatMap((claim) => {
      const alert = alerts.get(claim.deliveryId);
      return alert === undefined ? [] : [{ claim, alert }];
    });
  });
}

/**
 * A delivery that replaces a group's in a channel of another kind, or was grouped by an earlier version, tells a program
 * only of its own check; the others get deliveries of their own.
 */
async function ungroupForPrograms(
  tx: Tx,
  alerts: readonly AlertRecord[],
  apart: readonly string[],
): Promise<AlertRecord[]> {
  const alone = new Set([...apart, ...PROGRAM_KINDS]);
  const isWrong = ({ group, channelKind }: AlertRecord) => group !== null && alone.has(channelKind);
  const wrong = alerts.filter(isWrong).map(({ deliveryId }) => deliveryId);
  await ungroup(tx, wrong);
  return alerts.map((alert) => (isWrong(alert) ? { ...alert, group: null } : alert));
}

type Asking = {
  candidates: readonly Locked[];
  decisions: Map<string, Decision>;
  pacing: Pacing | undefined;
};

/** Leaves alone what comes too soon for its provider. Answers how to write down those that are claimed in the end. */
async function askForTurns(tx: Tx, { candidates, decisions, pacing }: Asking) {
  const isTaken = (id: string) => decisions.get(id) === "claim" || decisions.get(id) === "probe";
  const turns = candidates.filter(({ id }) => isTaken(id));
  if (pacing === undefined || turns.length === 0) return () => Promise.resolve();
  const waits = await lockPaces(tx, turns, pacing);
  for (const [id, opensInMs] of takeTurns(turns, new Map(waits), pacing)) {
    decisions.set(id, "leave");
    pacing.tooSoon(id, opensInMs);
  }
  return async (claimed: readonly string[]) => {
    const went = new Set(claimed);
    takeTurns(
      turns.filter(({ id }) => went.has(id)),
      waits,
      pacing,
    );
    await writePaces(tx, waits);
  };
}

/** The end of an incident under settings that the channel no longer has: nothing sent there now outdates it. */
const USES_OLD_SETTINGS = sql.raw("coalesce(d.payload ? 'sealedSettings', false)");

/**
 * Locks every unfinished delivery of the lanes concerned, in one order for all. Not `skip locked`: whoever decides about
 * a lane must see all of it, and these locks last for three short statements.
 */
async function lockLanes(tx: Tx, ids: readonly string[]): Promise<Locked[]> {
  const { rows } = await tx.execute<Locked>(sql`
    with asked as (
      select id, check_id, channel_id from deliveries where id = any(${uuids(ids)})
    ), wanted as (
      select id from asked
      union
      select d.id from asked join deliveries d on d.check_id = asked.check_id and d.channel_id = asked.channel_id
      where d.state in ('pending', 'retry', 'sending')
      union
      -- what another's message is telling just now
      select m.id from asked join deliveries m on m.check_id = asked.check_id and m.channel_id = asked.channel_id
      join deliveries l on l.id = m.lead_id
      where m.lead_id is not null and m.created_at > clock_timestamp() - ${LATE}::interval and l.state = 'sending'
    )
    select d.id, case when d.kind in ('down', 'up', 'reminder') and not ${USES_OLD_SETTINGS} then d.check_id || '/' || d.channel_id end as lane, d.kind,
           coalesce(l.state, d.state) as state,
           case coalesce(l.state, d.state) when 'sending' then coalesce(l.lease_until, d.lease_until)
             else d.next_attempt_at end <= clock_timestamp() as due,
           c.id as "channelId", c.kind as "channelKind", d.crashes, d.created_at < clock_timestamp()
             - case when d.kind in ('run', 'notice') then ${LATE_QUIET}::interval else ${LATE}::interval end as late,
           case when (c.deleted_at is not null or k.deleted_at is not null or p.deleted_at is not null)
                  and not coalesce(d.payload ? 'endedBy', false) then 'deleted'
                when c.broken_by = 'recipient' then 'stopped'
                when c.unconfirmed_since is not null then 'unconfirmed'
                when c.broken_at is not null then 'broken'
                when c.circuit_until > clock_timestamp() then 'resting'
                when c.circuit_step > 0 then 'probing' else 'working' end as channel
    from wanted
    join deliveries d on d.id = wanted.id
    join channels c on c.project_id = d.project_id and c.id = d.channel_id
    join projects p on p.id = d.project_id
    left join checks k on k.project_id = d.project_id and k.id = d.check_id
    left join flips f on f.project_id = d.project_id and f.id = d.flip_id
    left join deliveries l on l.id = d.lead_id and l.state = 'sending'
    where d.state in ('pending', 'retry', 'sending') or l.id is not null
    order by coalesce(f.deadline_seq, 0), d.id
    for update of d`);
  return rows;
}

async function take(
  tx: Tx,
  ids: readonly string[],
  { seconds, holder, probes }: Lease & { probes: readonly string[] },
): Promise<Claim[]> {
  if (ids.length === 0) return [];
  const until = sql`clock_timestamp() + ${seconds} * interval '1 second'`;
  const { rows } = await tx.execute<Claim>(sql`
    with resting as (
      update channels c set circuit_until = ${until} from deliveries d
      where d.id = any(${uuids(probes)}) and c.project_id = d.project_id and c.id = d.channel_id
    )
    update deliveries d
    set state = 'sending', attempt = d.attempt + 1, lease_until = ${until}, holder = ${holder},
        -- the attempt before died with its lease
        uncertain = d.uncertain or d.state = 'sending', crashes = d.crashes + (d.state = 'sending')::int
    from channels c
    where d.id = any(${uuids(ids)}) and c.project_id = d.project_id and c.id = d.channel_id
    returning d.id as "deliveryId", d.project_id as "projectId", d.channel_id as "channelId", d.check_id as "checkId",
      d.attempt, (extract(epoch from clock_timestamp() - d.created_at) * 1000)::float8 as "ageMs",
      d.id = any(${uuids(probes)}) as "isProbe", c.kind as "channelKind", c.circuit_step as "rests",
      (select count(*) from delivery_attempts a
       where a.delivery_id = d.id and a.status_code is distinct from 429)::int as failures`);
  return rows;
}

/** Those whose channel rests wait with it; one that its process died of waits for an hour. */
async function postpone(tx: Tx, decisions: ReadonlyMap<string, Decision>): Promise<void> {
  const resting = having(decisions, "rest");
  const aside = having(decisions, "set-aside");
  if (resting.length + aside.length === 0) return;
  await tx.execute(sql`
    update deliveries d
    set next_attempt_at = case when d.id = any(${uuids(aside)}) then clock_timestamp() + ${SET_ASIDE}::interval
          when d.kind in ('run', 'notice') then greatest(c.circuit_until, clock_timestamp() + interval '5 minutes')
          -- all at one time: those of one time go in the order in which they were written
          when c.circuit_step = 0 then c.circuit_until
          else greatest(c.circuit_until, clock_timestamp() + interval '3 seconds') end,
        crashes = crashes + (d.state = 'sending')::int, uncertain = uncertain or d.state = 'sending',
        state = 'retry', lease_until = null,
        last_error = case when d.id = any(${uuids(aside)})
          then 'Its process died under it ' || d.crashes + 1 || ' times; it was put aside for an hour.'
          else coalesce(d.last_error, 'The channel did not work lately; it waits until one attempt does.') end
    from channels c
    where d.id = any(${uuids([...resting, ...aside])}) and c.project_id = d.project_id and c.id = d.channel_id`);
  await notifyChanges(tx, aside);
}

/** What is never sent from here: its end is written, and where it failed the fall-back gets it. */
async function closeOthers(
  tx: Tx,
  decisions: ReadonlyMap<string, Decision>,
  owners: OwnersWay | null,
): Promise<void> {
  const unconfirmed = having(decisions, "refuse-unconfirmed");
  const [broken, expired] = [having(decisions, "refuse-broken"), having(decisions, "expire")];
  const outdated = having(decisions, "supersede");
  await close(tx, outdated, { state: "superseded", because: "Newer news took its place." });
  await freeMembers(tx, outdated);
  await close(tx, broken, { state: "failed", because: "The channel is broken." });
  await close(tx, expired, {
    state: "failed",
    because: "The channel did not work for as long as this was worth trying.",
  });
  await close(tx, unconfirmed, { state: "failed", because: "Nobody has confirmed this address yet." });
  const failed = [...broken, ...expired, ...unconfirmed];
  await failMembers(tx, failed);
  await fallBack(tx, failed);
  await insteadOfUnconfirmed(tx, owners, unconfirmed);
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
