import type { Schedule } from "@overdue/core";
import { Alert, Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconClock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { sentenceOf } from "../../api/problem.ts";
import { useNow } from "../../time/clock.ts";
import { instant } from "../../time/instant.ts";
import { relativeText } from "../../time/relative.ts";
import { browserZone, shortZonedText } from "../../time/zoned.ts";
import { type Explained, explainQuery } from "../schedule-queries.ts";
import { scheduleZone } from "../schedule-text.ts";
import styles from "./next-times.module.css";

const TYPING_MS = 250;

/** What the schedule means in words, and its next five times, while it is being typed. */
export function NextTimes({ schedule }: { schedule: Schedule }) {
  const [typed] = useDebouncedValue(schedule, TYPING_MS);
  const { data, error, isPlaceholderData } = useQuery(explainQuery(typed));
  return (
    <section className={styles["frame"]} aria-label="Next expected times" aria-live="polite">
      {error ? (
        <Alert color="red" title="This schedule cannot be used yet">
          {sentenceOf(error)}
        </Alert>
      ) : data ? (
        <div data-stale={isPlaceholderData || undefined} className={styles["times"]}>
          <p className={styles["text"]}>{data.text}</p>
          <NextList next={data.next} zone={scheduleZone(typed) ?? browserZone()} />
          {typed.kind === "interval" && (
            <p className={styles["note"]}>
              An interval counts from the last ping: these are the times if the job pings now.
            </p>
          )}
        </div>
      ) : (
        <Skeleton height={150} />
      )}
    </section>
  );
}

const MARKS = {
  skipped: "The clocks go forward over this time: it does not exist that day.",
  moved: "The clocks change: it runs at another hour of the wall clock.",
  doubled: "The clocks go back: this time comes twice that day.",
};

function NextList({ next, zone }: { next: Explained["next"]; zone: string }) {
  const here = browserZone();
  const now = useNow();
  return (
    <ol className={styles["list"]}>
      {next.map(({ at, mark }) => (
        <li key={at}>
          <IconClock size={16} aria-hidden />
          <span>
            <time dateTime={at}>{shortZonedText(instant(at), zone)}</time>
            {zone !== here && (
              <span className={styles["here"]}>here {shortZonedText(instant(at), here)}</span>
            )}
            {mark !== null && <strong className={styles["mark"]}>{MARKS[mark]}</strong>}
          </span>
          <span className={styles["in"]}>{relativeText(instant(at), now)}</span>
        </li>
      ))}
    </ol>
  );
}
