import { Badge, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { type CheckForecast, clockChangesQuery } from "../checks/schedule-queries.ts";
import { useNow } from "../time/clock.ts";
import { relativeText } from "../time/duration.ts";
import { instant } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import styles from "./clock-changes-page.module.css";

/** The checks whose next clock change skips, moves or doubles a run, grouped by clock change. */
export function ClockChangesPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/clock-changes" });
  const { data, error } = useQuery(clockChangesQuery(projectId));
  return (
    <Page
      title="Clock changes"
      lead="Checks whose next clock change skips, moves or doubles a run. Overdue expects the runs as they are described here, so nothing needs to be done."
      back={
        <TextLink to="/projects/$projectId/maintenance" params={{ projectId }}>
          <BackArrow />
          Maintenance
        </TextLink>
      }
    >
      {error ? (
        <ErrorAlert error={error} />
      ) : data === undefined ? (
        <PageSkeleton />
      ) : data.items.length === 0 ? (
        <Card title="No run changes">
          <p className={styles["empty"]}>{emptyText(data.looked)}</p>
        </Card>
      ) : (
        [...Map.groupBy(data.items, ({ at, timezone }) => `${at} ${timezone}`)].map(([key, forecasts]) => (
          <Change key={key} projectId={projectId} forecasts={forecasts} />
        ))
      )}
    </Page>
  );
}

function emptyText(looked: number): string {
  if (looked === 0) return "No check here has a time zone: intervals know no clock.";
  return `All runs of ${looked === 1 ? "the one check" : `the ${looked} checks`} with a time zone come as planned at its next clock change.`;
}

const CHECKS_SHOWN_MAX = 50;

function Change({ projectId, forecasts }: { projectId: string; forecasts: readonly CheckForecast[] }) {
  const [showsAll, setShowsAll] = useState(false);
  const now = useNow();
  const [first] = forecasts;
  if (first === undefined) return null;
  const shown = showsAll ? forecasts : forecasts.slice(0, CHECKS_SHOWN_MAX);
  const count = forecasts.length === 1 ? "1 check" : `${forecasts.length} checks`;
  return (
    <Card title={`${first.text}, ${first.timezone}`}>
      <p className={styles["when"]}>
        {relativeText(instant(first.at), now)} · {count}
      </p>
      <ul className={styles["list"]}>
        {shown.map((forecast) => (
          <li key={forecast.checkId}>
            <div className={styles["name"]}>
              <TextLink
                to="/projects/$projectId/checks/$checkId"
                params={{ projectId, checkId: forecast.checkId }}
              >
                {forecast.checkName}
              </TextLink>
              {forecast.status === "paused" && <span className={styles["paused"]}>paused</span>}
              {forecast.marks.map((mark) => MARKS[mark] && <Mark key={mark} mark={mark} />)}
            </div>
            <p className={styles["effect"]}>{forecast.effect}</p>
            <p className={styles["schedule"]}>
              {forecast.scheduleText} · {forecast.scheduler ?? "systemd timer"}
            </p>
          </li>
        ))}
      </ul>
      {shown.length < forecasts.length && (
        <Button variant="default" onClick={() => setShowsAll(true)}>
          Show all {forecasts.length}
        </Button>
      )}
    </Card>
  );
}

/** The labels of the effects; "once" has none, because the run comes as always. */
const MARKS: Record<CheckForecast["marks"][number], { label: string; tone: string } | null> = {
  skipped: { label: "Skipped", tone: "down" },
  moved: { label: "Moved", tone: "grace" },
  doubled: { label: "Twice", tone: "new" },
  extra: { label: "One more", tone: "new" },
  once: null,
};

function Mark({ mark }: { mark: CheckForecast["marks"][number] }) {
  return (
    <Badge className={styles["mark"] ?? ""} data-tone={MARKS[mark]?.tone} variant="light" tt="none">
      {MARKS[mark]?.label}
    </Badge>
  );
}
