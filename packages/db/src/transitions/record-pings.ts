import type { PingKind, PingReading, ReadPing } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { STORED_CHECK, storedCheck, type StoredCheckRow } from "../checks/check-row.ts";
import { inTransaction, type Pool, type PoolClient } from "../database.ts";
import type { Outage } from "../receivers/checkpoint.ts";
import { advancePing, applyOutages, type Change, changeOf, noteOnce, type PingRecord } from "./change.ts";
import { findSlugs, type Found, slugOf, type Target } from "./find-targets.ts";
import { writeBeforeCommit } from "./write.ts";

/** A ping as the receiver accepted it: parsed and bounded, not yet matched with its check. */
export type ReceivedPing = {
  target: Target;
  record: PingRecord;
  /** What it counts as for a check that reads pings so. */
  read: (reading: PingReading) => ReadPing;
  host: string | null;
  digest: string | null;
  /** The due time that the scheduler handed on; left out where it did not. */
  dueAt?: Instant;
  /** By what a repetition of it is known, days later too; left out where nothing repeats it. */
  once?: Buffer | null;
};

export type Recorded =
  | {
      kind: "recorded";
      projectId: string;
      checkId: string;
      pingUuid: string;
      created: boolean;
      /** Why it does not count, such as "paused"; null where it does. */
      ignoredBecause: string | null;
    }
  | { kind: "unknown" }
  | { kind: "ambiguous" };

/** What the receiver knows besides its pings. */
export type Knowledge = {
  outages: readonly Outage[];
  /** Up to when the other receivers have committed what they accepted; null: there are none to wait for. */
  othersAt: Instant | null;
  /** What time it is by the clock that decides; left out where it was never set back. */
  now?: Instant;
};

/** One receiver, and no outage on record. */
export const ALONE: Knowledge = { outages: [], othersAt: null };

/**
 * Records pings that arrived together in one transaction: finds their checks, locks them in id order, folds, writes.
 * Returns an outcome for each, in order; then every one is durable. Throws when none is.
 */
export async function recordPings(
  pool: Pool,
  arrivals: readonly ReceivedPing[],
  known: Knowledge,
): Promise<Recorded[]> {
  return inTransaction(pool, async (client, trail) => {
    const found = await find(client, arrivals);
    const repeated = await noteOnce(client, arrivals);
    const { changes, listens } = await lock(client, found, known);
    const recorded = arrivals.map((arrival, i) =>
      apply(arrival, found[i], { changes, known, isRepeated: repeated.has(arrival) }),
    );
    const written = [...changes.values()].filter((change) => change.pings.length > 0);
    await writeBeforeCommit(client, written, { trail, listens });
    return recorded;
  });
}

async function find(client: PoolClient, arrivals: readonly ReceivedPing[]): Promise<Found[]> {
  const at = Math.min(...arrivals.map(({ record }) => record.receivedAt));
  const slugs = await findSlugs(
    client,
    arrivals.map(({ target }) => target),
    at,
  );
  const answered = new Set<string>();
  return arrivals.map(({ target }) => {
    if (target.kind === "uuid") return { kind: "check", pingUuid: target.pingUuid, created: false };
    const found = slugs.get(slugOf(target)) ?? { kind: "unknown" };
    const first = !answered.has(slugOf(target));
    answered.add(slugOf(target));
    return found.kind === "check" ? { ...found, created: found.created && first } : found;
  });
}

// In id order, so that two receivers with the same checks in hand wait for each other instead of locking up.
async function lock(
  client: PoolClient,
  found: readonly Found[],
  known: Knowledge,
): Promise<{ changes: Map<string, Change>; listens: boolean }> {
  const pingUuids = new Set(found.flatMap((target) => (target.kind === "check" ? [target.pingUuid] : [])));
  const rows = await client.query<StoredCheckRow & { listens: boolean }>(
    `select ${STORED_CHECK},
            exists (select from routes r where r.project_id = checks.project_id and r.listens) as listens
       from checks where ping_uuid = any($1::uuid[]) and deleted_at is null order by id for update`,
    [[...pingUuids]],
  );
  const changes = new Map(rows.map((row) => [row.pingUuid, prepared(row, known)]));
  return { changes, listens: rows.some(({ listens }) => listens) };
}

function prepared(row: StoredCheckRow, { outages, now = Infinity }: Knowledge): Change {
  const change = changeOf(storedCheck(row));
  applyOutages(change, outages, now);
  return change;
}

function apply(
  arrival: ReceivedPing,
  found: Found | undefined,
  { changes, known, isRepeated }: { changes: Map<string, Change>; known: Knowledge; isRepeated: boolean },
): Recorded {
  if (found?.kind !== "check") return found ?? { kind: "unknown" };
  const change = changes.get(found.pingUuid);
  if (change === undefined) return { kind: "unknown" };
  const recorded = {
    kind: "recorded",
    projectId: change.stored.projectId,
    checkId: change.check.id,
    pingUuid: found.pingUuid,
  } as const;
  // Its sender did not hear that we have it, and now does.
  if (isRepeated) return { ...recorded, created: false, ignoredBecause: null };
  const { kind, note } = arrival.read(change.stored.reading);
  change.pings.push(note === null ? arrival.record : { ...arrival.record, note });
  const ping = pingOf(arrival, kind);
  advancePing(change, { kind: "ping", ping, ...(known.othersAt !== null && { knownUntil: known.othersAt }) });
  const ignoredBecause = ignoredNote(change, { id: ping.id, note: note ?? arrival.record.note });
  return { ...recorded, created: found.created, ignoredBecause };
}

/** What the history says of a ping that is stored as ignored; null for any other, and for one that waits. */
function ignoredNote(change: Change, { id, note }: { id: string; note: string | null }): string | null {
  const stored = change.effects.find((effect) => effect.kind === "ping" && effect.id === id);
  if (stored?.kind !== "ping" || stored.stored !== "ignored") return null;
  return stored.note ?? note;
}

function pingOf({ record, host, digest, dueAt }: ReceivedPing, kind: PingKind) {
  const { id, rid, exitStatus, receivedAt: at } = record;
  return { id, kind, at, rid, exitStatus, host, digest, ...(dueAt !== undefined && { dueAt }) };
}
