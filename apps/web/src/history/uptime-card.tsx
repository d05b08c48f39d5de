import { dayMarks, type DayRecord, dayText, emptyDay, type Mark, percentText } from "@overdue/core";
import { DAY_MS } from "@overdue/schedules";
import { useQuery } from "@tanstack/react-query";
import type { ComponentProps } from "react";

import { NEWEST_RUNS_TITLE, NewestRuns } from "../strip/check-strip.tsx";
import { Strip } from "../strip/strip.tsx";
import { useComputedFromNow } from "../time/clock.ts";
import { browserZone, dayText as weekdayText, wallClockText } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { type CheckInZone, uptimeQuery, type UptimeView } from "./history-queries.ts";
import styles from "./uptime-card.module.css";

type Props = ComponentProps<typeof NewestRuns> & { check: CheckInZone };

/** How reliable a check was, computed from its slots: its uptime in figures, its newest runs and its last 90 days. */
export function UptimeCard({ check, ...now }: Props) {
  const { data: uptime } = useQuery(uptimeQuery(check, browserZone()));
  if (uptime?.days.length === 0)
    return (
      <Card title="Uptime">
        <p className={styles["none"]}>No run was due yet. The figures begin with the first one.</p>
      </Card>
    );
  return (
    <Card title="Uptime">
      <dl className={styles["spans"]}>
        {uptime === undefined
          ? SPANS_DAYS.map((days) => <Figure key={days} days={days} share="–" notes={["\u00a0"]} />)
          : uptime.spans.map((span) => <SpanFigure key={span.days} span={span} />)}
      </dl>
      <h3 className={styles["title"]}>{NEWEST_RUNS_TITLE}</h3>
      <NewestRuns check={check} {...now} />
      <Days days={uptime?.days ?? []} />
    </Card>
  );
}

// Until the figures arrive, places are kept for them, so that nothing below moves.
const SPANS_DAYS = [1, 7, 30, 90];
const DAYS_SHOWN = 90;

function SpanFigure({ span }: { span: UptimeView["spans"][number] }) {
  const { days, uptime, failed, missed, late, maintenance, outage } = span;
  const excluded = [
    ...(maintenance > 0 ? [`${maintenance} in maintenance`] : []),
    ...(outage > 0 ? [`${outage} while Overdue was down`] : []),
  ];
  const bad = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(missed > 0 ? [`${missed} missed`] : []),
    ...(late > 0 ? [`${late} late`] : []),
  ];
  const notes = [
    uptime === null ? "nothing was due" : bad.join(", ") || "all on time",
    ...(excluded.length > 0 ? [`not counted: ${excluded.join(", ")}`] : []),
  ];
  return <Figure days={days} share={percentText(uptime)} notes={notes} />;
}

function Figure({ days, share, notes }: { days: number; share: string; notes: readonly string[] }) {
  return (
    <div>
      <dt>{days === 1 ? "24 hours" : `${days} days`}</dt>
      <dd>
        <strong>{share}</strong>
        {notes.map((note) => (
          <span key={note}>{note}</span>
        ))}
      </dd>
    </div>
  );
}

/** A mark for each of the last 90 days in the browser's time zone. */
function Days({ days }: { days: readonly DayRecord[] }) {
  const today = useComputedFromNow((now) => Math.floor(now / DAY_MS) * DAY_MS);
  const names = Array.from({ length: DAYS_SHOWN }, (_, index) =>
    dayName(today - (DAYS_SHOWN - 1 - index) * DAY_MS),
  );
  const known = new Map(days.map((day) => [day.day, day]));
  const all = names.map((name) => known.get(name) ?? emptyDay(name));
  const marks: (Mark | null)[] = dayMarks(all);
  return (
    <>
      <h3 className={styles["title"]}>Last {DAYS_SHOWN} days, the worst of each day</h3>
      <Strip
        marks={marks}
        label={`Last ${DAYS_SHOWN} days`}
        explain={(index) => {
          const day = all[index];
          return day === undefined
            ? null
            : dayText(day, weekdayText(Date.parse(`${day.day}T12:00:00Z`), "UTC"));
        }}
        pitch="fill"
        height={28}
      />
      <p className={styles["ends"]}>
        <span>90 days ago</span>
        <span>today</span>
      </p>
    </>
  );
}

/** "2026-11-20" */
function dayName(at: number): string {
  return wallClockText(at + DAY_MS / 2, browserZone()).slice(0, "2026-11-20".length);
}
