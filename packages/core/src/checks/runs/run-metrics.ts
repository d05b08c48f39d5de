/** Rule 47: the metrics that belong to a run. */

import { mergeMetrics, mergeValues, type MetricValues } from "../../metrics/read-metrics.ts";
import { type Draft, writeRun } from "../draft.ts";
import type { MetricFinding, Ping } from "../event.ts";
import { findMetricViolations } from "../limits/metric-limits.ts";
import type { OpenRun } from "../memory.ts";
import { changeRun, reportedBy, runningRun } from "./runs.ts";

/** Keeps what a sign of life reports: with its open run, else for the run whose end comes next. */
export function keepLoggedMetrics(
  draft: Draft,
  { metrics, rid, host }: Ping,
  run: OpenRun | undefined,
): void {
  if (metrics === undefined || Object.keys(metrics.values).length === 0) return;
  const { memory } = draft;
  if (run === undefined) {
    const before = memory.loggedMetrics;
    const isSame = before !== undefined && before.rid === rid && before.host === host;
    const values = isSame ? mergeValues(before.values, metrics.values) : metrics.values;
    memory.loggedMetrics = { rid, host, values };
    return;
  }
  const reported = { ...run, metrics: mergeValues(run.metrics ?? {}, metrics.values) };
  changeRun(draft, reported);
  // One that is not waited for is stored as lost already.
  if (run.uncertain === undefined) writeRun(draft, runningRun(reported));
}

/** An end together with what was logged for it while no run was open. */
export function withLoggedMetrics({ memory }: Draft, ping: Ping): Ping {
  const logged = memory.loggedMetrics;
  if (logged === undefined) return ping;
  const isItsOwn = logged.rid === null ? logged.host === ping.host : logged.rid === ping.rid;
  if (!isItsOwn) return ping;
  delete memory.loggedMetrics;
  const metrics = mergeMetrics({ values: logged.values, problems: [] }, ping.metrics ?? null);
  return metrics === null ? ping : { ...ping, metrics };
}

/** The metrics of a success, with what its run reported before, that are not as the limits ask; none for a fail. */
export function beyondLimitsOf(
  { settings }: Draft,
  run: { metrics?: MetricValues } | null,
  ping: Ping,
): MetricFinding[] {
  if (ping.kind !== "success" || settings.metricLimits.length === 0) return [];
  const { metrics: values = {} } = reportedBy(run, ping);
  return findMetricViolations(settings.metricLimits, { values, problems: ping.metrics?.problems ?? [] });
}
