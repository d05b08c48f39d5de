import { useQuery } from "@tanstack/react-query";

import { durationText } from "@overdue/core";
import { browserZone, clockText, instant, shortZonedText } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import styles from "../ui/data-table.module.css";
import { ExactTime } from "../ui/time.tsx";
import { outagesQuery } from "./history-queries.ts";

type Cause = "restart" | "busy" | "paused" | "database" | "clock-set-back" | "receiver-gone" | null;
type Outage = { startedAt: string; endedAt: string; cause: Cause };
type Props = { projectId: string; since: string; zone: string | undefined };

/** When Overdue itself could not receive pings after `since` (ISO 8601); renders nothing if it always could. */
export function Outages({ projectId, since, zone }: Props) {
  const { data = [] } = useQuery(outagesQuery(projectId));
  const outages = data.filter(({ endedAt }) => instant(endedAt) > instant(since));
  if (outages.length === 0) return null;
  return (
    <Card title="When Overdue could not receive pings">
      <DataTable columns={outageColumns(zone)} rows={outages} rowKey={({ startedAt }) => startedAt} />
    </Card>
  );
}

function outageColumns(zone: string | undefined): Column<Outage>[] {
  return [
    {
      head: "From",
      cell: ({ startedAt, cause }) => (
        <>
          <ExactTime at={startedAt} zone={zone} />
          <div className={styles["dimmed"]}>
            {cause === null ? "The cause is not known" : CAUSE_TEXTS[cause]}
          </div>
        </>
      ),
    },
    { head: "To", cell: ({ endedAt }) => <ExactTime at={endedAt} zone={zone} /> },
    {
      head: "Lasted",
      cell: ({ startedAt, endedAt }) => durationText(instant(endedAt) - instant(startedAt)),
    },
  ];
}

const CAUSE_TEXTS: Record<Exclude<Cause, null>, string> = {
  restart: "Overdue was not running",
  busy: "Overdue was busy and did not respond",
  paused: "Overdue got no processor time",
  database: "Overdue could not store anything",
  "clock-set-back": "the clock of Overdue's machine was set back",
  "receiver-gone": "a machine that receives pings is gone, with those that it may have kept",
};

/**
 * "Overdue could not receive pings 02:20 CET to 02:40 CET (Overdue could not store anything)", if an outage covers the
 * instant at which a run was due; null if none does.
 */
export function outageText(
  dueAt: string,
  outages: readonly Outage[],
  zone: string = browserZone(),
): string | null {
  const due = instant(dueAt);
  const outage = outages.find(
    ({ startedAt, endedAt }) => instant(startedAt) <= due && due <= instant(endedAt),
  );
  if (!outage) return null;
  const [from, until] = [instant(outage.startedAt), instant(outage.endedAt)];
  const timeText = dayIn(from, zone) === dayIn(until, zone) ? clockText : shortZonedText;
  const why = outage.cause === null ? "" : ` (${CAUSE_TEXTS[outage.cause]})`;
  return `Overdue could not receive pings ${timeText(from, zone)} to ${timeText(until, zone)}${why}`;
}

function dayIn(at: number, zone: string): string {
  return shortZonedText(at, zone).split(",")[0] ?? "";
}
