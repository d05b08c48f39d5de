import { Alert, Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconClock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { sentenceOf } from "../../api/problem.ts";
import { useNow } from "../../time/clock.ts";
import { instant } from "../../time/instant.ts";
import { relativeText } from "../../time/relative.ts";
import { browserZone, shortZonedText } from "../../time/zoned.ts";
import type { CheckSchedule } from "../check-queries.ts";
import { type Explained, explainQuery, TYPING_MS } from "../schedule-queries.ts";
import { scheduleZone } from "../schedule-zone.ts";
import styles from "./next-times.module.css";

/** What the schedule means in words, and its next five times, while it is being typed. */
export function NextTimes({ schedule }: { schedule: CheckSchedule }) {
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
          <ClockChanges changes={data.changes} />
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

function NextList({ next, zone }: { next: Explained["next"]; zone: string }) {
  const here = browserZone();
  const now = useNow();
  return (
    <ol className={styles["list"]}>
      {next.map(({ at }) => (
        <li key={at}>
          <IconClock size={16} aria-hidden />
          <span>
            <time dateTime={at}>{shortZonedText(instant(at), zone)}</time>
            {zone !== here && (
              <span className={styles["here"]}>here {shortZonedText(instant(at), here)}</span>
            )}
          </span>
          <span className={styles["in"]}>{relativeText(instant(at), now)}</span>
        </li>
      ))}
    </ol>
  );
}

const MARKS = {
  skipped: "is left out",
  moved: "does not exist on that day: it comes at another time of the clock",
  doubled: "comes twice on that day",
};

/** What the next changes of the clocks do to the schedule. */
function ClockChanges({ changes }: { changes: Explained["changes"] }) {
  return changes.map(({ at, text, affected, affectedCount }) => (
    <p key={at} className={styles["note"]}>
      {text}.{" "}
      {affectedCount === 0
        ? "It changes nothing here."
        : affected.map(({ local, mark }) => (
            <strong key={local + mark} className={styles["mark"]}>
              {local} {MARKS[mark]}.
            </strong>
          ))}
      {affectedCount > affected.length && ` And ${affectedCount - affected.length} more.`}
    </p>
  ));
}
