import type { MetricFinding } from "../checks/event.ts";
import { medianOf } from "./statistics.ts";
import { RUNS_COMPARED, SAMPLES_MIN, type Scale, usualLimits, type UsualLimits } from "./usual-limits.ts";

/** What a metric usually is, from what good runs reported, oldest first; null while fewer than ten are known. */
export function usualMetric(values: readonly number[]): (UsualLimits & { runs: number }) | null {
  if (values.length < SAMPLES_MIN) return null;
  const newest = values.slice(-RUNS_COMPARED);
  return { ...usualLimits(newest, scaleFor(newest)), runs: newest.length };
}

/** The finding about a value that is far from what is usual; null if it is not, or too little is known. */
export function findMetricOutlier(
  metric: string,
  before: readonly number[],
  value: number,
): MetricFinding | null {
  const usual = usualMetric(before);
  if (usual === null || (value >= usual.low && value <= usual.high)) return null;
  const { median, low: min, high: max, runs } = usual;
  return { metric, value, min, max, usual: { median, runs } };
}

/** Values closer to zero than a thousandth of what is typical are as good as zero. */
const NEAR_ZERO = 1_000;

/** A logarithm with the sign of the value, and straight near zero, so that zero and negative numbers are compared as well. */
function scaleFor(values: readonly number[]): Scale {
  const sizes = values.map(Math.abs);
  const typical = medianOf(sizes) || Math.max(...sizes) || NEAR_ZERO;
  const unit = typical / NEAR_ZERO;
  return {
    to: (value) => Math.sign(value) * Math.log1p(Math.abs(value) / unit),
    from: (scaled) => Math.sign(scaled) * Math.expm1(Math.abs(scaled)) * unit,
    lowShare: 1 / 3,
    highShare: 0.5,
    distance: 0,
  };
}
