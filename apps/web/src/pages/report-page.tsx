import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { durationText, percentText } from "@overdue/core";
import type { ReactNode } from "react";
import { Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { reportQuery, type ReportView } from "../reports/report-queries.ts";
import { ExportLinks } from "../ui/export-links.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { Segments } from "../ui/segments.tsx";
import { Card } from "../ui/card.tsx";
import { DataTable } from "../ui/data-table.tsx";
import { ExactTime } from "../ui/time.tsx";
import styles from "../reports/report.module.css";

const PERIODS = [
  { value: "week", label: "Week" },
  { value: "month", label: "Month" },
];

export function ReportPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/report" });
  const search = useSearch({ from: "/signed-in/projects/$projectId/report" });
  const navigate = useNavigate({ from: "/projects/$projectId/report" });
  const { data: report, error, refetch } = useQuery(reportQuery(projectId, search));
  const zone = search.timezone === undefined ? {} : { timezone: search.timezone };
  return (
    <Page
      title="Report"
      lead={report ? `${periodText(report.period)}, time zone ${report.period.timezone}` : undefined}
      actions={
        <Segments
          aria-label="Which period"
          data={PERIODS}
          value={report?.period.every ?? search.every ?? "month"}
          onChange={(every) =>
            void navigate({ search: { ...zone, ...(every === "week" && { every }) }, replace: true })
          }
        />
      }
    >
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {report ? (
        <>
          <Neighbours projectId={projectId} report={report} zone={zone} />
          <ReportSheet projectId={projectId} report={report} />
          <ExportLinks
            projectId={projectId}
            from={report.period.from}
            until={report.period.until}
            kinds={["runs", "slots", "incidents"]}
          />
        </>
      ) : (
        !error && <PageSkeleton />
      )}
    </Page>
  );
}

type Props = { projectId: string; report: ReportView; zone: { timezone?: string } };

function Neighbours({ projectId, report, zone }: Props) {
  const { every, previous, next } = report.period;
  const to = { to: "/projects/$projectId/report", params: { projectId } } as const;
  return (
    <Group>
      <TextLink {...to} search={{ ...zone, period: previous }}>
        Previous {every}
      </TextLink>
      {next !== null && (
        <TextLink {...to} search={{ ...zone, period: next }}>
          Next {every}
        </TextLink>
      )}
    </Group>
  );
}

/** The figures of a week or a month, and the checks that need attention. */
export function ReportSheet({ projectId, report }: { projectId: string; report: ReportView }) {
  const { timezone, every } = report.period;
  const renderTime = (at: string) => <ExactTime at={at} zone={timezone} />;
  return (
    <>
      <Figures report={report} />
      <NameList
        projectId={projectId}
        title="Down now"
        list={report.open}
        text={({ reason, openedAt }) => (
          <>
            {reason.replaceAll("-", " ")}, since {renderTime(openedAt)}
          </>
        )}
      />
      <NameList
        projectId={projectId}
        title="Down the longest"
        list={report.worst}
        text={({ downMs, downs, uptime }) =>
          `${durationText(downMs)}${downs > 1 ? ` in total, ${downs} times` : ""}; ${percentText(uptime)} up`
        }
      />
      <NameList
        projectId={projectId}
        title="Late"
        list={report.latest}
        text={({ late, lateMostMs }) =>
          `${late === 1 ? "once, by" : `${late} times, by up to`} ${durationText(lateMostMs)}`
        }
      />
      <NameList
        projectId={projectId}
        title="Longest runs"
        list={report.slowest}
        text={({ longestMs, usualMs }) =>
          durationText(longestMs) + (usualMs === null ? "" : `, ${durationText(usualMs)} on average before`)
        }
      />
      <NameList
        projectId={projectId}
        title="Never ran"
        list={report.neverRan}
        text={({ createdAt }) => <>created {renderTime(createdAt)}</>}
      />
      <NameList
        projectId={projectId}
        title={`No ping this ${every}`}
        list={report.silent}
        text={({ lastPingAt }) => <>last ping {renderTime(lastPingAt)}</>}
      />
      <NameList
        projectId={projectId}
        title="Paused"
        list={report.paused}
        text={({ pausedAt }) => (pausedAt === null ? "paused" : <>since {renderTime(pausedAt)}</>)}
      />
      <NameList
        projectId={projectId}
        title="Channels that do not work"
        list={report.broken}
        text={({ brokenAt, because }) => (
          <>
            since {renderTime(brokenAt)}. {because}
          </>
        )}
      />
    </>
  );
}

type Figure = { label: string; now: ReactNode; before: ReactNode };

function Figures({ report }: { report: ReportView }) {
  const { uptime, leftOut, period } = report;
  const rows: Figure[] = [
    { label: "Up", now: <strong>{percentText(uptime.now)}</strong>, before: percentText(uptime.before) },
    { label: "On time", ...report.onTime },
    { label: "Late", ...report.late },
    { label: "Missed", ...report.missed },
    { label: "Failed", ...report.failed },
    { label: "Went down", ...report.downs },
  ];
  const excluded = exclusionsText(leftOut, leftOut.outageMs > 0 ? durationText(leftOut.outageMs) : null);
  return (
    <Card title={`${report.checks} ${report.checks === 1 ? "check" : "checks"}`}>
      <DataTable
        rows={rows}
        rowKey={({ label }) => label}
        columns={[
          { head: "Figure", cell: ({ label }) => label },
          { head: periodText(period), cell: ({ now }) => now },
          { head: `The ${period.every} before`, cell: ({ before }) => before },
        ]}
      />
      {excluded !== null && <p className={styles["dimmed"]}>Excluded: {excluded}.</p>}
    </Card>
  );
}

type Item = { name: string; checkId?: string; id?: string };
type ListProps<T> = {
  projectId: string;
  title: string;
  list: { total: number; first: readonly T[] };
  text: (item: T) => ReactNode;
};

function NameList<T extends Item>({ projectId, title, list, text }: ListProps<T>) {
  if (list.total === 0) return null;
  const more = list.total - list.first.length;
  return (
    <Card title={list.total > 1 ? `${title} (${list.total})` : title}>
      <ul className={styles["names"]}>
        {list.first.map((item) => (
          <li key={item.checkId ?? item.id}>
            <Name projectId={projectId} item={item} />
            <span className={styles["text"]}>{text(item)}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={styles["dimmed"]}>and {more} more</p>}
    </Card>
  );
}

function Name({ projectId, item: { name, checkId, id } }: { projectId: string; item: Item }) {
  if (checkId !== undefined)
    return (
      <TextLink to="/projects/$projectId/checks/$checkId" params={{ projectId, checkId }}>
        {name}
      </TextLink>
    );
  return (
    <TextLink to="/projects/$projectId/channels/$channelId" params={{ projectId, channelId: id ?? "" }}>
      {name}
    </TextLink>
  );
}

type ReportPeriod = {
  every: "week" | "month";
  from: string;
  until: string;
  timezone: string;
  isOver: boolean;
};

/** "November 2026", "16 November to 22 November 2026", "November 2026 so far". */
export function periodText({ every, from, until, timezone, isOver }: ReportPeriod): string {
  const soFar = isOver ? "" : " so far";
  if (every === "month") return formatInZone(from, timezone, { month: "long", year: "numeric" }) + soFar;
  const day = { day: "numeric", month: "long" } as const;
  const last = new Date(Date.parse(until) - 1).toISOString();
  return `${formatInZone(from, timezone, day)} to ${formatInZone(last, timezone, { ...day, year: "numeric" })}${soFar}`;
}

function formatInZone(at: string, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(Date.parse(at));
}

/** What the figures exclude, in words; null if they exclude nothing. */
export function exclusionsText(
  { pausedChecks, maintenanceChecks }: { pausedChecks: number; maintenanceChecks: number },
  outage: string | null,
): string | null {
  const checks = (count: number) => `${count} ${count === 1 ? "check" : "checks"}`;
  const parts = [
    ...(pausedChecks > 0 ? [`pauses of ${checks(pausedChecks)}`] : []),
    ...(maintenanceChecks > 0 ? [`maintenance of ${checks(maintenanceChecks)}`] : []),
    ...(outage === null ? [] : [`${outage} in which Overdue could not receive pings`]),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}
