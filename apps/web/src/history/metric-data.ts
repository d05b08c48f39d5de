import { type MetricLimit, metricNumber } from "@overdue/core";
import type { InferResponseType } from "hono/client";

import type { projectApi } from "../api/client.ts";
import { instant } from "../time/zones.ts";
import type { ChartColumns } from "./run-chart.tsx";

type Metrics = InferResponseType<(typeof projectApi.checks)[":checkId"]["metrics"]["$get"], 200>;
/** One metric of a check over its last runs. */
type MetricView = Metrics["items"][number];
type Item = MetricView["items"][number];
type Usual = MetricView["usual"];

/** A metric, and what a limit of the check asks of it. */
export type LimitedMetric = MetricView & { limit: MetricLimit | undefined };

/** What is wrong with a value: beyond a limit, or far from what is usual; null for nothing. */
function problemOf({ value, outcome }: Item, { limit, usual }: LimitedMetric): string | null {
  if (limit !== undefined && limit.min !== null && value < limit.min)
    return `at least ${metricNumber(limit.min)} expected`;
  if (limit !== undefined && limit.max !== null && value > limit.max)
    return `at most ${metricNumber(limit.max)} expected`;
  if (usual === null || outcome !== "success" || (value >= usual.low && value <= usual.high)) return null;
  return `far ${value > usual.median ? "above" : "below"} the usual ${usualText(usual)}`;
}

function usualText({ median }: NonNullable<Usual>): string {
  return metricNumber(Number(median.toPrecision(4)));
}

/** "12, at most 0 expected", "1,204, failed". */
export function metricItemText(item: Item, metric: LimitedMetric): string {
  const problem = problemOf(item, metric);
  const failed = item.outcome === "fail" && problem === null ? "the run failed" : null;
  return [metricNumber(item.value), problem, failed].filter((part) => part !== null).join(", ");
}

/** The values as the columns of a chart. */
export function metricColumns(metric: LimitedMetric): ChartColumns {
  const { items, usual, limit } = metric;
  const [lowest, highest] = metricRange(metric);
  const values = (isIncluded: (item: Item) => boolean) =>
    items.map((item) => (isIncluded(item) ? item.value : null));
  const isShown = (value: number) => value >= lowest && value <= highest;
  const constant = (value: number | null | undefined) =>
    items.map(() => (value === null || value === undefined || !isShown(value) ? null : value));
  const isBad = (item: Item) => item.outcome === "fail" || item.outcome === "lost";
  return [
    items.map(({ at }) => instant(at) / 1_000),
    values((item) => !isBad(item)),
    values(isBad),
    values((item) => problemOf(item, metric) !== null && !isBad(item)),
    constant(usual?.low === undefined ? undefined : Math.max(lowest, usual.low)),
    constant(usual?.high === undefined ? undefined : Math.min(highest, usual.high)),
    constant(limit?.min),
    constant(limit?.max),
  ];
}

/** A limit further away than this many times the values would press them flat. */
const LIMIT_TIMES_MAX = 2;

/** The ends of the axis: zero, all values, and the limits that are near. */
export function metricRange({ items, limit }: LimitedMetric): [number, number] {
  const values = items.map(({ value }) => value);
  const lowest = Math.min(0, ...values);
  const highest = Math.max(0, ...values);
  const reach = Math.max(highest, -lowest) * LIMIT_TIMES_MAX;
  const limits = [limit?.min, limit?.max].filter(
    (one): one is number => typeof one === "number" && Math.abs(one) <= reach,
  );
  const [from, until] = [Math.min(lowest, ...limits), Math.max(highest, ...limits)];
  const margin = (until - from || 1) * 0.1;
  return [from < 0 ? from - margin : 0, until + margin];
}

/** "At least 1, and there each time. Usually 7,100,000,000, by the last 40 good runs." */
export function metricLead({ limit, usual }: LimitedMetric): string {
  const asked = limit === undefined ? "" : `${limitText(limit)} `;
  if (usual === null)
    return limit !== undefined && limit.outliers !== "allow"
      ? `${asked}What is usual is known after ten good runs.`
      : asked.trim();
  return `${asked}Usually ${usualText(usual)}, by the last ${usual.runs} good runs. The band is what counts as usual.`;
}

/** What a limit asks, as a sentence: "At least 1." */
function limitText({ min, max, required }: MetricLimit): string {
  const bounds =
    min !== null && max !== null
      ? `${metricNumber(min)} to ${metricNumber(max)}`
      : min !== null
        ? `At least ${metricNumber(min)}`
        : max !== null
          ? `At most ${metricNumber(max)}`
          : null;
  if (bounds === null) return required ? "Each run must report it." : "";
  return required ? `${bounds}; a run without it fails.` : `${bounds}.`;
}

const SHOWN_MAX = 5;

/** The newest values that are not as they should be, newest first. */
export function newestProblems(metric: LimitedMetric): Item[] {
  return metric.items
    .filter((item) => problemOf(item, metric) !== null)
    .slice(-SHOWN_MAX)
    .toReversed();
}
