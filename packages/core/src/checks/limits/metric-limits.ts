/** Rule 48: what the metrics of a success must be. */

import { ownValue, type ReportedMetrics } from "../../metrics/read-metrics.ts";
import type { MetricFinding } from "../event.ts";
import type { MetricLimit } from "../settings.ts";

/** The metrics that are not as the limits ask, in the order of the limits. */
export function findMetricViolations(
  limits: readonly MetricLimit[],
  { values, problems }: ReportedMetrics,
): MetricFinding[] {
  return limits.flatMap(({ metric, min, max, required }) => {
    const value = ownValue(values, metric) ?? null;
    const isGood =
      value === null ? !required : (min === null || value >= min) && (max === null || value <= max);
    if (isGood) return [];
    const problem = value === null ? problems.find((one) => one.metric === metric)?.problem : undefined;
    return [{ metric, value, min, max, ...(problem !== undefined && { problem }) }];
  });
}
