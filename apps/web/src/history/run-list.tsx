import {
  type Icon,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconGhost,
  IconLoader,
  IconTool,
} from "@tabler/icons-react";
import { Button, Checkbox, Group, Text, VisuallyHidden } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";

import { useNow } from "../time/clock.ts";
import { durationText, exitStatusText, metricsText } from "@overdue/core";
import { instant } from "../time/zones.ts";
import { type Column, Dash, Dimmed, TableCard } from "../ui/data-table.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { DatedTime } from "../ui/time.tsx";
import { type CheckInZone, runsQuery, type RunView, slotsQuery, type SlotView } from "./history-queries.ts";
import { lazyPart } from "../ui/lazy-part.ts";
import { useOlderPages } from "./older-pages.ts";

const RunOutputs = lazyPart(async () => ({ default: (await import("./run-output.tsx")).RunOutputs }));

/** A run, or a slot without a run. */
type Row = { at: string; run: RunView } | { at: string; slot: SlotView };

type RunListProps = {
  check: CheckInZone;
  /** ISO 8601: the run nearest to this time is pointed out. */
  at?: string;
};

/** The runs of a check, and between them the slots without a run, newest first. */
export function RunList({ check, at }: RunListProps) {
  const runs = useInfiniteQuery(runsQuery(check));
  const slots = useInfiniteQuery(slotsQuery(check));
  const rows =
    runs.data && slots.data
      ? mergeRuns(
          { items: runs.data, isAll: !runs.hasNextPage },
          { items: slots.data, isAll: !slots.hasNextPage },
        )
      : undefined;
  const hasMore = runs.hasNextPage || slots.hasNextPage;
  const isFound = at === undefined || !rows || !hasMore || instant(rows.at(-1)?.at ?? "") <= instant(at);
  useOlderPages([runs, slots], isFound);
  const [chosen, setChosen] = useState<readonly RunView[]>([]);
  const [shown, setShown] = useState<readonly RunView[]>([]);
  const choose = (run: RunView) =>
    setChosen((known) =>
      known.some(({ id }) => id === run.id)
        ? known.filter(({ id }) => id !== run.id)
        : [...known, run].slice(-2),
    );
  return (
    <>
      <CompareBar chosen={chosen} compare={() => setShown(chosen)} clear={() => setChosen([])} />
      <TableCard
        title="Runs"
        query={{
          data: rows,
          error: runs.error ?? slots.error,
          refetch: () => Promise.all([runs.refetch(), slots.refetch()]),
          hasNextPage: hasMore,
          isFetchingNextPage: runs.isFetchingNextPage || slots.isFetchingNextPage,
          fetchNextPage: () =>
            Promise.all([
              runs.hasNextPage && runs.fetchNextPage(),
              slots.hasNextPage && slots.fetchNextPage(),
            ]),
        }}
        empty="No run yet. A run is one execution of the job: from its start ping to its end."
        columns={runColumns({
          zone: check.zone,
          chosen,
          choose,
          show: (run) => setShown([run]),
          hasNumbers: runs.data?.some(({ metrics }) => metrics !== null) === true,
        })}
        rowKey={rowKey}
        marked={at !== undefined && isFound && rows !== undefined ? nearestKey(rows, instant(at)) : undefined}
      />
      {shown.length > 0 && (
        <Suspense fallback={null}>
          <RunOutputs check={check} runs={shown} onClose={() => setShown([])} />
        </Suspense>
      )}
    </>
  );
}

function rowKey(row: Row): string {
  return "run" in row ? row.run.id : row.slot.dueAt;
}

/** The key of the row that was going on at a time, or is nearest to it; undefined if there is no row. */
export function nearestKey(rows: readonly Row[], at: number): string | undefined {
  const distances = rows.map((row) => {
    const [start, end] = "run" in row ? [row.run.startedAt ?? row.at, row.at] : [row.at, row.at];
    return { key: rowKey(row), distance: Math.max(0, instant(start) - at, at - instant(end)) };
  });
  return distances.toSorted((one, other) => one.distance - other.distance)[0]?.key;
}

type LoadedList<T> = { items: readonly T[]; isAll: boolean };

/**
 * Merges both lists, newest first, as far back as both are loaded: before that, one of them would seem to be empty.
 */
export function mergeRuns(runs: LoadedList<RunView>, slots: LoadedList<SlotView>): Row[] {
  const ran = runs.items.map((run) => ({ at: run.endedAt ?? run.startedAt ?? "", run }));
  const missing = slots.items
    .filter(({ outcome, run }) => run === null && (outcome === "missed" || outcome === "excluded"))
    .map((slot) => ({ at: slot.dueAt, slot }));
  const since = Math.max(
    runs.isAll ? 0 : (instant(ran.at(-1)?.at ?? null) ?? 0),
    slots.isAll ? 0 : (instant(slots.items.at(-1)?.dueAt ?? null) ?? 0),
  );
  return [...ran, ...missing]
    .filter(({ at }) => instant(at) >= since)
    .toSorted((one, other) => instant(other.at) - instant(one.at));
}

type ColumnOptions = {
  zone: string | undefined;
  chosen: readonly RunView[];
  choose: (run: RunView) => void;
  show: (run: RunView) => void;
  /** Whether a loaded run reported any. */
  hasNumbers: boolean;
};

/** A button that compares the output of two chosen runs; renders nothing while none is chosen. */
function CompareBar({
  chosen,
  compare,
  clear,
}: {
  chosen: readonly RunView[];
  compare: () => void;
  clear: () => void;
}) {
  if (chosen.length === 0) return null;
  return (
    <Group gap="xs" mb="sm">
      <Button size="compact-md" disabled={chosen.length < 2} onClick={compare}>
        Compare two runs
      </Button>
      <Button size="compact-md" variant="subtle" onClick={clear}>
        Clear
      </Button>
      {chosen.length < 2 && <Text c="dimmed">Choose one more run.</Text>}
    </Group>
  );
}

function runColumns({ zone, chosen, choose, show, hasNumbers }: ColumnOptions): Column<Row>[] {
  const dash = <Dash />;
  return [
    {
      head: "Outcome",
      cell: (row) => ("run" in row ? <Outcome run={row.run} /> : <Missing slot={row.slot} />),
    },
    {
      head: "Started",
      look: "short",
      cell: (row) => {
        if (!("run" in row)) return <DatedTime at={row.slot.dueAt} zone={zone} />;
        const { startedAt, endedAt } = row.run;
        if (startedAt !== null) return <DatedTime at={startedAt} zone={zone} />;
        return endedAt === null ? (
          "no start ping"
        ) : (
          <>
            no start ping; ended <DatedTime at={endedAt} zone={zone} />
          </>
        );
      },
    },
    { head: "Took", look: "short", cell: (row) => ("run" in row ? <Duration run={row.run} /> : dash) },
    {
      head: "Exit status",
      cell: (row) =>
        "run" in row && row.run.exitStatus !== null ? exitStatusText(row.run.exitStatus) : dash,
    },
    ...(hasNumbers
      ? [
          {
            head: "Numbers",
            cell: (row: Row) =>
              "run" in row && row.run.metrics !== null ? (
                <Dimmed>{metricsText(row.run.metrics)}</Dimmed>
              ) : (
                dash
              ),
          },
        ]
      : []),
    { head: "Host", look: "wide", cell: (row) => ("run" in row ? row.run.host : null) ?? dash },
    {
      head: "Output",
      isHeadHidden: true,
      cell: (row) =>
        "run" in row && row.run.outputPing !== null ? (
          <Button size="compact-xs" variant="default" onClick={() => show(row.run)}>
            Output
            <VisuallyHidden> of the run that ended {row.run.endedAt}</VisuallyHidden>
          </Button>
        ) : (
          dash
        ),
    },
    {
      head: "Compare",
      isHeadHidden: true,
      cell: (row) =>
        "run" in row && row.run.outcome !== "running" ? (
          <Checkbox
            size="xs"
            aria-label={`Compare the run that ended ${row.run.endedAt ?? ""}`}
            title="Choose two runs to compare them"
            checked={chosen.some(({ id }) => id === row.run.id)}
            onChange={() => choose(row.run)}
          />
        ) : (
          dash
        ),
    },
  ];
}

type Look = { icon: Icon; tone: "good" | "bad" | "warn" | "info" | "neutral"; label: string };

const OUTCOMES: Record<RunView["outcome"], Look> = {
  running: { icon: IconLoader, tone: "info", label: "Running" },
  success: { icon: IconCircleCheck, tone: "good", label: "Success" },
  fail: { icon: IconCircleX, tone: "bad", label: "Failure" },
  lost: { icon: IconGhost, tone: "warn", label: "Lost" },
};

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

/** The outcome of a slot without a run: missed, or why it is not counted. */
function Missing({ slot: { outcome, because } }: { slot: SlotView }) {
  if (outcome === "missed")
    return (
      <StatusLabel icon={IconCircleDashed} tone="bad">
        Missed
      </StatusLabel>
    );
  return (
    <>
      <StatusLabel icon={IconTool} tone="neutral">
        Not counted
      </StatusLabel>
      <Dimmed> {because === "maintenance" ? "maintenance window" : "Overdue could not receive pings"}</Dimmed>
    </>
  );
}

function Duration({ run: { outcome, startedAt, durationMs, guessed } }: { run: RunView }) {
  const now = useNow();
  if (outcome === "running" && startedAt !== null) return durationText(now - instant(startedAt));
  if (durationMs === null) return <Dash />;
  const text = durationText(durationMs);
  return guessed ? (
    <span title="Start and end were matched by their order, not by a run id.">about {text}</span>
  ) : (
    text
  );
}
