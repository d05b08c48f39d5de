import { Alert, Button, Code, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { durationText } from "@overdue/core";
import { DEFAULT_SCHEDULER } from "@overdue/schedules";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";

import { errorMessage } from "../../api/problem.ts";
import { browserZone } from "../../time/zones.ts";
import { TextLink } from "../../ui/page.tsx";
import type { CheckSchedule } from "../check-queries.ts";
import {
  explainQuery,
  proposalQuery,
  schedulersQuery,
  scheduleZone,
  TYPING_PAUSE_MS,
} from "../schedule-queries.ts";
import { scheduleInput, useCheckFormContext, withExplainedSchedule } from "./check-form-values.ts";
import styles from "./schedule-preview.module.css";
import { lazyPart } from "../../ui/lazy-part.ts";

// Loaded on demand: it is shown only once the server has answered.
const ScheduleMeaning = lazyPart(async () => ({
  default: (await import("./schedule-meaning.tsx")).ScheduleMeaning,
}));

/** What the schedule means in words, and its next times, updated while it is typed. */
export function NextTimes({ schedule }: { schedule: CheckSchedule }) {
  const [typed] = useDebouncedValue(schedule, TYPING_PAUSE_MS);
  const { data, error, isPlaceholderData } = useQuery(explainQuery(typed));
  return (
    <section className={styles["frame"]} aria-label="Next expected times" aria-live="polite">
      {error ? (
        <Alert color="red" title="This schedule cannot be used yet">
          {errorMessage(error)}
        </Alert>
      ) : data ? (
        <div data-stale={isPlaceholderData || undefined} className={styles["times"]}>
          <Suspense fallback={<Skeleton height={150} />}>
            <ScheduleMeaning meaning={data} zone={scheduleZone(data.schedule) ?? browserZone()} />
          </Suspense>
          {typed.kind === "interval" && (
            <p className={styles["note"]}>
              An interval counts from the last ping, or from the start of the last run where its scheduler
              does. These are the times if the job runs now.
            </p>
          )}
          {data.schedule.kind === "cron" && (
            <p className={styles["note"]}>
              <TextLink to="/explain" search={compareSearch(data.schedule)} target="_blank">
                Compare with other schedulers
              </TextLink>
            </p>
          )}
        </div>
      ) : (
        <Skeleton height={150} />
      )}
    </section>
  );
}

function compareSearch({
  expression,
  scheduler,
  timezone,
}: Extract<CheckSchedule, { kind: "cron" | "oncalendar" }>) {
  const compared = [...new Set([DEFAULT_SCHEDULER, scheduler ?? "kubernetes"])];
  return { line: expression, zone: timezone, by: compared };
}

/** What was found in a pasted text that is not a plain cron line: first its scheduler, then the schedule in it. */
export function PastedText() {
  const form = useCheckFormContext();
  const [refused, setRefused] = useState<string | null>(null);
  const { kind, cron, scheduler } = form.values;
  const { data: schedulers = [] } = useQuery(schedulersQuery);
  const { data: proposal = null } = useQuery({
    ...proposalQuery({ expression: cron, scheduler: scheduler ?? undefined }),
    enabled: form.isDirty("cron"),
  });
  if (proposal === null || kind !== "cron" || cron === refused) return <PastedSchedule />;
  return (
    <Alert color="blue" title="What runs this job?">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {proposal.because}{" "}
          {proposal.schedulers.length === 1 ? "Is it run by this?" : "Is it run by one of these?"}
        </Text>
        <Group gap="xs">
          {proposal.schedulers.map((id, index) => (
            <Button
              key={id}
              size="xs"
              variant={index === 0 ? "filled" : "default"}
              onClick={() => form.setFieldValue("scheduler", id)}
            >
              {schedulers.find((one) => one.id === id)?.label ?? id}
            </Button>
          ))}
          <Button size="xs" variant="subtle" onClick={() => setRefused(cron)}>
            No
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

/** Shows the schedule found in a pasted crontab line, timer or piece of code, and puts it into the form on request. */
function PastedSchedule() {
  const form = useCheckFormContext();
  const [typed] = useDebouncedValue(scheduleInput(form.values), TYPING_PAUSE_MS);
  const { data, isPlaceholderData } = useQuery(explainQuery(typed));
  if (data === undefined || isPlaceholderData || isSame(data.schedule, typed)) return null;
  const apply = () => form.setValues(withExplainedSchedule(form.values, data));
  const runBy = cronScheduler(data.schedule);
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
        <Group gap="xs">
          <Button size="xs" onClick={apply}>
            Use this schedule
          </Button>
          {runBy !== cronScheduler(typed) && runBy !== null && (
            // Naming the chosen scheduler stops the server from guessing it from the text.
            <Button
              size="xs"
              variant="subtle"
              onClick={() => form.setFieldValue("scheduler", form.values.scheduler ?? DEFAULT_SCHEDULER)}
            >
              No, cron runs it
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

function isSame(read: CheckSchedule, typed: CheckSchedule): boolean {
  if (read.kind === "interval" || typed.kind === "interval") return read.kind === typed.kind;
  const isSameText = read.expression === typed.expression.trim();
  const isSameReader = read.kind !== typed.kind || cronScheduler(read) === cronScheduler(typed);
  return read.kind === typed.kind && isSameText && isSameReader && read.timezone === typed.timezone;
}

/** What runs a cron line; null for another kind of schedule. */
function cronScheduler(schedule: CheckSchedule): string | null {
  return schedule.kind === "cron" ? (schedule.scheduler ?? DEFAULT_SCHEDULER) : null;
}

function scheduleText(schedule: CheckSchedule): string {
  if (schedule.kind === "interval") return `every ${durationText(schedule.everySeconds * 1000)}`;
  return `${schedule.expression}\n${schedule.timezone}`;
}
