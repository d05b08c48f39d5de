import { keepLeases, type Claim, type Db } from "@overdue/db";
import type { Logger } from "pino";

/** Keeps the leases of attempts that take longer than one lease lasts, such as a mail that its relay looks into. */
export type LeaseKeeper = {
  /** From now until the returned function is called. */
  keep(claim: Claim): () => void;
  stop(): void;
};

export type LeaseKeeperOptions = {
  db: Db;
  log: Logger;
  /** Of one lease. */
  seconds: number;
  /** Milliseconds between two looks; a third of a lease by default. */
  everyMs?: number;
  /** Milliseconds from which on an attempt is slow, and the fallback channel gets its alert as well. */
  slowMs?: number;
};

/** Most answers take a second. After two minutes nobody should wait for this channel alone. */
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
    const underWay = old.map(({ claim, at }) => ({ claim, slow: now - at >= slowMs }));
    try {
      await keepLeases(db, underWay, { seconds, slowSeconds: slowMs / 1_000 });
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
