import { Button, Skeleton } from "@mantine/core";
import { metricNumber, shortMetricNumber, type MetricLimit } from "@overdue/core";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useMemo, useState } from "react";

import { Card } from "../ui/card.tsx";
import { lazyPart } from "../ui/lazy-part.ts";
import { DatedTime } from "../ui/time.tsx";
import { type CheckInZone, metricsQuery } from "./history-queries.ts";
import {
  type LimitedMetric,
  metricColumns,
  metricItemText,
  metricLead,
  metricRange,
  newestProblems,
} from "./metric-data.ts";
import styles from "./run-chart.module.css";

const RunChart = lazyPart(async () => ({ default: (await import("./run-chart.tsx")).RunChart }));

const CHARTS_MAX = 4;

/** The numbers that the runs of a check reported, a chart each; nothing where they reported none. */
export function MetricCards({ check, limits }: { check: CheckInZone; limits: readonly MetricLimit[] }) {
  const { data } = useQuery(metricsQuery(check));
  const [isAll, setAll] = useState(false);
  const known = useMemo(
    () =>
      data?.items
        .filter(({ items }) => items.length > 0)
        .map((one) => ({ ...one, limit: limits.find(({ metric }) => metric === one.metric) })),
    [data, limits],
  );
  if (known === undefined) return limits.length > 0 ? <Skeleton height={320} /> : null;
  const shown = isAll ? known : known.slice(0, CHARTS_MAX);
  return (
    <>
      {shown.map((metric) => (
        <MetricCard key={metric.metric} zone={check.zone} metric={metric} />
      ))}
      {shown.length < known.length && (
        <div>
          <Button variant="default" onClick={() => setAll(true)}>
            Show {known.length - shown.length} more numbers
          </Button>
        </div>
      )}
    </>
  );
}

function MetricCard({ metric, zone }: { metric: LimitedMetric; zone: string | undefined }) {
  const last = metric.items.at(-1);
  const problems = newestProblems(metric);
  return (
    <Card title={metric.metric}>
      <p className={styles["usual"]}>
        {last !== undefined && (
          <>
            <strong className={styles["last"]}>{metricNumber(last.value)}</strong> by the last run.{" "}
          </>
        )}
        {metricLead(metric)}
      </p>
      <MetricChart metric={metric} />
      {problems.length > 0 && (
        <>
          <h3 className={styles["title"]}>Not as expected</h3>
          <ul className={styles["outliers"]}>
            {problems.map((item) => (
              <li key={item.at}>
                <DatedTime at={item.at} zone={zone} />
                <span>{metricItemText(item, metric)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function MetricChart({ metric }: { metric: LimitedMetric }) {
  const drawn = useMemo(() => ({ columns: metricColumns(metric), range: metricRange(metric) }), [metric]);
  if (metric.items.length < 2) return null;
  return (
    <Suspense fallback={<Skeleton height={200} />}>
      <RunChart
        {...drawn}
        axisText={shortMetricNumber}
        describe={(index) => {
          const item = metric.items[index];
          return item === undefined ? "" : metricItemText(item, metric);
        }}
      />
    </Suspense>
  );
}
