import { Button, VisuallyHidden } from "@mantine/core";
import { IconBan, IconCircleCheck, IconCircleX, IconNote, IconPlayerPlay } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";

import { durationText, metricsText, visibleText } from "@overdue/core";
import { pingNoteText } from "./refused-pings.tsx";
import { instant } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { type Column, Dash, DataTable, Dimmed } from "../ui/data-table.tsx";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { DatedTime } from "../ui/time.tsx";
import { type CheckInZone, pingsQuery, type PingView } from "./history-queries.ts";
import { lazyPart } from "../ui/lazy-part.ts";

const PingBody = lazyPart(async () => ({ default: (await import("./run-output.tsx")).PingBody }));

/** The pings of a check, newest first. */
export function PingList(check: CheckInZone) {
  const query = useInfiniteQuery(pingsQuery(check));
  const [opened, setOpened] = useState<PingView | null>(null);
  return (
    <Card title="Pings">
      <Listing query={query} empty="No ping yet.">
        {(pings) => (
          <DataTable
            columns={pingColumns(durationsByPing(pings), {
              zone: check.zone,
              open: setOpened,
              hasNumbers: pings.some(({ metrics }) => metrics !== null),
            })}
            rows={pings}
            rowKey={({ number }) => number}
          />
        )}
      </Listing>
      <MoreButton {...query} />
      {opened && (
        <Suspense fallback={null}>
          <PingBody check={check} ping={opened} onClose={() => setOpened(null)} />
        </Suspense>
      )}
    </Card>
  );
}

type ColumnOptions = {
  zone: string | undefined;
  open: (ping: PingView) => void;
  /** Whether a loaded ping reports any. */
  hasNumbers: boolean;
};

function pingColumns(
  durations: ReadonlyMap<number, number>,
  { zone, open, hasNumbers }: ColumnOptions,
): Column<PingView>[] {
  return [
    {
      head: "No.",
      look: "dimmed",
      cell: ({ number, repeats }) => (repeats === 0 ? number : `${number} (and ${repeats} like it)`),
    },
    { head: "Kind", cell: (ping) => <PingKind ping={ping} /> },
    { head: "When", look: "short", cell: ({ receivedAt }) => <DatedTime at={receivedAt} zone={zone} /> },
    {
      head: "Took",
      look: "short",
      cell: ({ number }) => {
        const ms = durations.get(number);
        return ms === undefined ? <Dash /> : durationText(ms);
      },
    },
    { head: "Exit status", cell: ({ exitStatus }) => exitStatus ?? <Dash /> },
    ...(hasNumbers ? [{ head: "Numbers", cell: (ping: PingView) => <Numbers ping={ping} /> }] : []),
    { head: "From", look: "wide", cell: (ping) => <PingSource ping={ping} /> },
    {
      head: "Body",
      isHeadHidden: true,
      cell: (ping) =>
        ping.bodyBytes > ping.bodyBytesLeftOut && (
          <Button size="compact-xs" variant="default" onClick={() => open(ping)}>
            Body
            <VisuallyHidden> of ping {ping.number}</VisuallyHidden>
          </Button>
        ),
    },
  ];
}

const KINDS = {
  start: { icon: IconPlayerPlay, tone: "info", label: "Start" },
  success: { icon: IconCircleCheck, tone: "good", label: "Success" },
  fail: { icon: IconCircleX, tone: "bad", label: "Failure" },
  log: { icon: IconNote, tone: "neutral", label: "Log" },
  ignored: { icon: IconBan, tone: "neutral", label: "Ignored" },
} as const;

function PingKind({ ping }: { ping: PingView }) {
  const { icon, tone, label } = KINDS[ping.kind];
  return (
    <>
      <StatusLabel icon={icon} tone={tone}>
        {label}
      </StatusLabel>
      {ping.note !== null && <Dimmed> {pingNoteText(ping.note)}</Dimmed>}
      {ping.lateMs !== null && <Dimmed> delivered {durationText(ping.lateMs)} late</Dimmed>}
      {typeof ping.facts?.["skipped"] === "string" && <Dimmed> skipped: {ping.facts["skipped"]}</Dimmed>}
    </>
  );
}

/** What the ping reported, and what of it could not be read. */
function Numbers({ ping: { metrics } }: { ping: PingView }) {
  if (metrics === null) return <Dash />;
  return (
    <>
      <Dimmed>{metricsText(metrics.values)}</Dimmed>
      {metrics.problems.map(({ metric, problem }) => (
        <div key={metric}>
          {metric} not read: {problem}
        </div>
      ))}
    </>
  );
}

function PingSource({ ping: { remoteAddress, scheme, method, userAgent, subject } }: { ping: PingView }) {
  const details = [method, userAgent, visibleText(subject ?? "")].filter((text) => text !== "");
  return (
    <>
      {remoteAddress ?? scheme} <Dimmed>{details.join(" · ")}</Dimmed>
    </>
  );
}

type TimedPing = Pick<PingView, "number" | "kind" | "rid" | "receivedAt">;

/**
 * How long each run took, in milliseconds, by the number of the success or failure that ended it: since the last start
 * before it with the same run id, or without one if it has none. The list of runs is authoritative; this only saves the
 * list of pings from reading it.
 */
export function durationsByPing(pings: readonly TimedPing[]): ReadonlyMap<number, number> {
  const starts = new Map<string | null, number>();
  const durations = new Map<number, number>();
  for (const ping of pings.toSorted((a, b) => a.number - b.number)) {
    const at = instant(ping.receivedAt);
    if (ping.kind === "start") starts.set(ping.rid, at);
    if (ping.kind !== "success" && ping.kind !== "fail") continue;
    const started = starts.get(ping.rid);
    if (started !== undefined && started <= at) durations.set(ping.number, at - started);
    starts.delete(ping.rid);
  }
  return durations;
}
