import { type PingKind, type PingFilter, type ReadPing, shortAddress } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { STORED_CHECK, type StoredCheck, storedCheck, type StoredCheckRow } from "../checks/check-row.ts";
import { inTransaction, type Pool, type PoolClient } from "../database.ts";
import { keptPart, type PrivacyRules, withoutBody } from "../privacy/privacy.ts";
import type { Outage } from "../receivers/outages.ts";
import { advancePing, applyOutages, type Change, changeOf, noteOnce, type PingRecord } from "./change.ts";
import {
  findOrCreateChecks,
  type Found,
  findExistingChecks,
  targetKey,
  type PingTarget,
} from "./find-targets.ts";
import type { KnownChecks } from "./known-checks.ts";
import { writeFacts } from "./write-facts.ts";
import { writeBeforeCommit, writeKnown, type Written } from "./write.ts";

/** A ping as the receiver accepted it: parsed and bounded, not yet matched with its check. */
export type ReceivedPing = {
  target: PingTarget;
  record: PingRecord;
  /** What it counts as for a check that reads pings so. */
  read: (reading: PingFilter) => ReadPing;
  /** From what `read` decides, where that is all and can be kept on a disk; left out where it cannot. */
  said?: { kind: PingKind; method: string; exitStatus: number | null };
  /** The keywords of its check that were found in a body which is not kept whole; left out where there are none. */
  found?: readonly string[];
  host: string | null;
  digest: string | null;
  /** The due time that the scheduler handed on; left out where it did not. */
  dueAt?: Instant;
  /** How long the run took by its client's clock, in milliseconds; left out where it does not say. */
  durationMs?: number;
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
  /** `full`: why its check was not made, where the plan of the organization allows no more. */
  | { kind: "unknown"; full?: string }
  | { kind: "ambiguous" };

/** What the receiver knows besides its pings. */
export type Knowledge = {
  outages: readonly Outage[];
  /** Up to when the other receivers have committed what they accepted; null: there are none to wait for. */
  othersAt: Instant | null;
  /** What time it is by the clock that decides; left out where it was never set back. */
  now?: Instant;
  /** Its checks as they were stored last, and where to remember them; left out where nothing is remembered. */
  checks?: KnownChecks;
  /** The pings may be stored already, because nobody heard how an earlier attempt ended: those are left alone then. */
  mayBeStored?: boolean;
  /** What projects do not keep of pings; left out where all is kept. */
  privacy?: Pick<PrivacyRules, "of" | "hasRoomForBodies">;
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
  const { outcomes, pinged, written } = await inTransaction(pool, async (client, addLast) => {
    const found = matchTargets(
      arrivals,
      await findOrCreateChecks(client, targetsOf(arrivals), firstAt(arrivals)),
    );
    // One that finds no check may come again, and be the first.
    const repeated = await noteOnce(
      client,
      arrivals.filter((_, i) => found[i]?.kind === "check"),
    );
    const { changes, listens } = await lock(client, found, known);
    const stored = known.mayBeStored === true ? await findStored(client, arrivals, changes) : NONE;
    const outcomes = arrivals.map((arrival, i) => {
      const isRepeated = repeated.has(arrival) || stored.has(arrival.record.id);
      return apply(arrival, found[i], { changes, known, isRepeated });
    });
    const pinged = [...changes.values()].filter((change) => change.pings.length > 0);
    await writeFacts(client, pinged);
    return { outcomes, pinged, written: await writeBeforeCommit(client, pinged, { addLast, listens }) };
  });
  if (known.checks !== undefined) remember(known.checks, pinged, written);
  return outcomes;
}

/**
 * Records those pings whose checks are known from the last time, without reading or locking these before: in one statement,
 * which writes the checks that nobody has changed since. Returns the outcomes of those that are durable then, and null for
 * each ping that it left alone, with all others of its check: they are for `recordPings`. Throws when none is durable.
 */
export async function recordKnown(
  pool: Pool,
  arrivals: readonly ReceivedPing[],
  { checks, ...known }: Knowledge & { checks: KnownChecks },
): Promise<(Recorded | null)[]> {
  const found = matchTargets(arrivals, await findExistingChecks(pool, targetsOf(arrivals)));
  const { changes, versions } = recall(arrivals, found, { known, checks });
  if (changes.size === 0) return arrivals.map(() => null);
  const recorded = arrivals.map((arrival, i) =>
    apply(arrival, found[i], { changes, known, isRepeated: false }),
  );
  const pinged = [...changes.values()];
  const { checkIds, ...written } = await writeKnown(pool, pinged, {
    versions,
    isAlone: known.othersAt === null,
  });
  for (const change of pinged) {
    if (checkIds.has(change.check.id)) remember(checks, [change], written);
    else checks.forget(change.stored.pingUuid);
  }
  return recorded.map((outcome) =>
    outcome.kind === "recorded" && checkIds.has(outcome.checkId) ? outcome : null,
  );
}

/** The checks of these pings that are known, but for those with a ping that may have come before. */
function recall(
  arrivals: readonly ReceivedPing[],
  found: readonly Found[],
  { known, checks }: { known: Knowledge; checks: KnownChecks },
): { changes: Map<string, Change>; versions: Map<Change, string> } {
  const changes = new Map<string, Change>();
  const versions = new Map<Change, string>();
  for (const target of found) {
    if (target.kind !== "check" || changes.has(target.pingUuid)) continue;
    const last = checks.get(target.pingUuid);
    if (last === undefined) continue;
    const change = changeWithOutages(last.stored, known);
    changes.set(target.pingUuid, change);
    versions.set(change, last.version);
  }
  for (const [i, target] of found.entries())
    if (target.kind === "check" && isWrittenApart(arrivals[i])) changes.delete(target.pingUuid);
  return { changes, versions };
}

/** Whether more is stored of a ping than what every ping has. */
function isWrittenApart(arrival: ReceivedPing | undefined): boolean {
  return Boolean(arrival?.once ?? arrival?.record.facts ?? arrival?.record.lateMs);
}

function remember(checks: KnownChecks, changes: readonly Change[], { version }: Written): void {
  if (version === null) return;
  for (const { stored, check, coalesced } of changes)
    checks.learn({ stored: { ...stored, check, coalesced }, version });
}

function targetsOf(arrivals: readonly ReceivedPing[]): PingTarget[] {
  return arrivals.map(({ target }) => target);
}

function firstAt(arrivals: readonly ReceivedPing[]): Instant {
  return Math.min(...arrivals.map(({ record }) => record.receivedAt));
}

/** What was found for the target of each ping. Of several pings that came for a check which they create, the first created it. */
function matchTargets(arrivals: readonly ReceivedPing[], slugs: ReadonlyMap<string, Found>): Found[] {
  const answered = new Set<string>();
  return arrivals.map(({ target }) => {
    if (target.kind === "uuid") return { kind: "check", pingUuid: target.pingUuid, created: false };
    const found = slugs.get(targetKey(target)) ?? { kind: "unknown" };
    const first = !answered.has(targetKey(target));
    answered.add(targetKey(target));
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
  const changes = new Map(rows.map((row) => [row.pingUuid, changeWithOutages(storedCheck(row), known)]));
  return { changes, listens: rows.some(({ listens }) => listens) };
}

const NONE: ReadonlySet<string> = new Set();
/** A ping that was kept on a disk is among the last so many of its check. */
const STORED_AGO_MAX = 20_000;

/** The ids of those pings that are stored already. The locks of their checks are held, so that none is being stored. */
async function findStored(
  client: PoolClient,
  arrivals: readonly ReceivedPing[],
  changes: ReadonlyMap<string, Change>,
): Promise<ReadonlySet<string>> {
  const rows = await client.query<{ id: string }>(
    `select p.id from unnest($1::uuid[]) as x(id) join checks c on c.id = x.id
       join pings p on p.check_id = c.id and p.number > c.ping_count - $3::int
      where p.id = any($2::uuid[])`,
    [
      [...changes.values()].map(({ check }) => check.id),
      arrivals.map(({ record }) => record.id),
      STORED_AGO_MAX,
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

function changeWithOutages(stored: StoredCheck, { outages, now = Infinity }: Knowledge): Change {
  const change = changeOf(stored);
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
  const privacy = known.privacy?.of(change.stored.projectId);
  const kept = keptPart(sinceItWasMade(arrival.record, change), privacy);
  const record = known.privacy?.hasRoomForBodies === false ? withoutBody(kept) : kept;
  change.pings.push(note === null ? record : { ...record, note });
  const host =
    privacy?.shortAddresses === true && arrival.host !== null ? shortAddress(arrival.host) : arrival.host;
  const ping = pingOf({ ...arrival, record, host }, kind);
  advancePing(change, { kind: "ping", ping, ...(known.othersAt !== null && { knownUntil: known.othersAt }) });
  const ignoredBecause = ignoredNote(change, { id: ping.id, note: note ?? arrival.record.note });
  return { ...recorded, created: found.created, ignoredBecause };
}

/** A ping that is delivered late happened no earlier than its check was made. */
function sinceItWasMade(record: PingRecord, { check }: Change): PingRecord {
  const tooEarlyMs = record.lateMs === undefined ? 0 : check.createdAt - record.receivedAt;
  if (record.lateMs === undefined || tooEarlyMs <= 0) return record;
  return { ...record, receivedAt: check.createdAt, lateMs: Math.max(0, record.lateMs - tooEarlyMs) };
}

/** What the history says of a ping that is stored as ignored; null for any other, and for one that waits. */
function ignoredNote(change: Change, { id, note }: { id: string; note: string | null }): string | null {
  const stored = change.effects.find((effect) => effect.kind === "ping" && effect.id === id);
  if (stored?.kind !== "ping" || stored.stored !== "ignored") return null;
  return stored.note ?? note;
}

function pingOf({ record, host, digest, dueAt, durationMs }: ReceivedPing, kind: PingKind) {
  const { id, rid, exitStatus, receivedAt: at, metrics } = record;
  const said = {
    ...(dueAt !== undefined && { dueAt }),
    ...(durationMs !== undefined && { durationMs }),
    ...(metrics !== undefined && { metrics }),
    ...(record.lateMs !== undefined && { isLate: true as const }),
  };
  return { id, kind, at, rid, exitStatus, host, digest, ...said };
}
