import { setTimeout as wait } from "node:timers/promises";

import {
  type AttemptRecord,
  type Claim,
  type Db,
  keepLeases,
  type OwnerContact,
  recordAttempts,
} from "@overdue/db";
import type { Logger } from "pino";

/** Records how an attempt ended. False if another attempt has taken over; rejects if it cannot be recorded. */
export type Recorder = (claim: Claim, finish: AttemptRecord) => Promise<boolean>;

const BATCH_MAX = 200;
const RETRY_MS = [200, 1_000, 3_000, 5_000];

type RecorderParts = { db: Db; ownerContact: OwnerContact };
type Waiting = {
  claim: Claim;
  finish: AttemptRecord;
  resolve: (recorded: boolean) => void;
  reject: (error: unknown) => void;
};

/**
 * Records the ends of attempts in groups: the first is written at once, those that come meanwhile share the next statement.
 * A send that is not recorded is repeated, so a short outage of the database is waited for.
 */
export function openRecorder(db: Db, ownerContact: OwnerContact): Recorder {
  let waiting: Waiting[] = [];
  let working = false;
  const work = async () => {
    working = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_MAX);
      waiting = waiting.slice(BATCH_MAX);
      await record({ db, ownerContact }, batch);
    }
    working = false;
  };
  return (claim, finish) =>
    new Promise((resolve, reject) => {
      waiting.push({ claim, finish, resolve, reject });
      if (!working) void work();
    });
}

async function record(parts: RecorderParts, batch: readonly Waiting[]): Promise<void> {
  try {
    const recorded = await recordWithRetries(parts, batch);
    for (const { claim, resolve } of batch) resolve(recorded.has(claim.deliveryId));
  } catch (error) {
    if (batch.length === 1) for (const { reject } of batch) reject(error);
    // A record that cannot be written must not affect the others.
    else for (const one of batch) await record(parts, [one]);
  }
}

async function recordWithRetries(
  { db, ownerContact }: RecorderParts,
  batch: readonly Waiting[],
): Promise<Set<string>> {
  for (const pauseMs of RETRY_MS) {
    try {
      return await recordAttempts(db, batch, ownerContact);
    } catch (error) {
      if (batch.length > 1 && isAboutData(error)) throw error;
      await wait(pauseMs);
    }
  }
  return recordAttempts(db, batch, ownerContact);
}

/** Whether PostgreSQL refused the data itself (error classes 21 to 23), so that a retry would fail as well. */
function isAboutData(error: unknown): boolean {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code: unknown = typeof cause === "object" && cause !== null ? Reflect.get(cause, "code") : undefined;
  return typeof code === "string" && /^2[123]/.test(code);
}

/** Prolongs the leases of attempts that take longer than one lease lasts, such as a mail that a relay scans. */
export type LeaseKeeper = {
  /** Keeps a lease until the returned function is called. */
  keep(claim: Claim): () => void;
  stop(): void;
};

export type LeaseKeeperOptions = {
  db: Db;
  log: Logger;
  /** How long one lease lasts. */
  seconds: number;
  /** Milliseconds between two looks; a third of a lease by default. */
  everyMs?: number;
  /** After this many milliseconds an attempt is slow, and the fallback channel gets its alert as well. */
  slowMs?: number;
};

/** Most responses take a second. After two minutes people should not depend on this channel alone. */
const SLOW_MS = 120_000;

export function openLeaseKeeper({
  db,
  log,
  seconds,
  everyMs = (seconds * 1_000) / 3,
  slowMs = SLOW_MS,
}: LeaseKeeperOptions): LeaseKeeper {
  const kept = new Set<{ claim: Claim; at: number }>();
  const look = async () => {
    const now = performance.now();
    const old = [...kept].filter(({ at }) => now - at >= everyMs / 2);
    if (old.length === 0) return;
    const attempts = old.map(({ claim, at }) => ({ claim, slow: now - at >= slowMs }));
    try {
      await keepLeases(db, attempts, { seconds, slowSeconds: slowMs / 1_000 });
    } catch (error) {
      log.warn({ err: error }, "Leases could not be prolonged; it is tried again.");
    }
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return {
    keep: (claim) => {
      const one = { claim, at: performance.now() };
      kept.add(one);
      return () => void kept.delete(one);
    },
    stop: () => clearInterval(timer),
  };
}
