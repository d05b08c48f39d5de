import { Skeleton } from "@mantine/core";
import { durationText } from "@overdue/core";
import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";

import { Card } from "../ui/card.tsx";
import { DatedTime } from "../ui/time.tsx";
import { durationItemText, newestOutliers } from "./duration-data.ts";
import { type CheckInZone, durationsQuery } from "./history-queries.ts";
import styles from "./duration-card.module.css";
import { lazyPart } from "../ui/lazy-part.ts";

// The chart library is loaded only if there is something to draw.
const DurationChart = lazyPart(async () => ({
  default: (await import("./duration-chart.tsx")).DurationChart,
}));

const RUNS_MIN = 2;
/** About as high as the card, so that little moves when it arrives. The page uses the same height. */
const LOADING_HEIGHT_PX = 320;

/** How long the runs of a check took, the baseline, and the outliers. Nothing while fewer than two runs are known. */
export function DurationCard(check: CheckInZone) {
  const { data } = useQuery(durationsQuery(check));
  if (data === undefined) return <Skeleton height={LOADING_HEIGHT_PX} />;
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
        <DurationChart data={data} />
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
