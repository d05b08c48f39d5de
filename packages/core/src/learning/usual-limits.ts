import { middleOf } from "./statistics.ts";

/** How values are compared: durations by their logarithm, metrics by one that takes zero and negative numbers too. */
export type Scale = {
  to: (value: number) => number;
  from: (scaled: number) => number;
  /** The least distance of the limits from the median, as a share of it; `distance`: in the values' own unit. */
  lowShare: number;
  highShare: number;
  distance: number;
};

/** The median of the largest group of similar values, and the limits outside of which a value is an outlier. */
export type UsualLimits = { median: number; low: number; high: number };

/** A value is compared with this many of the last good runs. */
export const RUNS_COMPARED = 40;
export const SAMPLES_MIN = 10;

// Values of an unknown job are assumed to vary by a factor of 1.35, with the weight of three runs.
const PRIOR_SPREAD = 0.3;
const PRIOR_WEIGHT = 3;
// If the spread were known exactly, one in a thousand typical runs would lie outside of the limits.
const NORMAL_QUANTILE = 3.29;
// Values that lie this many spreads apart, and at least by a factor of two, belong to different groups.
const GAP_IN_SPREADS = 3;
const GAP_MIN = Math.LN2;
const GROUPS_MAX = 3;

/** Scaled values that are similar, ascending; never empty. */
type Group = readonly number[];

/**
 * The limits from the values of good runs, at least one.
 *
 * What jobs report varies by factors, so it is compared as logarithms. Many jobs have two kinds of run (a quick one that
 * finds nothing to do, a full backup each Sunday): values that lie clearly apart form groups, each with a typical value, and
 * only a value above or below every group is an outlier. The limits are those of a prediction interval (Student's t), which
 * is wide while few runs are known.
 */
export function usualLimits(values: readonly number[], scale: Scale): UsualLimits {
  const groups = groupSimilar(values.map(scale.to));
  const { spread, freedom } = pooledSpread(groups);
  const widest = studentQuantile(freedom) * spread;
  const marginOf = (group: Group) => widest * Math.sqrt(1 + 1 / group.length);
  const largest = groups.reduce((one, other) => (other.length > one.length ? other : one));
  const median = scale.from(middleOf(largest));
  // A single high value may be a second kind of run. A single low one may be a backup that saved nothing, so it is left out.
  const lowest = groups.find((group) => group.length > 1) ?? largest;
  const highest = groups.at(-1) ?? largest;
  const away = (share: number) => Math.max(share * Math.abs(median), scale.distance);
  return {
    median,
    low: Math.min(scale.from(middleOf(lowest) - marginOf(lowest)), median - away(scale.lowShare)),
    high: Math.max(scale.from(middleOf(highest) + marginOf(highest)), median + away(scale.highShare)),
  };
}

/** Splits at the widest gap, repeatedly, as long as the gap is wide compared with the spread within the groups. */
function groupSimilar(scaled: readonly number[]): readonly Group[] {
  let groups: readonly Group[] = [scaled.toSorted((one, other) => one - other)];
  while (groups.length < GROUPS_MAX) {
    const { parts, gap } = splitWidestGap(groups);
    if (gap < GAP_MIN || gap < GAP_IN_SPREADS * pooledSpread(parts).spread) break;
    groups = parts;
  }
  return groups;
}

function splitWidestGap(groups: readonly Group[]): { parts: readonly Group[]; gap: number } {
  let widest = { gap: 0, group: 0, index: 0 };
  for (const [group, scaled] of groups.entries())
    for (let index = 1; index < scaled.length; index++) {
      const gap = (scaled[index] ?? 0) - (scaled[index - 1] ?? 0);
      if (gap > widest.gap) widest = { gap, group, index };
    }
  const parts = groups.flatMap((scaled, group) =>
    group === widest.group && widest.gap > 0
      ? [scaled.slice(0, widest.index), scaled.slice(widest.index)]
      : [scaled],
  );
  return { parts, gap: widest.gap };
}

/** How much the values vary within their groups: the root mean square, including the prior. */
function pooledSpread(groups: readonly Group[]): { spread: number; freedom: number } {
  let squares = PRIOR_WEIGHT * PRIOR_SPREAD ** 2;
  let freedom = PRIOR_WEIGHT;
  for (const scaled of groups) {
    const mean = scaled.reduce((sum, one) => sum + one, 0) / scaled.length;
    squares += scaled.reduce((sum, one) => sum + (one - mean) ** 2, 0);
    freedom += scaled.length - 1;
  }
  return { spread: Math.sqrt(squares / freedom), freedom };
}

/** Student's t quantile for the probability of `NORMAL_QUANTILE`, by the Cornish–Fisher expansion. */
function studentQuantile(freedom: number): number {
  const z = NORMAL_QUANTILE;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
