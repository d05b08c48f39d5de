import type { Instant } from "@overdue/schedules";

/** The instants that decide: this receiver's clock, set right by the database's when they part. */
export type Clock = {
  now: () => Instant;
  /** Tells it what the database's clock said between two local instants; answers the skew in milliseconds. */
  compare: (databaseAt: Instant, local: { before: Instant; after: Instant }) => number;
  /** As it was last compared. */
  skewMs: () => number;
};

/** Below this the two clocks agree as well as can be measured over a connection. */
export const SKEW_MAX_MS = 1_000;

/** The database's clock was set back where it lies so far behind what was taken for now. */
const SET_BACK_MIN_MS = 10_000;

/**
 * Never goes backwards, so that a step of the machine's clock cannot undo a deadline; unless the database's clock, which
 * decides, was set back itself.
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
