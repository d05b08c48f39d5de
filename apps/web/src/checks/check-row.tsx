import { ActionIcon, VisuallyHidden } from "@mantine/core";
import {
  IconCheck,
  IconCopy,
  IconDotsVertical,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from "@tabler/icons-react";
import { shortMetricNumber } from "@overdue/core";
import { Link } from "@tanstack/react-router";
import { memo, type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import { useWaitingAcknowledgement } from "../incidents/waiting-acknowledgements.ts";
import { useComputedFromNow } from "../time/clock.ts";
import { MINUTE_MS } from "@overdue/schedules";
import { relativeText, roughText } from "../time/duration.ts";
import { instant } from "../time/zones.ts";
import { LazyMenu, type MenuEntry } from "../ui/lazy-menu.tsx";
import { useCanEdit } from "../ui/role.tsx";
import { RelativeTime } from "../ui/time.tsx";
import styles from "./check-list.module.css";
import type { CheckOverview } from "./check-queries.ts";
import { type ChosenChecks, useChosen } from "./chosen-checks.ts";
import type { Column } from "./columns.ts";
import { StatusIcon } from "./status-badge.tsx";
import { checkTiming, reasonTitle, statusAt, statusSentence } from "./status.ts";
import { TagLinks } from "./tag-list.tsx";
import type { CheckActions } from "./use-check-actions.tsx";

type CheckRowProps = {
  projectId: string;
  check: CheckOverview;
  actions: CheckActions;
  strip: (check: CheckOverview) => ReactNode;
  chosen: ChosenChecks;
  columns: readonly Column[];
  /** Selects every check from the last choice to this one. */
  extendTo: (id: string) => void;
};

/** One check in the list; `memo` renders it again only if it has changed. */
export const CheckRow = memo(function CheckRow(props: CheckRowProps) {
  const { projectId, check, actions, strip, chosen, columns } = props;
  const isCurrent = useChosen(chosen, ({ current }) => current === check.id);
  const name = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isCurrent) name.current?.focus({ preventScroll: true });
  }, [isCurrent]);
  return (
    <>
      <RowCheckbox {...props} />
      <RowStatus check={check} />
      <div className={styles["who"]}>
        <Link
          ref={name}
          to="/projects/$projectId/checks/$checkId"
          params={{ projectId, checkId: check.id }}
          className={styles["name"]}
          onFocus={() => chosen.moveTo(check.id)}
          title={check.name}
        >
          {check.name}
        </Link>
        {check.tags.length > 0 && <TagLinks tags={check.tags} />}
      </div>
      {columns.map((column) => (
        <RowCell key={column} column={column} check={check} strip={strip} />
      ))}
      <RowMenu projectId={projectId} check={check} actions={actions} />
    </>
  );
});

type CellProps = Pick<CheckRowProps, "check" | "strip"> & { column: Column };

function RowCell({ column, check, strip }: CellProps) {
  switch (column) {
    case "schedule":
      return (
        <div className={styles["schedule"]} title={check.scheduleText}>
          {check.scheduleText}
        </div>
      );
    case "strip":
      return <div className={styles["strip"]}>{strip(check)}</div>;
    case "last":
      return (
        <div className={styles["last"]}>
          <VisuallyHidden>Last ping </VisuallyHidden>
          {check.lastHeardAt === undefined ? "never" : <RelativeTime at={check.lastHeardAt} />}
        </div>
      );
    case "usual":
      return (
        <div className={styles["usual"]}>
          {check.usualMs !== undefined && (
            <>
              <VisuallyHidden>Usually takes </VisuallyHidden>
              {roughText(check.usualMs)}
            </>
          )}
        </div>
      );
    case "next":
      return (
        <div className={styles["next"]}>
          <NextDue check={check} />
        </div>
      );
  }
}

/** Selects a check; with Shift, every check from the last choice to this one. */
function RowCheckbox({ check, chosen, extendTo }: CheckRowProps) {
  const isChosen = useChosen(chosen, ({ ids }) => ids.has(check.id));
  if (!useCanEdit()) return null;
  const choose = (event: MouseEvent) => (event.shiftKey ? extendTo(check.id) : chosen.toggle(check.id));
  return (
    <label className={styles["choose"]}>
      <input
        type="checkbox"
        aria-label={`Select ${check.name}`}
        checked={isChosen}
        onClick={choose}
        // The click handler has already done it; only it knows about the Shift key.
        onChange={() => undefined}
      />
    </label>
  );
}

/** The status, since when and why, in a short sentence, with the icon and the colour of the status. */
function RowStatus({ check }: { check: CheckOverview }) {
  const timing = checkTiming(check);
  const status = useComputedFromNow((now) => statusAt(timing, now));
  const text = useComputedFromNow((now) => statusSentence(check, now));
  const isRunning = timing.runningSince !== null && status === "up";
  const isWaiting = useWaitingAcknowledgement(check.incident?.id ?? "") !== undefined;
  const acknowledged = isWaiting ? "acknowledged here, not sent yet" : "acknowledged";
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
      {status !== "down" && check.metric !== undefined && (
        <span className={styles["metric"]} data-good={check.metric.isGood}>
          {check.metric.name} {shortMetricNumber(check.metric.value)}
        </span>
      )}
      {status === "down" && check.severity === "critical" && (
        <span className={styles["critical"]}>critical</span>
      )}
      {(isWaiting || check.incident?.acknowledged === true) && (
        <span className={styles["acknowledged"]} title={acknowledged}>
          <IconCheck size={14} aria-hidden />
          <VisuallyHidden>{acknowledged}</VisuallyHidden>
        </span>
      )}
    </div>
  );
}

/** When the next ping is due, or was: the status of a check that is down or in maintenance does not say it. */
function NextDue({ check }: { check: CheckOverview }) {
  const { expectedAt = null, status } = check;
  const at = instant(expectedAt);
  const text = useComputedFromNow((now) => {
    if (at === null || status === "paused") return "–";
    return at > now || now - at >= MINUTE_MS ? relativeText(at, now) : "due now";
  });
  return (
    <>
      <VisuallyHidden>Next due </VisuallyHidden>
      {expectedAt === null ? text : <time dateTime={expectedAt}>{text}</time>}
    </>
  );
}

type MenuProps = { projectId: string; check: CheckOverview; actions: CheckActions };

/** A menu of what an editor can do with the check. */
function RowMenu(props: MenuProps) {
  if (!useCanEdit()) return null;
  return (
    <LazyMenu
      position="bottom-end"
      width={200}
      target={
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Actions for ${props.check.name}`}
          className={styles["menu"] ?? ""}
        >
          <IconDotsVertical size={18} />
        </ActionIcon>
      }
      entries={() => menuEntries(props)}
    />
  );
}

function menuEntries({ projectId, check, actions }: MenuProps): MenuEntry[] {
  const edit = `/projects/${projectId}/checks/${check.id}/edit`;
  return [
    {
      label: "Copy ping URL",
      icon: <IconCopy size={16} aria-hidden />,
      onClick: () => actions.copyPingUrl(check),
    },
    { label: "Edit", icon: <IconPencil size={16} aria-hidden />, to: edit },
    check.status === "paused"
      ? {
          label: "Resume",
          icon: <IconPlayerPlay size={16} aria-hidden />,
          onClick: () => actions.resume(check),
        }
      : {
          label: "Pause",
          icon: <IconPlayerPause size={16} aria-hidden />,
          onClick: () => actions.pause(check),
        },
    {
      label: "Delete",
      icon: <IconTrash size={16} aria-hidden />,
      isDanger: true,
      onClick: () => actions.remove(check),
    },
  ];
}
