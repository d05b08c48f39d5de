import { Alert, Button, Code, Skeleton, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconClock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { errorMessage } from "../../api/problem.ts";
import { useNow } from "../../time/clock.ts";
import { browserZone, instant, shortZonedText } from "../../time/zones.ts";
import { durationText } from "@overdue/core";
import { relativeText } from "../../time/duration.ts";
import type { CheckSchedule } from "../check-queries.ts";
import { type Explained, explainQuery, scheduleZone, TYPING_MS } from "../schedule-queries.ts";
import styles from "./schedule-preview.module.css";
import { scheduleInput, useCheckFormContext, withExplainedSchedule } from "./check-form-values.ts";

/** What the schedule means in words, and its next five times, updated while it is typed. */
export function NextTimes({ schedule }: { schedule: CheckSchedule }) {
  const [typed] = useDebouncedValue(schedule, TYPING_MS);
  const { data, error, isPlaceholderData } = useQuery(explainQuery(typed));
  return (
    <section className={styles["frame"]} aria-label="Next expected times" aria-live="polite">
      {error ? (
        <Alert color="red" title="This schedule cannot be used yet">
          {errorMessage(error)}
        </Alert>
      ) : data ? (
        <div data-stale={isPlaceholderData || undefined} className={styles["times"]}>
          <p className={styles["text"]}>{data.text}</p>
          <NextList next={data.next} zone={scheduleZone(typed) ?? browserZone()} />
          <ClockChanges changes={data.changes} />
          {typed.kind === "interval" && (
            <p className={styles["note"]}>
              An interval counts from the last ping. These are the times if the job pings now.
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

/** How the next changes to or from daylight saving time affect the schedule. */
function ClockChanges({ changes }: { changes: Explained["changes"] }) {
  return changes.map(({ at, text, effect, affected }) => (
    <p key={at} className={styles["note"]}>
      {text}. <span className={affected.length > 0 ? styles["mark"] : undefined}>{effect}</span>
    </p>
  ));
}

/** Shows the schedule that was read from a pasted crontab line or timer, and puts it into the form. */
export function PastedSchedule() {
  const form = useCheckFormContext();
  const [typed] = useDebouncedValue(scheduleInput(form.values), TYPING_MS);
  const { data, isPlaceholderData } = useQuery(explainQuery(typed));
  if (data === undefined || isPlaceholderData || isSame(data.schedule, typed)) return null;
  const apply = () => form.setValues(withExplainedSchedule(form.values, data));
  return (
    <Alert color="blue" title="Found in the pasted text">
      <Stack gap="xs" align="flex-start">
        <Code block>{scheduleText(data.schedule)}</Code>
        {data.notes.map((note) => (
          <Text key={note} size="sm">
            {note}
          </Text>
        ))}
        {data.suggestedName !== null && form.values.name === "" && (
          <Text size="sm">Suggested name: {data.suggestedName}</Text>
        )}
        <Button size="xs" onClick={apply}>
          Use this schedule
        </Button>
      </Stack>
    </Alert>
  );
}

function isSame(read: CheckSchedule, typed: CheckSchedule): boolean {
  if (read.kind === "interval" || typed.kind === "interval") return read.kind === typed.kind;
  const isSameText = read.expression === typed.expression.trim();
  return read.kind === typed.kind && isSameText && read.timezone === typed.timezone;
}

function scheduleText(schedule: CheckSchedule): string {
  if (schedule.kind === "interval") return `every ${durationText(schedule.everySeconds * 1000)}`;
  return `${schedule.expression}\n${schedule.timezone}`;
}
