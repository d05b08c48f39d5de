/** Rule 49: what a check's metrics usually are, and outliers among them. */

import type { Instant } from "@overdue/schedules";
import { findMetricOutlier } from "../../learning/usual-metrics.ts";
import { RUNS_COMPARED } from "../../learning/usual-limits.ts";
import { type MetricValues, ownValue } from "../../metrics/read-metrics.ts";
import { type Draft, evidenceOf } from "../draft.ts";
import { reportOutlier } from "./learn-durations.ts";

type GoodRun = { id: string; at: Instant; metrics: MetricValues };

/**
 * Adds what a good run reports to what is usual, where a limit compares it, and reports outliers. Returns whether the check
 * went down for them.
 */
export function learnMetrics(draft: Draft, { id, at, metrics }: GoodRun): boolean {
  const { settings, memory, pingNumber } = draft;
  const compared = settings.metricLimits.filter(({ outliers }) => outliers !== "allow");
  if (compared.length === 0) return false;
  const before = memory.usualMetrics ?? {};
  const found = compared.flatMap(({ metric, outliers }) => {
    const value = ownValue(metrics, metric);
    const finding =
      value === undefined ? null : findMetricOutlier(metric, ownValue(before, metric) ?? [], value);
    return finding === null ? [] : [{ finding, outliers }];
  });
  memory.usualMetrics = Object.fromEntries(
    compared.map(({ metric }) => {
      const value = ownValue(metrics, metric);
      const known = ownValue(before, metric) ?? [];
      return [metric, value === undefined ? known : [...known, value].slice(-RUNS_COMPARED)];
    }),
  );
  if (found.length === 0) return false;
  const policy = found.some(({ outliers }) => outliers === "alert") ? "alert" : "note";
  const particulars = { runId: id, pingNumber, metrics: found.map(({ finding }) => finding) };
  return reportOutlier(
    draft,
    { at, reason: "metric-limit", evidence: evidenceOf(draft, particulars) },
    policy,
  );
}
