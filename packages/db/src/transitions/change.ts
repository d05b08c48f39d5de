import type { Instant } from "@overdue/schedules";
import {
  type Check,
  type Effect,
  type Event,
  type CoalescedPings,
  fold,
  isAhead,
  coalescePing,
  type ReportedMetrics,
  type RunFacts,
} from "@overdue/core";
import type { Outage } from "../receivers/outages.ts";
import type { StoredCheck } from "../checks/check-row.ts";
import type { PoolClient } from "../database.ts";
import type { ReceivedPing } from "./record-pings.ts";

/** The parts of a ping that are stored besides what `fold` decides about it. */
export type PingRecord = {
  id: string;
  receivedAt: Instant;
  rid: string | null;
  exitStatus: number | null;
  scheme: string;
  method: string;
  remoteAddress: string | null;
  userAgent: string;
  /** What is kept of the body: all of it, or its first and its last part; null when it was empty. */
  body: Buffer | null;
  /** Where the last part begins in `body`, if the body was longer than the limit; else null. */
  bodyCutAt: number | null;
  /** Length as sent. */
  bodyBytes: number;
  /** The numbers that it reports; left out where there are none. */
  metrics?: ReportedMetrics;
  /** What it says about its run besides; left out where it says nothing. */
  facts?: RunFacts;
  /** How long after it happened it was received, in milliseconds: then `receivedAt` is when it happened. */
  lateMs?: number;
  /** The receiver's note, such as why the ping does not count. */
  note: string | null;
};

/** A check during one transaction: as it was read, as it is now, and what is still to be written. */
export type Change = {
  stored: StoredCheck;
  check: Check;
  effects: Effect[];
  nextAt: Instant | null;
  pings: PingRecord[];
  coalesced: CoalescedPings | null;
  /** How many earlier pings the row of a ping stands for, by the ping's id. */
  repeats: Map<string, number>;
  /** Pings that the row of a later ping stands for: the ids of those of this transaction, and those already stored. */
  replaced: { ids: Set<string>; stored: { number: number; id: string }[] };
  /** True: `wake_at` becomes `nextAt`. False: it only moves nearer, so that a ping touches no index. */
  setWake: boolean;
};

export function changeOf(stored: StoredCheck): Change {
  return {
    stored,
    check: stored.check,
    effects: [],
    nextAt: null,
    pings: [],
    coalesced: stored.coalesced,
    repeats: new Map(),
    replaced: { ids: new Set(), stored: [] },
    setWake: false,
  };
}

/** Folds a ping into the change, and decides whether it gets a row of its own. */
export function advancePing(change: Change, event: Extract<Event, { kind: "ping" }>): void {
  const before = change.effects.length;
  advance(change, event);
  const { coalesced, repeats, instead } = coalescePing(
    change.coalesced,
    event.ping.at,
    change.effects.slice(before),
  );
  change.coalesced = coalesced;
  if (repeats > 0) change.repeats.set(event.ping.id, repeats);
  if (instead === null) return;
  const { number, id } = instead;
  if (number > change.stored.check.state.pingCount) change.replaced.ids.add(id);
  else change.replaced.stored.push({ number, id });
}

/** Folds one more event into the change. */
export function advance(change: Change, event: Event): void {
  const { check, effects, nextAt } = fold(change.check, event);
  change.check = check;
  change.effects.push(...effects);
  change.nextAt = nextAt;
  // An outage only puts deadlines off: the first ping after one should touch no index either.
  if (event.kind !== "ping" && event.kind !== "outage") change.setWake = true;
}

/**
 * Folds into the check every outage that was not applied to it yet, and first the clock's being set back, if that happened.
 * Must come before any other event. `now`: by the clock that decides, which is the database's.
 */
export function applyOutages(change: Change, outages: readonly Outage[], now: Instant): void {
  if (outages.some(({ setBackMs }) => typeof setBackMs === "number") && isAhead(change.check, now))
    advance(change, { kind: "clock-set-back", at: now });
  for (const { from, until } of outages) {
    if (until > receivedUntil(change.check)) advance(change, { kind: "outage", from, until });
  }
}

function receivedUntil(check: Check): Instant {
  return check.state.memory.outageUntil ?? check.createdAt;
}

/**
 * Stores the digests by which repeated arrivals are recognized, in the transaction that records the pings.
 * @returns the repeated arrivals: those whose digest another transaction, or an earlier arrival of this one, has stored
 */
export async function noteOnce(
  client: PoolClient,
  arrivals: readonly ReceivedPing[],
): Promise<ReadonlySet<ReceivedPing>> {
  const asked = arrivals.flatMap((arrival) =>
    arrival.once ? [{ arrival, digest: arrival.once.toString("hex") }] : [],
  );
  if (asked.length === 0) return new Set();
  // In one order everywhere, so that two receivers wait for each other instead of deadlocking.
  const rows = await client.query<{ digest: string }>(
    `insert into mail_receipts (digest)
           select distinct decode(digest, 'hex') as digest from unnest($1::text[]) as x(digest) order by 1
           on conflict do nothing returning encode(digest, 'hex') as digest`,
    [asked.map(({ digest }) => digest)],
  );
  const fresh = new Set(rows.map(({ digest }) => digest));
  // `delete` is true only for the first of several equal digests in this transaction.
  return new Set(asked.filter(({ digest }) => !fresh.delete(digest)).map(({ arrival }) => arrival));
}
