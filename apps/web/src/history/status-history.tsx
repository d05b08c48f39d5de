import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconPlayerPause,
  IconQuestionMark,
  IconSparkles,
} from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { capital, REASON_TEXTS, reasonText } from "../text/reason-text.ts";
import { useNow } from "../time/clock.ts";
import { durationText } from "@overdue/core";
import { instant } from "../time/zones.ts";
import { type Column, TableCard } from "../ui/data-table.tsx";
import { StatusLabel } from "../ui/status-label.tsx";
import { ExactTime } from "../ui/time.tsx";
import {
  type CheckInZone,
  flipsQuery,
  type FlipView,
  incidentsQuery,
  type IncidentView,
  noticesQuery,
  type NoticeView,
  outagesQuery,
  slotsQuery,
  type SlotView,
} from "./history-queries.ts";
import { outageText } from "./outages.tsx";
import styles from "../ui/data-table.module.css";

/** The incidents, status changes and notices of a check, and the outcome of each slot. */
export function StatusHistory(check: CheckInZone) {
  return (
    <>
      <Incidents {...check} />
      <Flips {...check} />
      <Notices {...check} />
      <Slots {...check} />
    </>
  );
}

function Incidents({ projectId, checkId, zone }: CheckInZone) {
  const columns: Column<IncidentView>[] = [
    {
      head: "Why",
      look: "wide",
      cell: (incident) => (
        <Link to="/projects/$projectId/incidents/$incidentId" params={{ projectId, incidentId: incident.id }}>
          {capital(reasonText(incident))}
        </Link>
      ),
    },
    { head: "Opened", cell: ({ openedAt }) => <ExactTime at={openedAt} zone={zone} /> },
    { head: "Lasted", cell: (incident) => <IncidentLength incident={incident} /> },
    {
      head: "Last ping before",
      cell: ({ evidence: { lastHeardAt } }) =>
        lastHeardAt === null ? "never" : <ExactTime at={lastHeardAt} zone={zone} />,
    },
  ];
  return (
    <TableCard
      title="Incidents"
      query={useInfiniteQuery(incidentsQuery({ projectId, checkId }))}
      empty="No incident yet. One opens when the check goes down and ends when it is up again."
      columns={columns}
      rowKey={({ id }) => id}
    />
  );
}

function IncidentLength({ incident: { openedAt, resolvedAt } }: { incident: IncidentView }) {
  const now = useNow();
  const text = durationText((instant(resolvedAt) ?? now) - instant(openedAt));
  return resolvedAt === null ? (
    <StatusLabel icon={IconCircleX} tone="bad">{`open for ${text}`}</StatusLabel>
  ) : (
    text
  );
}

const STATUSES = {
  new: { icon: IconSparkles, tone: "info", label: "New" },
  up: { icon: IconCircleCheck, tone: "good", label: "Up" },
  down: { icon: IconCircleX, tone: "bad", label: "Down" },
  paused: { icon: IconPlayerPause, tone: "neutral", label: "Paused" },
} as const;

function Flips({ projectId, checkId, zone }: CheckInZone) {
  const columns: Column<FlipView>[] = [
    {
      head: "To",
      cell: ({ to }) => (
        <StatusLabel icon={STATUSES[to].icon} tone={STATUSES[to].tone}>
          {STATUSES[to].label}
        </StatusLabel>
      ),
    },
    { head: "When", cell: ({ at }) => <ExactTime at={at} zone={zone} /> },
    {
      head: "Why",
      look: "wide",
      cell: ({ reason }) => (reason === null ? "–" : capital(REASON_TEXTS[reason])),
    },
    { head: "Channels", look: "dimmed", cell: notifiedText },
  ];
  return (
    <TableCard
      title="Status changes"
      query={useInfiniteQuery(flipsQuery({ projectId, checkId }))}
      empty="No change yet."
      columns={columns}
      rowKey={({ id }) => id}
    />
  );
}

function notifiedText({ alerts, channels }: FlipView): string {
  if (channels > 0) return `${channels} notified`;
  return alerts ? "no channel to notify" : "not notified";
}

/** What was recorded without an alert; renders nothing if there was nothing. */
function Notices({ projectId, checkId, zone }: CheckInZone) {
  const query = useInfiniteQuery(noticesQuery({ projectId, checkId }));
  if (!query.data || query.data.length === 0) return null;
  const columns: Column<NoticeView>[] = [
    { head: "When", cell: ({ at }) => <ExactTime at={at} zone={zone} /> },
    { head: "What", look: "wide", cell: noticeText },
  ];
  return <TableCard title="Notices" query={query} empty="" columns={columns} rowKey={({ id }) => id} />;
}

function noticeText({ notice, evidence }: NoticeView): string {
  return notice === "edited" ? "The check was edited" : capital(reasonText({ reason: notice, evidence }));
}

const SLOT_OUTCOMES = {
  "on-time": { icon: IconCircleCheck, tone: "good", label: "On time" },
  early: { icon: IconCircleCheck, tone: "good", label: "Early" },
  late: { icon: IconAlertTriangle, tone: "warn", label: "Late" },
  missed: { icon: IconCircleX, tone: "bad", label: "Missed" },
  failed: { icon: IconCircleX, tone: "bad", label: "Failed" },
  excluded: { icon: IconQuestionMark, tone: "neutral", label: "Excluded" },
} as const;

function Slots({ projectId, checkId, zone }: CheckInZone) {
  const { data: outages = [] } = useQuery(outagesQuery(projectId));
  const columns: Column<SlotView>[] = [
    { head: "Due", cell: ({ dueAt }) => <ExactTime at={dueAt} zone={zone} /> },
    {
      head: "Outcome",
      cell: (slot) => <SlotOutcome slot={slot} explanation={slotExplanation(slot, outages, zone)} />,
    },
    { head: "Off by", cell: ({ lateMs }) => (lateMs === null ? "–" : offText(lateMs)) },
  ];
  return (
    <TableCard
      title="Expected times"
      query={useInfiniteQuery(slotsQuery({ projectId, checkId }))}
      empty="No expected time has passed yet."
      columns={columns}
      rowKey={({ dueAt }) => dueAt}
    />
  );
}

function SlotOutcome({ slot, explanation }: { slot: SlotView; explanation: string | null }) {
  const { icon, tone, label } = SLOT_OUTCOMES[slot.outcome];
  return (
    <>
      <StatusLabel icon={icon} tone={tone}>
        {label}
      </StatusLabel>
      {explanation !== null && <div className={styles["why"]}>{explanation}</div>}
    </>
  );
}

/** A clock is rarely wrong by more than this; a ping that is earlier was probably sent early on purpose. */
const CLOCK_AHEAD_MS = 60_000;

/** Why a slot has its outcome; null if the outcome says enough. */
function slotExplanation(
  { outcome, because, dueAt, lateMs }: SlotView,
  outages: Parameters<typeof outageText>[1],
  zone: string | undefined,
): string | null {
  if (outcome === "early" && lateMs !== null && lateMs >= -CLOCK_AHEAD_MS)
    return `The ping came ${durationText(-lateMs)} before it was due: is the clock of its host ahead?`;
  if (outcome === "missed" && lateMs !== null) return "The run was made up later";
  if (outcome === "missed" && because === "overlap") return "The previous run was still open";
  if (outcome !== "excluded") return null;
  return because === "maintenance" ? "Maintenance window" : outageText(dueAt, outages, zone);
}

function offText(lateMs: number): string {
  return `${durationText(Math.abs(lateMs))} ${lateMs < 0 ? "early" : "late"}`;
}
