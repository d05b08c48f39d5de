import { VisuallyHidden } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { useComputedFromNow } from "../time/clock.ts";
import { AnnounceChanges } from "../ui/announce.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { relativeText, roughText } from "../time/duration.ts";
import { instant } from "../time/zones.ts";
import { type CheckOverview, loadStrips } from "./check-queries.ts";
import { RowMenu } from "./row-menu.tsx";
import { checkTiming, reasonTitle, STATUS_LABELS, statusAt, statusSentence } from "./status.ts";
import styles from "./check-list.module.css";
import { StatusIcon } from "./status-badge.tsx";
import { TagLinks } from "./tag-list.tsx";
import type { CheckActions } from "./use-check-actions.tsx";

type ListProps = {
  projectId: string;
  /** In the order in which they are shown. */
  checks: readonly CheckOverview[];
  actions: CheckActions;
  /** The heartbeat strip of a check. */
  strip: (check: CheckOverview) => ReactNode;
};

/** The heights of `.row` in the style sheet, in pixels. */
const ROW_HEIGHT = 36;
const PHONE_ROW_HEIGHT = 72;
const PHONE = "(max-width: 40em)";
const OVERSCAN = 12;

/** The rows of checks; only those near the screen are rendered. */
export function CheckList({ projectId, checks, actions, strip }: ListProps) {
  const list = useRef<HTMLUListElement>(null);
  const height = useMediaQuery(PHONE) ? PHONE_ROW_HEIGHT : ROW_HEIGHT;
  const [offset, setOffset] = useState(0);
  useEffect(() => setOffset(list.current?.offsetTop ?? 0), [checks.length]);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoises this component
  const rows = useWindowVirtualizer({
    count: checks.length,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: offset,
    getItemKey: (index) => checks[index]?.id ?? index,
  });
  useEffect(() => rows.measure(), [rows, height]);
  useStrips(
    projectId,
    rows.getVirtualItems().flatMap(({ index }) => checks[index] ?? []),
  );
  return (
    <div className={styles["list"]}>
      <div className={styles["heads"]} aria-hidden>
        <span>Status</span>
        <span>Check</span>
        <span>Schedule</span>
        <span>Last 30 runs</span>
        <span>Last ping</span>
        <span>Usually</span>
        <span>Next due</span>
      </div>
      <ul ref={list} className={styles["rows"]} aria-label="Checks" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const check = checks[index];
          return (
            check && (
              <li
                key={key}
                className={styles["row"]}
                style={{ transform: `translateY(${start - offset}px)` }}
                aria-setsize={checks.length}
                aria-posinset={index + 1}
              >
                <CheckRow projectId={projectId} check={check} actions={actions} strip={strip} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

const SCROLLING_MS = 80;

/** Reads the strips that the list does not have yet, once the reader stops scrolling over them. */
function useStrips(projectId: string, shown: readonly CheckOverview[]): void {
  const client = useQueryClient();
  const missing = shown.filter(({ strip }) => strip === undefined);
  const ids = missing.map(({ id }) => id).join();
  useEffect(() => {
    if (ids === "") return;
    // Without a connection they stay away, as the page says in its banner.
    const load = () => void loadStrips(client, projectId, ids.split(",")).catch(() => undefined);
    const timer = setTimeout(load, SCROLLING_MS);
    return () => clearTimeout(timer);
  }, [client, projectId, ids]);
}

function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Makes screen readers say when the status of a check changes, wherever in the list it is. */
export function AnnounceStatuses({ checks, now }: { checks: readonly CheckOverview[]; now: number }) {
  const labels = useMemo(
    () =>
      new Map(
        checks.map((check) => [check.name, STATUS_LABELS[statusAt(checkTiming(check), now)].toLowerCase()]),
      ),
    [checks, now],
  );
  return <AnnounceChanges labels={labels} />;
}

type CheckRowProps = Omit<ListProps, "checks"> & { check: CheckOverview };

/** One check in the list; memo renders it again only where it changed. */
const CheckRow = memo(function CheckRow({ projectId, check, actions, strip }: CheckRowProps) {
  return (
    <>
      <RowStatus check={check} />
      <div className={styles["who"]}>
        <Link
          to="/projects/$projectId/checks/$checkId"
          params={{ projectId, checkId: check.id }}
          className={styles["name"]}
          title={check.name}
        >
          {check.name}
        </Link>
        {check.tags.length > 0 && <TagLinks tags={check.tags} />}
      </div>
      <div className={styles["schedule"]} title={check.scheduleText}>
        {check.scheduleText}
      </div>
      <div className={styles["strip"]}>{strip(check)}</div>
      <div className={styles["last"]}>
        <VisuallyHidden>Last ping </VisuallyHidden>
        {check.lastHeardAt === undefined ? "never" : <RelativeTime at={check.lastHeardAt} />}
      </div>
      <div className={styles["usual"]}>
        {check.usualMs !== undefined && (
          <>
            <VisuallyHidden>Usually takes </VisuallyHidden>
            {roughText(check.usualMs)}
          </>
        )}
      </div>
      <div className={styles["next"]}>
        <NextDue check={check} />
      </div>
      <RowMenu projectId={projectId} check={check} actions={actions} />
    </>
  );
});

/** Status, since when and why, in one short sentence, with an icon and a colour of its own. */
function RowStatus({ check }: { check: CheckOverview }) {
  const timing = checkTiming(check);
  const status = useComputedFromNow((now) => statusAt(timing, now));
  const text = useComputedFromNow((now) => statusSentence(check, now));
  const isRunning = timing.runningSince !== null && status === "up";
  return (
    <div className={styles["status"]} data-status={isRunning ? "running" : status} title={reasonTitle(check)}>
      <StatusIcon status={isRunning ? "running" : status} />
      {check.incident === undefined ? (
        <span className={styles["sentence"]}>{text}</span>
      ) : (
        <Link
          to="/projects/$projectId/incidents/$incidentId"
          from="/projects/$projectId/checks"
          params={(known) => ({ projectId: known.projectId, incidentId: check.incident?.id ?? "" })}
          className={styles["sentence"]}
        >
          {text}
        </Link>
      )}
      {status === "down" && check.severity === "critical" && (
        <span className={styles["critical"]}>critical</span>
      )}
      {check.incident?.acknowledged === true && (
        <span className={styles["acknowledged"]} title="Acknowledged">
          <IconCheck size={14} aria-hidden />
          <VisuallyHidden>acknowledged</VisuallyHidden>
        </span>
      )}
    </div>
  );
}

/** When the next ping is due; for what is down the time that it is overdue is part of its status. */
function NextDue({ check }: { check: CheckOverview }) {
  const { expectedAt = null, status } = check;
  const at = instant(expectedAt);
  const text = useComputedFromNow((now) => {
    if (at === null || status === "paused") return "–";
    return at > now ? relativeText(at, now) : "due now";
  });
  return (
    <>
      <VisuallyHidden>Next due </VisuallyHidden>
      {expectedAt === null ? text : <time dateTime={expectedAt}>{text}</time>}
    </>
  );
}
