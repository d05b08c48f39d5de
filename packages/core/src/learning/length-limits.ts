import { SECOND_MS } from "@overdue/schedules";
import { middleOf } from "./statistics.ts";

// Before anything is known of a job, its runs are taken to vary by a factor of 1.35, with the weight of three runs.
const PRIOR_SPREAD = 0.3;
const PRIOR_WEIGHT = 3;
// A run of the usual kind lies outside of the limits once in a thousand times, were the spread known exactly.
const NORMAL_QUANTILE = 3.29;
// Lengths that lie apart by this many spreads, and at least by a factor of two, are of two kinds.
const GAP_IN_SPREADS = 3;
const GAP_MIN = Math.LN2;
const GROUPS_MAX = 3;
const OVERLONG_TIMES_MIN = 1.5;
/** A start or an end that is heard a little late changes a short run by as much. */
const PING_DELAY_MS = 3 * SECOND_MS;

/** The usual length and the limits outside of which a run is an outlier, in whole milliseconds. */
export type LengthLimits = { medianMs: number; tooQuickMs: number; overlongMs: number };

/** Logarithms of lengths that are alike, ascending; never empty. */
type Group = readonly number[];

/**
 * What is usual by the lengths of good runs, in milliseconds, at least one.
 *
 * Run times vary by factors, so they are compared as logarithms. Many jobs have two kinds of run (a quick one that
 * finds nothing to do, a full backup each Sunday): lengths that lie clearly apart form groups with a usual length
 * each, and only what is longer or shorter than every group is an outlier. The limits are those of a prediction interval
 * (Student's t), which is wide while few runs are known.
 */
export function lengthLimits(durationsMs: readonly number[]): LengthLimits {
  const groups = groupLengths(durationsMs.map((ms) => Math.log(Math.max(1, ms))));
  const { spread, freedom } = pooledSpread(groups);
  const widest = studentQuantile(freedom) * spread;
  const marginOf = (group: Group) => widest * Math.sqrt(1 + 1 / group.length);
  const largest = groups.reduce((one, other) => (other.length > one.length ? other : one));
  const medianMs = Math.round(Math.exp(middleOf(largest)));
  // One long run may be a second kind; one quick run may be the backup that saved nothing, so it teaches nothing alone.
  const lowest = groups.find((group) => group.length > 1) ?? largest;
  const highest = groups.at(-1) ?? largest;
  return {
    medianMs,
    tooQuickMs: Math.min(Math.floor(Math.exp(middleOf(lowest) - marginOf(lowest))), medianMs - PING_DELAY_MS),
    overlongMs: Math.max(
      Math.ceil(Math.exp(middleOf(highest) + marginOf(highest))),
      Math.ceil(OVERLONG_TIMES_MIN * medianMs),
      medianMs + PING_DELAY_MS,
    ),
  };
}

/** Splits at the widest gap, again and again, as long as it is wide beside the spread within the groups. */
function groupLengths(logs: readonly number[]): readonly Group[] {
  let groups: readonly Group[] = [logs.toSorted((one, other) => one - other)];
  while (groups.length < GROUPS_MAX) {
    const { parts, gap } = splitWidestGap(groups);
    if (gap < GAP_MIN || gap < GAP_IN_SPREADS * pooledSpread(parts).spread) break;
    groups = parts;
  }
  return groups;
}

function splitWidestGap(groups: readonly Group[]): { parts: readonly Group[]; gap: number } {
  let widest = { gap: 0, group: 0, index: 0 };
  for (const [group, logs] of groups.entries())
    for (let index = 1; index < logs.length; index++) {
      const gap = (logs[index] ?? 0) - (logs[index - 1] ?? 0);
      if (gap > widest.gap) widest = { gap, group, index };
    }
  const parts = groups.flatMap((logs, group) =>
    group === widest.group && widest.gap > 0
      ? [logs.slice(0, widest.index), logs.slice(widest.index)]
      : [logs],
  );
  return { parts, gap: widest.gap };
}

/** How much the lengths vary within their groups: the root of the mean square, the prior among them. */
function pooledSpread(groups: readonly Group[]): { spread: number; freedom: number } {
  let squares = PRIOR_WEIGHT * PRIOR_SPREAD ** 2;
  let freedom = PRIOR_WEIGHT;
  for (const logs of groups) {
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    squares += logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
    freedom += logs.length - 1;
  }
  return { spread: Math.sqrt(squares / freedom), freedom };
}

/** Student's t for the same probability as the normal quantile: the expansion by Cornish and Fisher. */
function studentQuantile(freedom: number): number {
  const z = NORMAL_QUANTILE;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
