import { durationText, exitStatusText } from "@overdue/core";
import type { InferResponseType } from "hono/client";

import type { projectApi } from "../api/client.ts";
import { instant } from "../time/zones.ts";
import type { ChartColumns } from "./run-chart.tsx";

type Durations = InferResponseType<(typeof projectApi.checks)[":checkId"]["durations"]["$get"], 200>;
export type DurationItem = Durations["items"][number];
type Baseline = NonNullable<Durations["usual"]>;

/** Whether a good run is far from the baseline, or any run exceeded the max runtime. */
function isOutlier({ durationMs, outcome, overlong }: DurationItem, usual: Baseline | null): boolean {
  if (overlong) return true;
  if (usual === null || outcome !== "success") return false;
  return durationMs > usual.overlongMs || durationMs < usual.tooQuickMs;
}

/** The runs as the columns of a chart. Durations are seconds. */
export function chartColumns({ items, usual }: Durations): ChartColumns {
  const durations = (isIncluded: (item: DurationItem) => boolean) =>
    items.map((item) => (isIncluded(item) ? item.durationMs / 1_000 : null));
  const constant = (ms: number | undefined) => items.map(() => (ms === undefined ? null : ms / 1_000));
  return [
    items.map(({ at }) => instant(at) / 1_000),
    durations((item) => item.outcome === "success"),
    durations((item) => item.outcome === "fail"),
    durations((item) => isOutlier(item, usual)),
    constant(usual?.tooQuickMs),
    constant(upperBoundMs(usual)),
    constant(undefined),
    constant(undefined),
  ];
}

function upperBoundMs(usual: Baseline | null): number | undefined {
  return usual !== null && Number.isFinite(usual.overlongMs) ? usual.overlongMs : undefined;
}

/** "12 min 55 s, 3.1 times the usual 4 min 10 s", "20 s, failed with exit status 1". */
export function durationItemText(item: DurationItem, usual: Baseline | null): string {
  const { durationMs, outcome, exitStatus } = item;
  const parts = [durationText(durationMs)];
  if (outcome === "fail")
    parts.push(exitStatus === null ? "failed" : `failed with exit status ${exitStatusText(exitStatus)}`);
  if (isOutlier(item, usual) && usual !== null && usual.medianMs > 0)
    parts.push(
      durationMs >= usual.medianMs
        ? `${(durationMs / usual.medianMs).toFixed(1)} times the usual ${durationText(usual.medianMs)}`
        : `instead of the usual ${durationText(usual.medianMs)}`,
    );
  else if (item.overlong) parts.push("took too long");
  return parts.join(", ");
}

const OUTLIERS_MAX = 5;

/** The newest outliers, newest first. */
export function newestOutliers({ items, usual }: Durations): DurationItem[] {
  return items
    .filter((item) => isOutlier(item, usual))
    .slice(-OUTLIERS_MAX)
    .toReversed();
}
