import { IconCircleCheck, IconCircleX, IconGhost, IconLoader } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";

import { useNow } from "../time/clock.ts";
import { durationText } from "../time/duration.ts";
import { instant } from "../time/zones.ts";
import { Ago } from "../ui/time.tsx";
import { Card } from "../ui/card.tsx";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { Mark } from "../ui/status-label.tsx";
import { exitMeaning } from "../text/ping-text.ts";
import { runsQuery, type RunView } from "./history-queries.ts";
import styles from "../ui/table.module.css";

type Props = { projectId: string; checkId: string; zone: string | undefined };

/** The executions of a job, newest first. */
export function RunList({ projectId, checkId, zone }: Props) {
  const query = useInfiniteQuery(runsQuery({ projectId, checkId }));
  return (
    <Card title="Runs">
      <Listing
        query={query}
        empty="No run yet. A run is one execution of the job: from its start ping to its end."
      >
        {(runs) => (
          <div className={styles["scroll"]}>
            <table className={styles["table"]}>
              <thead>
                <tr>
                  <th>Outcome</th>
                  <th>Started</th>
                  <th>Ended</th>
                  <th>Took</th>
                  <th>Exit status</th>
                  <th>Host</th>
                </tr>
              </thead>
              <tbody>
                {runs.map((run) => (
                  <RunRow key={run.id} run={run} zone={zone} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Listing>
      <MoreButton {...query} />
    </Card>
  );
}

const OUTCOMES = {
  running: { icon: IconLoader, tone: "info", word: "Running" },
  success: { icon: IconCircleCheck, tone: "good", word: "Success" },
  fail: { icon: IconCircleX, tone: "bad", word: "Failure" },
  lost: { icon: IconGhost, tone: "warn", word: "Lost" },
} as const;

function RunRow({ run, zone }: { run: RunView; zone: string | undefined }) {
  const { icon, tone, word } = OUTCOMES[run.outcome];
  const zoned = zone ? { zone } : {};
  return (
    <tr>
      <td>
        <Mark icon={icon} tone={tone}>
          {word}
        </Mark>
        {run.overlong && <span className={styles["dimmed"]}> too long</span>}
      </td>
      <td>{run.startedAt === null ? "not heard" : <Ago at={run.startedAt} {...zoned} />}</td>
      <td>{run.endedAt === null ? "–" : <Ago at={run.endedAt} {...zoned} />}</td>
      <td>
        <Took run={run} />
      </td>
      <td>{run.exitStatus === null ? "–" : exitMeaning(run.exitStatus)}</td>
      <td className={styles["wide"]}>{run.host ?? <span className={styles["dimmed"]}>–</span>}</td>
    </tr>
  );
}

function Took({ run }: { run: RunView }) {
  const now = useNow();
  if (run.outcome === "running" && run.startedAt !== null) return durationText(now - instant(run.startedAt));
  if (run.durationMs === null) return "–";
  const text = durationText(run.durationMs);
  return run.guessed ? (
    <span title="Start and end were matched by their order, not by a run id.">about {text}</span>
  ) : (
    text
  );
}
