import type { Instant } from "@overdue/schedules";

/** The clock by which pings are received: this machine's, corrected by the database's where they differ. */
export type Clock = {
  now: () => Instant;
  /** Corrects it by what the database's clock showed between two local instants. @returns the skew in milliseconds */
  compare: (databaseAt: Instant, local: { before: Instant; after: Instant }) => number;
  /** The skew at the last comparison. */
  skewMs: () => number;
};

/** A smaller difference of the two clocks cannot be measured reliably over a connection. */
export const SKEW_MAX_MS = 1_000;

/** The database's clock was set back if it is this far behind the newest instant given out. */
const SET_BACK_MIN_MS = 10_000;

/**
 * Creates a clock that never goes backwards, so that a step of the machine's clock cannot undo a deadline. The exception:
 * the database's clock, which decides, was set back itself.
 */
export function createClock(local: () => Instant = Date.now): Clock {
  let correctionMs = 0;
  let skewMs = 0;
  let newest = 0;
  return {
    now: () => (newest = Math.max(newest, local() + correctionMs)),
    compare: (databaseAt, { before, after }) => {
      skewMs = databaseAt - (before + after) / 2;
      correctionMs = Math.abs(skewMs) > SKEW_MAX_MS ? Math.round(skewMs) : 0;
      if (newest - databaseAt > SET_BACK_MIN_MS) newest = 0;
      return skewMs;
    },
    skewMs: () => skewMs,
  };
}
