import type { ReactNode } from "react";

import { durationText } from "../time/duration.ts";
import { Card } from "../ui/card.tsx";
import { Exact } from "../ui/time.tsx";
import { TextLink } from "../ui/page.tsx";
import table from "../ui/table.module.css";
import type { ReportView } from "./report-queries.ts";
import { leftOutText, percentText } from "./report-text.ts";
import styles from "./report.module.css";

/** The figures of a week or a month, and the few checks that matter. */
export function ReportSheet({ projectId, report }: { projectId: string; report: ReportView }) {
  const { timezone, every } = report.period;
  const on = (at: string) => <Exact at={at} zone={timezone} />;
  const of = { projectId };
  return (
    <>
      <Figures report={report} />
      <NameList
        {...of}
        title="Down now"
        few={report.open}
        say={({ reason, openedAt }) => (
          <>
            {reason.replaceAll("-", " ")}, since {on(openedAt)}
          </>
        )}
      />
      <NameList
        {...of}
        title="Down the longest"
        few={report.worst}
        say={({ downMs, downs, uptime }) =>
          `${durationText(downMs)}${downs > 1 ? ` in all, ${downs} times` : ""}; ${percentText(uptime)} up`
        }
      />
      <NameList
        {...of}
        title="Late"
        few={report.latest}
        say={({ late, lateMostMs }) =>
          `${late === 1 ? "once, by" : `${late} times, by up to`} ${durationText(lateMostMs)}`
        }
      />
      <NameList
        {...of}
        title="Longest runs"
        few={report.slowest}
        say={({ longestMs, usualMs }) =>
          durationText(longestMs) + (usualMs === null ? "" : `, ${durationText(usualMs)} on average before`)
        }
      />
      <NameList
        {...of}
        title="Never ran"
        few={report.neverRan}
        say={({ createdAt }) => <>made {on(createdAt)}</>}
      />
      <NameList
        {...of}
        title={`Silent all ${every}`}
        few={report.silent}
        say={({ lastPingAt }) => <>last heard {on(lastPingAt)}</>}
      />
      <NameList
        {...of}
        title="Paused"
        few={report.paused}
        say={({ pausedAt }) => (pausedAt === null ? "paused" : <>since {on(pausedAt)}</>)}
      />
      <NameList
        {...of}
        title="Channels that do not work"
        few={report.broken}
        say={({ brokenAt, because }) => (
          <>
            since {on(brokenAt)}. {because}
          </>
        )}
      />
    </>
  );
}

function Figures({ report }: { report: ReportView }) {
  const { uptime, leftOut, period } = report;
  const rows = [
    ["On time", report.onTime],
    ["Late", report.late],
    ["Missed", report.missed],
    ["Failed", report.failed],
    ["Went down", report.downs],
  ] as const;
  const gone = leftOutText(leftOut, leftOut.outageMs > 0 ? durationText(leftOut.outageMs) : null);
  return (
    <Card title={`${report.checks} ${report.checks === 1 ? "check" : "checks"}`}>
      <div className={table["scroll"]}>
        <table className={table["table"]}>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">This {period.every}</th>
              <th scope="col">The {period.every} before</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>Up</td>
              <td>
                <strong>{percentText(uptime.now)}</strong>
              </td>
              <td>{percentText(uptime.before)}</td>
            </tr>
            {rows.map(([label, { now, before }]) => (
              <tr key={label}>
                <td>{label}</td>
                <td>{now}</td>
                <td>{before}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {gone !== null && <p className={styles["dimmed"]}>Not counted: {gone}.</p>}
    </Card>
  );
}

type Item = { name: string; checkId?: string; id?: string };
type ListProps<T> = {
  projectId: string;
  title: string;
  few: { total: number; first: readonly T[] };
  say: (item: T) => ReactNode;
};

function NameList<T extends Item>({ projectId, title, few, say }: ListProps<T>) {
  if (few.total === 0) return null;
  const more = few.total - few.first.length;
  return (
    <Card title={few.total > 1 ? `${title} (${few.total})` : title}>
      <ul className={styles["names"]}>
        {few.first.map((item) => (
          <li key={item.checkId ?? item.id}>
            <Name projectId={projectId} item={item} />
            <span className={styles["said"]}>{say(item)}</span>
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
        {name || "Unnamed check"}
      </TextLink>
    );
  return (
    <TextLink to="/projects/$projectId/channels/$channelId" params={{ projectId, channelId: id ?? "" }}>
      {name}
    </TextLink>
  );
}
