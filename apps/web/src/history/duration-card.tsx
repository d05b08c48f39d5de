import { Skeleton } from "@mantine/core";
import { durationText } from "@overdue/core";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useMemo } from "react";

import { Card } from "../ui/card.tsx";
import { DatedTime } from "../ui/time.tsx";
import { chartColumns, durationItemText, newestOutliers } from "./duration-data.ts";
import { type CheckInZone, durationsQuery } from "./history-queries.ts";
import styles from "./run-chart.module.css";
import { lazyPart } from "../ui/lazy-part.ts";

// The chart library is loaded only if there is something to draw.
const RunChart = lazyPart(async () => ({ default: (await import("./run-chart.tsx")).RunChart }));

const RUNS_MIN = 2;
/** About as high as the card, so that little moves when it arrives. The page uses the same height. */
const LOADING_HEIGHT_PX = 320;

/** Steps of the axis of durations whose labels are short: "20 min", and not "16 min 40 s". */
const STEPS_SECONDS = [
  ...[0.001, 0.01, 0.1].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
  ...[1, 60].flatMap((unit) => [1, 2, 5, 10, 20, 30].map((steps) => steps * unit)),
  ...[1, 2, 4, 6, 12, 24, 48, 96, 240, 480, 960].map((hours) => hours * 3_600),
];
const secondsText = (seconds: number) => durationText(seconds * 1_000);

/** How long the runs of a check took, the baseline, and the outliers. Nothing while fewer than two runs are known. */
export function DurationCard(check: CheckInZone) {
  const { data } = useQuery(durationsQuery(check));
  const columns = useMemo(() => data && chartColumns(data), [data]);
  if (data === undefined || columns === undefined) return <Skeleton height={LOADING_HEIGHT_PX} />;
  if (data.items.length < RUNS_MIN) return null;
  const { usual } = data;
  const outliers = newestOutliers(data);
  return (
    <Card title="How long runs took">
      <p className={styles["usual"]}>
        {usual === null
          ? "What is usual is known after ten good runs."
          : `Usually ${durationText(usual.medianMs)}, by the last ${usual.runs} good runs. The band is what counts as usual.`}
      </p>
      <Suspense fallback={<Skeleton height={200} />}>
        <RunChart
          columns={columns}
          steps={STEPS_SECONDS}
          axisText={secondsText}
          describe={(index) => {
            const item = data.items[index];
            return item === undefined ? "" : durationItemText(item, usual);
          }}
        />
      </Suspense>
      {outliers.length > 0 && (
        <>
          <h3 className={styles["title"]}>Not as usual</h3>
          <ul className={styles["outliers"]}>
            {outliers.map((item) => (
              <li key={item.at}>
                <DatedTime at={item.at} zone={check.zone} />
                <span>{durationItemText(item, usual)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}
