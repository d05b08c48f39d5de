import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { durationText } from "../time/duration.ts";
import { browserZone, clockText, instant, shortZonedText } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/time.tsx";
import { outagesQuery } from "./history-queries.ts";
import styles from "../ui/table.module.css";

type Props = { projectId: string; since: string; zone: string | undefined };

/** When Overdue itself could not receive pings, since the check was made; nothing where it always could. */
export function Outages({ projectId, since, zone }: Props) {
  const { data = [] } = useQuery(outagesQuery(projectId));
  const met = data.filter(({ endedAt }) => instant(endedAt) > instant(since));
  if (met.length === 0) return null;
  const zoned = zone ? { zone } : {};
  return (
    <Card title="When Overdue could not receive pings">
      <div className={styles["scroll"]}>
        <table className={styles["table"]}>
          <thead>
            <tr>
              <th>From</th>
              <th>To</th>
              <th>Lasted</th>
            </tr>
          </thead>
          <tbody>
            {met.map(({ startedAt, endedAt, cause }) => (
              <tr key={startedAt}>
                <td>
                  <Exact at={startedAt} {...zoned} />
                  <Text size="sm" c="dimmed">
                    {outageCause(cause) || "The cause is not known"}
                  </Text>
                </td>
                <td>
                  <Exact at={endedAt} {...zoned} />
                </td>
                <td>{durationText(instant(endedAt) - instant(startedAt))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

type Cause = "restart" | "busy" | "paused" | "database" | "clock-set-back" | null;
type Outage = { startedAt: string; endedAt: string; cause: Cause };

const CAUSES: Record<Exclude<Cause, null>, string> = {
  restart: "Overdue was not running",
  busy: "Overdue was busy and answered nobody",
  paused: "Overdue got no processor time",
  database: "Overdue could not store anything",
  "clock-set-back": "the clock of Overdue's machine was set back",
};

/** Why Overdue could not receive pings, as a part of a sentence; empty where that is not known. */
function outageCause(cause: Cause): string {
  return cause === null ? "" : CAUSES[cause];
}

/** "Overdue could not receive pings 02:20 CET to 02:40 CET (Overdue could not store anything)", where it was so when a run was due; null where it was not. */
export function outageText(
  dueAt: string,
  outages: readonly Outage[],
  zone: string = browserZone(),
): string | null {
  const due = instant(dueAt);
  const met = outages.find(({ startedAt, endedAt }) => instant(startedAt) <= due && due <= instant(endedAt));
  if (!met) return null;
  const [from, until] = [instant(met.startedAt), instant(met.endedAt)];
  const sameDay = dayIn(from, zone) === dayIn(until, zone);
  const text = sameDay ? clockText : shortZonedText;
  const why = outageCause(met.cause);
  return `Overdue could not receive pings ${text(from, zone)} to ${text(until, zone)}${why && ` (${why})`}`;
}

function dayIn(at: number, zone: string): string {
  return shortZonedText(at, zone).split(",")[0] ?? "";
}
