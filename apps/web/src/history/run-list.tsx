import { IconCircleCheck, IconCircleX, IconGhost, IconLoader } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";

import { useNow } from "../time/clock.ts";
import { durationText, exitStatusText } from "@overdue/core";
import { instant } from "../time/zones.ts";
import { type Column, Dimmed, TableCard } from "../ui/data-table.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { type CheckInZone, runsQuery, type RunView } from "./history-queries.ts";

/** The runs of a check, newest first. */
export function RunList(check: CheckInZone) {
  return (
    <TableCard
      title="Runs"
      query={useInfiniteQuery(runsQuery(check))}
      empty="No run yet. A run is one execution of the job: from its start ping to its end."
      columns={runColumns(check.zone)}
      rowKey={({ id }) => id}
    />
  );
}

function runColumns(zone: string | undefined): Column<RunView>[] {
  return [
    { head: "Outcome", cell: (run) => <Outcome run={run} /> },
    {
      head: "Started",
      cell: ({ startedAt }) =>
        startedAt === null ? "no start ping" : <RelativeTime at={startedAt} zone={zone} />,
    },
    {
      head: "Ended",
      cell: ({ endedAt }) => (endedAt === null ? "–" : <RelativeTime at={endedAt} zone={zone} />),
    },
    { head: "Took", cell: (run) => <Duration run={run} /> },
    {
      head: "Exit status",
      cell: ({ exitStatus }) => (exitStatus === null ? "–" : exitStatusText(exitStatus)),
    },
    { head: "Host", look: "wide", cell: ({ host }) => host ?? <Dimmed>–</Dimmed> },
  ];
}

const OUTCOMES = {
  running: { icon: IconLoader, tone: "info", label: "Running" },
  success: { icon: IconCircleCheck, tone: "good", label: "Success" },
  fail: { icon: IconCircleX, tone: "bad", label: "Failure" },
  lost: { icon: IconGhost, tone: "warn", label: "Lost" },
} as const;

function Outcome({ run }: { run: RunView }) {
  const { icon, tone, label } = OUTCOMES[run.outcome];
  return (
    <>
      <StatusLabel icon={icon} tone={tone}>
        {label}
      </StatusLabel>
      {run.overlong && <Dimmed> too long</Dimmed>}
    </>
  );
}

function Duration({ run: { outcome, startedAt, durationMs, guessed } }: { run: RunView }) {
  const now = useNow();
  if (outcome === "running" && startedAt !== null) return durationText(now - instant(startedAt));
  if (durationMs === null) return "–";
  const text = durationText(durationMs);
  return guessed ? (
    <span title="Start and end were matched by their order, not by a run id.">about {text}</span>
  ) : (
    text
  );
}
