import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { durationText } from "../time/duration.ts";
import { instant } from "../time/instant.ts";
import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/exact.tsx";
import { outagesQuery } from "./history-queries.ts";
import { outageCause } from "./outage-text.ts";
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
